"""The directory that holds everything the embedded servers keep: whose it is, which versions wrote it, and who uses it now.

Layout 1: ``VERSION`` (JSON), ``LOCK`` (the holder's pid, under flock), ``kafka/``, ``kafka.properties``, ``postgres/``,
``postgres-password``, ``logs/``. Names ending in ``.new`` are unfinished first starts, ``kafka-tmp/`` is scratch space.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import shutil
from pathlib import Path

import msgspec

from shared.embedded.errors import (
    AlreadyRunningError,
    ForeignOwnerError,
    NoDiskSpaceError,
    NotADataDirectoryError,
    OtherVersionError,
)
from shared.embedded.postgres import user_name

LAYOUT = 1
NEEDED_BYTES = 500_000_000
HANDOVER_SECONDS = 25.0
"""How long the servers of a killed owner may take to stop: above their grace of 15 s."""


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """What wrote the data; the contents of ``VERSION``."""

    layout: int
    kafka: str
    postgres: str


class DirectoryLock:
    """The right to use the directory; held by ``descriptor``, which may be handed on to processes that must outlive us."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def release(self) -> None:
        """Give up our part; the lock itself ends when every process that was handed the descriptor has ended."""
        os.close(self.descriptor)


def prepare(path: Path, *, needed_bytes: int = NEEDED_BYTES) -> None:
    """Make the directory, ours alone, or check that it can be used; raises a DataDirectoryError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = {entry.name for entry in path.iterdir()}
        owner = (path / "VERSION" if "VERSION" in names else path).stat().st_uid
    except FileExistsError as error:
        raise NotADataDirectoryError(path=path) from error
    except PermissionError as error:
        raise ForeignOwnerError(path=path, owner=_owner_of(path)) from error
    # Root may use an empty directory of anybody's (a mounted volume), but would lock the owner out of data that exists.
    is_foreign = "VERSION" in names and owner != os.geteuid()
    if is_foreign or not os.access(path, os.W_OK | os.X_OK):
        raise ForeignOwnerError(path=path, owner=user_name(owner))
    if names - {"LOCK"} and "VERSION" not in names:
        raise NotADataDirectoryError(path=path)
    free = shutil.disk_usage(path).free
    if free < needed_bytes:
        raise NoDiskSpaceError(path=path, free_bytes=free, needed_bytes=needed_bytes)


async def lock(path: Path, *, handover_seconds: float = HANDOVER_SECONDS) -> DirectoryLock:
    """Take the directory; raises AlreadyRunningError, at once when its holder lives.

    When the holder was killed its servers are still stopping and keep the lock: then it waits for them.
    """
    descriptor = os.open(path / "LOCK", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        await _wait_for_lock(path, descriptor, handover_seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except BaseException:
        os.close(descriptor)
        raise
    return DirectoryLock(descriptor)


def check_versions(path: Path, wanted: Versions) -> None:
    """Record what writes a new directory; raises OtherVersionError, NotADataDirectoryError for one that another wrote.

    Kafka is compared by major and minor version, PostgreSQL by major: within these the formats on disk are the same.
    """
    file = path / "VERSION"
    if not file.exists():
        unfinished = path / "VERSION.new"
        unfinished.write_bytes(msgspec.json.encode(wanted) + b"\n")
        unfinished.rename(file)
        return
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Versions)
    except msgspec.DecodeError as error:
        raise NotADataDirectoryError(path=path) from error
    for part, was, now in (
        ("data layout", str(found.layout), str(wanted.layout)),
        ("Kafka", _minor(found.kafka), _minor(wanted.kafka)),
        ("PostgreSQL", found.postgres, wanted.postgres),
    ):
        if was != now:
            raise OtherVersionError(path=path, part=part, found=was, wanted=now)


async def _wait_for_lock(path: Path, descriptor: int, handover_seconds: float) -> None:
    deadline = asyncio.get_running_loop().time() + handover_seconds
    while not _try_lock(descriptor):
        holder = _holder(descriptor)
        is_stopping = holder is not None and not _is_alive(holder)
        if not is_stopping or asyncio.get_running_loop().time() > deadline:
            raise AlreadyRunningError(path=path, pid=holder, is_stopping=is_stopping)
        await asyncio.sleep(0.1)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        return False
    return True


def _holder(descriptor: int) -> int | None:
    with contextlib.suppress(ValueError):
        return int(os.pread(descriptor, 32, 0))
    return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _owner_of(path: Path) -> str:
    while not path.exists() and path != path.parent:
        path = path.parent
    return user_name(path.stat().st_uid)
