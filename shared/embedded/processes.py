"""Child processes that never outlive this one, however it ends: Ctrl-C, SIGTERM or SIGKILL.

Each child runs under a small guardian process (``guardian.py``) that holds a pipe to us and stops the child, its process
group and its orphans when the pipe ends. The terminal's Ctrl-C does not reach the children (they are in sessions of their
own), so the owner decides in which order they stop.
"""

import asyncio
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from shared.embedded.errors import NotStartedError

GUARDIAN = Path(__file__).with_name("guardian.py")
START_SECONDS = 10.0
"""Bounds the guardian's own start (some 20 ms when the machine is idle), not the program's."""
POLL_SECONDS = 0.05
KILL_MARGIN_SECONDS = 10.0
LOG_ROTATE_BYTES = 10_000_000
LAST_LINES = 15


class ChildProcess:
    """A supervised program; ``start`` it, ``wait`` for it, ``stop`` it, ``start`` it again.

    ``log_path`` receives its standard output and error (appended; one older file is kept), or they go to our standard error
    when it is None. ``stop`` sends ``stop_signal``, and SIGKILL to everything after ``grace_seconds``; the same happens by
    itself when this process ends. ``env`` None inherits ours. ``run_as`` (uid, gid) needs root.
    ``keep_open`` are descriptors the guardian holds until the last process is gone (a lock outlives us that way).
    """

    def __init__(
        self,
        *,
        name: str,
        argv: Sequence[str | Path],
        log_path: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace_seconds: float = 10.0,
        run_as: tuple[int, int] | None = None,
        keep_open: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log_path = log_path
        self.pid: int | None = None
        self._argv = [str(part) for part in argv]
        self._env = None if env is None else dict(env)
        self._cwd = cwd
        self._stop_signal = stop_signal
        self._grace_seconds = grace_seconds
        self._run_as = run_as
        self._keep_open = tuple(keep_open)
        self._guardian: subprocess.Popen[bytes] | None = None
        self._returncode: int | None = None

    def start(self) -> None:
        """Start the program; raises NotStartedError when it cannot be executed, RuntimeError when it runs already."""
        if self.is_running:
            raise RuntimeError(f"{self.name} is running already (pid {self.pid})")
        self._returncode = None
        options = {
            "argv": self._argv,
            "cwd": None if self._cwd is None else str(self._cwd),
            "parent": os.getpid(),
            "stop_signal": int(self._stop_signal),
            "grace_seconds": self._grace_seconds,
            "run_as": self._run_as,
        }
        try:
            self._guardian = self._spawn()
        except OSError as error:
            raise NotStartedError(server=self.name, reason=str(error)) from error
        self._order(json.dumps(options).encode() + b"\n")
        answer = self._read_answer(time.monotonic() + START_SECONDS)
        if not answer.startswith("pid "):
            reason = answer.removeprefix("error ") or "its guardian process did not answer"
            self.kill()
            self._close(self._guardian)
            self._guardian = None
            raise NotStartedError(server=self.name, reason=reason)
        self.pid = int(answer.removeprefix("pid "))

    @property
    def is_running(self) -> bool:
        """Whether the program, or anything it left behind, may still be there."""
        return self._guardian is not None and self.returncode is None

    @property
    def returncode(self) -> int | None:
        """The program's exit status, negative for a signal; None while it runs or before its first start."""
        guardian = self._guardian
        if guardian is not None and guardian.poll() is not None:
            self._returncode = self._exit_status(guardian)
            self._close(guardian)
            self._guardian = None
        return self._returncode

    async def wait(self) -> int:
        """The program's exit status, as soon as it and all it left behind are gone."""
        while (status := self.returncode) is None:  # noqa: ASYNC110  (nobody would set the event)
            # Polled: a descriptor watcher would bind the child to one event loop, a waiting thread would outlive a cancel.
            await asyncio.sleep(POLL_SECONDS)
        return status

    async def stop(self) -> int | None:
        """Stop gracefully, by force after the grace; returns the exit status, None when it never ran. May be repeated."""
        if not self.is_running:
            return self.returncode
        self._order(b"T")
        try:
            return await asyncio.wait_for(self.wait(), self._grace_seconds + KILL_MARGIN_SECONDS)
        except TimeoutError:
            self.kill()
            return await self.wait()

    async def restart(self) -> None:
        """Stop if running, then start again with the same command."""
        await self.stop()
        self.start()

    def kill(self) -> None:
        """SIGKILL the program and all that came of it; returns at once, ``wait`` tells when they are gone."""
        self._order(b"K")

    def last_lines(self, count: int = LAST_LINES) -> str:
        """The end of the log, for an error message; empty without a log."""
        if self.log_path is None or not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as log:
            log.seek(max(0, self.log_path.stat().st_size - 16_384))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])

    def _spawn(self) -> subprocess.Popen[bytes]:
        with contextlib.ExitStack() as stack:
            log = None if self.log_path is None else stack.enter_context(open_log(self.log_path))
            return subprocess.Popen(  # noqa: S603  (our own guardian; the program is the caller's choice)
                [sys.executable, "-I", "-S", str(GUARDIAN), self.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._env,
                start_new_session=True,
                pass_fds=self._keep_open,
            )

    def _order(self, order: bytes) -> None:
        if self._guardian is not None and self._guardian.stdin is not None and not self._guardian.stdin.closed:
            with contextlib.suppress(OSError):  # the guardian is gone; so is the program
                self._guardian.stdin.write(order)
                self._guardian.stdin.flush()

    def _read_answer(self, deadline: float) -> str:
        assert self._guardian is not None
        assert self._guardian.stdout is not None
        descriptor = self._guardian.stdout.fileno()
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            byte = os.read(descriptor, 1) if ready else b""
            if not byte:
                break
            line += byte
        return line.decode(errors="replace").strip()

    @staticmethod
    def _exit_status(guardian: subprocess.Popen[bytes]) -> int:
        assert guardian.stdout is not None
        os.set_blocking(guardian.stdout.fileno(), False)  # should a stranger hold the other end, do not wait for it
        said = guardian.stdout.read() or b""
        for line in said.decode(errors="replace").splitlines():
            if line.startswith("exit "):
                return int(line.removeprefix("exit "))
        return guardian.returncode

    @staticmethod
    def _close(guardian: subprocess.Popen[bytes]) -> None:
        guardian.wait()
        for pipe in (guardian.stdin, guardian.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@contextlib.contextmanager
def open_log(path: Path) -> Iterator[int]:
    """A descriptor that appends to ``path``; a file past 10 MB is first moved to ``<path>.1``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_ROTATE_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        yield number
    finally:
        os.close(number)
