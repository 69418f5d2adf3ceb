"""Runs one program and lets nothing of it outlive the process that asked for it.

Executed as a file of its own (``python -I -S guardian.py NAME``, the name for people who list processes), never imported by
the parent, and therefore standard library only. It sits in its own session, between the parent and the program:

- Standard input is a pipe whose other end only the parent holds. Its first line is the order (JSON); then ``T`` asks for a graceful stop, ``K`` for an immediate
  one, and the end of the pipe means that the parent is gone, SIGKILL included: the program is stopped.
- Should some other process have inherited the parent's end, the pipe never ends; so the parent's pid is watched too.
- A stop sends the program its stop signal and, after the grace, SIGKILL to its process group and to every descendant:
  PostgreSQL's and other programs' children leave the group, so on Linux the guardian adopts orphans (subreaper).
- On Linux the program itself dies with the guardian (PR_SET_PDEATHSIG). Its known trap, being bound to the *thread* that
  forked, cannot bite here: the guardian has one thread.

Standard output carries one line ``pid N`` (or ``error TEXT``), and at the end ``exit N`` (negative: the signal).
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_CHILD_SUBREAPER = 36
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
IS_LINUX = sys.platform.startswith("linux")
WATCH_SECONDS = 1.0
SWEEP_SECONDS = 5.0


class CapabilityHeader(ctypes.Structure):
    """``struct __user_cap_header_struct``."""

    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class CapabilitySets(ctypes.Structure):
    """``struct __user_cap_data_struct``."""

    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def become(libc: Any, uid: int, gid: int) -> None:
    """Turn the calling process (root) into another user who may still walk through root's closed directories.

    PostgreSQL refuses to run as root, and the data and the virtual environment often lie under a home that only root may enter.
    Keeping the one right to search directories is narrower than opening those directories to everyone.
    Without that right to give (a bare container) the plain user is all there is.
    """
    if IS_LINUX:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if not IS_LINUX:
        return
    header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
    sets = (CapabilitySets * 2)()
    if libc.capget(ctypes.byref(header), ctypes.byref(sets)) != 0:
        return
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        bit = 1 << capability
        if sets[0].permitted & bit:
            kept = (CapabilitySets * 2)(CapabilitySets(bit, bit, bit), CapabilitySets(0, 0, 0))
            libc.capset(ctypes.byref(header), ctypes.byref(kept))
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return


def preparation(libc: Any, run_as: tuple[int, int] | None) -> Callable[[], None]:
    """What the program's process does between fork and exec."""
    guardian_pid = os.getpid()

    def prepare() -> None:
        if run_as is not None:
            become(libc, *run_as)
        if IS_LINUX:
            # After the change of user, which clears it.
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != guardian_pid:
                os._exit(1)

    return prepare


def children_of(pid: int) -> list[int]:
    """Processes whose parent is ``pid``, zombies included (Linux; elsewhere none)."""
    found: list[int] = []
    if not IS_LINUX:
        return found
    for name in os.listdir("/proc"):  # noqa: PTH208  (pathlib is a third of the guardian's start time)
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as stat:  # noqa: PTH123
                # The command is in parentheses and may itself hold any character: read from the last one on.
                if int(stat.read().rpartition(b")")[2].split()[1]) == pid:
                    found.append(int(name))
    return found


class Guardian:
    """One program's life: started, watched, stopped, swept."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self._parent: int = options["parent"]
        self._pid = 0
        self._status: int | None = None
        self._kill_at: float | None = None
        self._wake, wake_end = os.pipe()
        os.set_blocking(wake_end, False)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)

    def run(self) -> int:
        """Start the program, stay until it and all it left behind are gone; returns the guardian's own exit status."""
        libc = ctypes.CDLL(None, use_errno=True)
        if IS_LINUX:
            libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        run_as = self._options["run_as"]
        try:
            program = subprocess.Popen(  # noqa: S603  (the parent composed the command)
                self._options["argv"],
                stdin=subprocess.DEVNULL,
                stdout=2,
                cwd=self._options["cwd"],
                process_group=0,
                preexec_fn=preparation(libc, tuple(run_as) if run_as else None),  # noqa: PLW1509  (one thread)
            )
        except (OSError, subprocess.SubprocessError) as error:
            say(f"error {error}")
            return 127
        self._pid = program.pid
        say(f"pid {program.pid}")
        self._watch()
        program.returncode = self._status = os.waitstatus_to_exitcode(self._status or 0)
        self._sweep()
        say(f"exit {self._status}")
        return self._status if self._status >= 0 else 128 - self._status

    def _watch(self) -> None:
        listening = [0, self._wake]
        while not self._reap():
            timeout = WATCH_SECONDS
            if self._kill_at is not None:
                timeout = min(timeout, max(0.01, self._kill_at - time.monotonic()))
            ready, _, _ = select.select(listening, [], [], timeout)
            if 0 in ready:
                orders = os.read(0, 64)
                if b"K" in orders:
                    self._kill_at = time.monotonic()
                elif not orders:
                    listening.remove(0)
                    self._stop()
                else:
                    self._stop()
            if self._wake in ready and STOP_SIGNALS.intersection(os.read(self._wake, 64)):
                self._stop()
            if os.getppid() != self._parent:
                self._stop()
            if self._kill_at is not None and time.monotonic() >= self._kill_at:
                self._kill_group()

    def _stop(self) -> None:
        if self._kill_at is None:
            self._kill_at = time.monotonic() + self._options["grace_seconds"]
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, self._options["stop_signal"])

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)

    def _reap(self) -> bool:
        """Collect every ended child; true once the program itself is among them."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid == self._pid:
                    self._status = status
        return self._status is not None

    def _sweep(self) -> None:
        """Kill what the ended program left: its group, then every orphan that came to us, until there is none."""
        self._kill_group()
        deadline = time.monotonic() + SWEEP_SECONDS
        while (left := children_of(os.getpid())) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            select.select([], [], [], 0.01)


def say(line: str) -> None:
    """Tell the parent; it may be gone."""
    with contextlib.suppress(OSError):
        os.write(1, f"{line}\n".encode())


def read_order() -> dict[str, Any]:
    """The parent's first line; it sends nothing more before it has our answer."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(0, 65_536)
        if not part:
            sys.exit(0)  # the parent is gone already
        line += part
    order: dict[str, Any] = json.loads(line)
    return order


if __name__ == "__main__":
    sys.exit(Guardian(read_order()).run())
