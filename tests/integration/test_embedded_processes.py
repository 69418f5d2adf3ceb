"""Child processes: started, stopped and swept up, whatever happens to their parent."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from shared.embedded.errors import NotStartedError
from shared.embedded.processes import LOG_ROTATE_BYTES, ChildProcess

FOREVER = "import time\nprint('ready', flush=True)\nwhile True: time.sleep(60)"
STUBBORN = (
    "import signal\nfor s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(s, signal.SIG_IGN)\n"
    + FOREVER
)
FAMILY = f"""
import subprocess, sys
same_group = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}])
own_session = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], start_new_session=True)
print('family', same_group.pid, own_session.pid, flush=True)
{FOREVER}
"""
OWNER = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background hands on an ignored SIGINT
from shared.embedded.processes import ChildProcess
child = ChildProcess(name="worker", argv=[sys.executable, "-c", sys.argv[2]], log_path=Path(sys.argv[1]), grace_seconds=0.5)
child.start()
time.sleep(600)
"""


def python(code: str, log_path: Path, *, grace_seconds: float = 5.0) -> ChildProcess:
    return ChildProcess(
        name="test child", argv=[sys.executable, "-c", code], log_path=log_path, grace_seconds=grace_seconds
    )


@asynccontextmanager
async def running(child: ChildProcess) -> AsyncIterator[ChildProcess]:
    child.start()
    try:
        yield child
    finally:
        child.kill()
        await child.wait()


def owner_of(log: Path, program: str, *, owner: str = OWNER) -> subprocess.Popen[bytes]:
    """A Python process whose child runs ``program``."""
    return subprocess.Popen([sys.executable, "-c", owner, str(log), program])


async def until(condition: Callable[[], object], what: str, *, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for: {what}"
        await asyncio.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def says(path: Path, words: str) -> Callable[[], bool]:
    return lambda: path.exists() and words in path.read_text()


async def test_the_exit_status_and_the_log_are_the_programs_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", log)
    child.start()
    assert await child.wait() == 7
    assert child.returncode == 7
    assert not child.is_running
    assert sorted(child.last_lines().splitlines()) == ["err", "out"]


async def test_a_signal_is_reported_as_a_negative_status(tmp_path: Path) -> None:
    child = python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", tmp_path / "log")
    child.start()
    assert await child.wait() == -signal.SIGKILL


async def test_stop_is_graceful_first(tmp_path: Path) -> None:
    log = tmp_path / "log"
    graceful = (
        "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(3)))\n"
        + FOREVER
    )
    async with running(python(graceful, log)) as child:
        await until(says(log, "ready"), "the child to be ready")
        assert await child.stop() == 3
        assert await child.stop() == 3
    assert "bye" in log.read_text()


async def test_stop_is_by_force_after_the_grace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with running(python(STUBBORN, log, grace_seconds=0.2)) as child:
        await until(says(log, "ready"), "the child to be ready")
        began = time.monotonic()
        assert await child.stop() == -signal.SIGKILL
        assert 0.2 <= time.monotonic() - began < 5


async def test_restart_runs_the_same_command_as_a_new_process(tmp_path: Path) -> None:
    async with running(python(FOREVER, tmp_path / "log")) as child:
        first = child.pid
        await child.restart()
        assert child.is_running
        assert child.pid != first
        assert first is not None
        assert is_gone(first)


async def test_a_program_that_cannot_be_executed_is_an_error_with_its_reason(tmp_path: Path) -> None:
    child = ChildProcess(name="nothing", argv=[tmp_path / "nowhere"], log_path=tmp_path / "log")
    with pytest.raises(NotStartedError, match=r"nothing could not be executed: .*No such file"):
        child.start()
    assert not child.is_running


async def test_what_an_ended_program_leaves_behind_is_swept_up_before_it_counts_as_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with running(python(FAMILY, log)) as child:
        await until(says(log, "family"), "the family to exist")
        family = [
            int(word) for word in next(line for line in log.read_text().splitlines() if "family" in line).split()[1:]
        ]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        assert await child.wait() == -signal.SIGKILL
    assert [pid for pid in family if not is_gone(pid)] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_nothing_survives_the_end_of_the_parent(tmp_path: Path, number: signal.Signals) -> None:
    log = tmp_path / "log"
    with owner_of(log, FAMILY) as owner:
        await until(says(log, "family"), "the family to exist")
        processes = psutil.Process(owner.pid).children(recursive=True)
        assert len(processes) == 4, "guardian, program, and two of its own children"
        owner.send_signal(number)
        owner.wait()
        await until(lambda: all(is_gone(process.pid) for process in processes), "every process to be gone")


async def test_a_copy_of_the_parents_pipe_in_another_process_does_not_keep_the_child_alive(tmp_path: Path) -> None:
    # A fork of the parent (a process pool, say) inherits its end of the pipe, which then never ends.
    log = tmp_path / "log"
    forking = OWNER.replace(
        "child.start()", "child.start()\nimport os\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)"
    )
    with owner_of(log, FOREVER, owner=forking) as owner:
        await until(says(log, "ready"), "the child to be ready")
        fork, guardian = sorted(
            psutil.Process(owner.pid).children(), key=lambda each: "guardian.py" in str(each.cmdline())
        )
        (program,) = guardian.children()
        owner.kill()
        owner.wait()
        try:
            await until(lambda: is_gone(program.pid) and is_gone(guardian.pid), "guardian and program to be gone")
        finally:
            fork.kill()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PR_SET_PDEATHSIG is Linux's")
async def test_the_program_dies_with_a_killed_guardian(tmp_path: Path) -> None:
    async with running(python(FOREVER, tmp_path / "log")) as child:
        assert child.pid is not None
        program = psutil.Process(child.pid)
        guardian = program.parent()
        assert guardian is not None
        guardian.kill()
        await until(lambda: is_gone(program.pid), "the program to be gone")
        assert await child.wait() != 0


async def test_descriptors_kept_open_are_not_seen_by_the_program(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (tmp_path / "lock").open("w") as lock:
        listing = "import json, os; print(json.dumps([os.readlink(f'/dev/fd/{n}') for n in os.listdir('/dev/fd') if n != '3']))"
        child = ChildProcess(
            name="lister", argv=[sys.executable, "-c", listing], log_path=log, keep_open=[lock.fileno()]
        )
        child.start()
        assert await child.wait() == 0, child.last_lines()
    assert not [target for target in json.loads(log.read_text()) if "lock" in target]


async def test_a_long_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as file:
        file.truncate(LOG_ROTATE_BYTES + 1)
    child = python("print('fresh')", log)
    child.start()
    await child.wait()
    assert log.read_text() == "fresh\n"
    assert (tmp_path / "log.1").stat().st_size == LOG_ROTATE_BYTES + 1
