"""A data directory is ours, of our version, and used by one process at a time, or it is refused in plain words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.embedded import data_directory
from shared.embedded.data_directory import Versions
from shared.embedded.errors import (
    AlreadyRunningError,
    ForeignOwnerError,
    NoDiskSpaceError,
    NotADataDirectoryError,
    OtherVersionError,
)

WANTED = Versions(layout=1, kafka="4.1.0", postgres="18")

HOLD = (
    "import fcntl, sys; f = open(sys.argv[1], 'a+'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
)


def lock_holder(lock_file: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until it reads a line."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def pid_of_the_dead() -> int:
    """The pid of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_new_directory_is_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "data"
    data_directory.prepare(path)
    assert path.stat().st_mode & 0o077 == 0


def test_a_directory_with_other_contents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(NotADataDirectoryError, match="was not made by Tocsin"):
        data_directory.prepare(tmp_path)


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("a file")
    with pytest.raises(NotADataDirectoryError):
        data_directory.prepare(path)


def test_a_disk_without_room_is_refused_with_the_figures(tmp_path: Path) -> None:
    with pytest.raises(NoDiskSpaceError, match=r"has \d+ MB free and 1000000000 MB are needed; free some space"):
        data_directory.prepare(tmp_path, needed_bytes=10**15)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand a file to another user")
def test_data_of_another_user_is_refused_even_to_root_who_would_lock_the_owner_out(tmp_path: Path) -> None:
    data_directory.check_versions(tmp_path, WANTED)
    os.chown(tmp_path / "VERSION", 12345, 12345)
    with pytest.raises(ForeignOwnerError, match=r"belongs to user 12345 .*; run as 12345"):
        data_directory.prepare(tmp_path)


def test_a_directory_of_this_version_is_accepted_again(tmp_path: Path) -> None:
    data_directory.check_versions(tmp_path, WANTED)
    data_directory.check_versions(tmp_path, WANTED)
    data_directory.prepare(tmp_path)


def test_a_patch_release_of_kafka_keeps_the_data(tmp_path: Path) -> None:
    data_directory.check_versions(tmp_path, Versions(layout=1, kafka="4.1.7", postgres="18"))
    data_directory.check_versions(tmp_path, WANTED)


@pytest.mark.parametrize(
    ("written", "part", "found", "wanted"),
    [
        (Versions(layout=1, kafka="3.9.1", postgres="18"), "Kafka", "3.9", "4.1"),
        (Versions(layout=1, kafka="4.1.0", postgres="17"), "PostgreSQL", "17", "18"),
        (Versions(layout=2, kafka="4.1.0", postgres="18"), "data layout", "2", "1"),
    ],
)
def test_data_of_another_version_is_refused_and_left_as_it_is(
    tmp_path: Path, written: Versions, part: str, found: str, wanted: str
) -> None:
    data_directory.check_versions(tmp_path, written)
    before = (tmp_path / "VERSION").read_bytes()
    with pytest.raises(OtherVersionError, match=f"belongs to {part} {found}.* runs {part} {wanted}; ") as caught:
        data_directory.check_versions(tmp_path, WANTED)
    assert (caught.value.part, caught.value.found, caught.value.wanted) == (part, found, wanted)
    assert (tmp_path / "VERSION").read_bytes() == before


def test_an_unreadable_version_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("what is this")
    with pytest.raises(NotADataDirectoryError):
        data_directory.check_versions(tmp_path, WANTED)


async def test_a_second_holder_is_refused_and_told_the_pid_of_the_first(tmp_path: Path) -> None:
    held = await data_directory.lock(tmp_path)
    with pytest.raises(AlreadyRunningError, match=f"in use by process {os.getpid()}") as caught:
        await data_directory.lock(tmp_path)
    assert caught.value.pid == os.getpid()
    held.release()
    (await data_directory.lock(tmp_path)).release()


async def test_servers_of_a_killed_holder_are_waited_for_and_then_named(tmp_path: Path) -> None:
    dead = pid_of_the_dead()
    holder = lock_holder(tmp_path / "LOCK")
    (tmp_path / "LOCK").write_text(f"{dead}\n")  # as if it had inherited the lock from a process that was killed

    with pytest.raises(AlreadyRunningError, match=rf"pid {dead}\) are still stopping .* try again in a few seconds"):
        await data_directory.lock(tmp_path, handover_seconds=0.2)
    holder.communicate("\n", timeout=10)
    (await data_directory.lock(tmp_path)).release()
