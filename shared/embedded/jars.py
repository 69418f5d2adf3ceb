"""Kafka's jars: which ones exactly (``kafka-jars.json``), where they are kept, and that they are what they should be.

A jar enters the cache only after its SHA-256 was found to be the locked one, by an atomic rename, so an interrupted or
concurrent first start leaves no half file; and it is hashed again at every start (44 MB, some 0.1 s).
"""

import concurrent.futures
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from shared.embedded.errors import JarDownloadError, JarMismatchError, NoDiskSpaceError

LOCK_FILE = Path(__file__).with_name("kafka-jars.json")
PARALLEL_DOWNLOADS = 8


class Jar(msgspec.Struct, frozen=True, kw_only=True):
    """One locked file; ``coordinate`` is Maven's ``group:artifact:version``."""

    coordinate: str
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """As Maven names it."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


class JarLock(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on Kafka's class path, in class path order."""

    kafka_version: str
    jars: tuple[Jar, ...]


class JarFetcher(Protocol):
    """Downloads single jars."""

    def fetch(self, jar: Jar, into: Path) -> Path:
        """The downloaded file, somewhere below ``into``; raises JarDownloadError. Its contents are not trusted."""
        ...


def load_lock(path: Path = LOCK_FILE) -> JarLock:
    """The lock in the repository."""
    return msgspec.json.decode(path.read_bytes(), type=JarLock)


def cache_directory(environ: Mapping[str, str]) -> Path:
    """``$TOCSIN_CACHE_DIR``, else ``tocsin`` in the user's cache (``$XDG_CACHE_HOME``, else ``~/.cache``)."""
    if own := environ.get("TOCSIN_CACHE_DIR"):
        return Path(own).expanduser().absolute()
    if xdg := environ.get("XDG_CACHE_HOME"):
        return Path(xdg).expanduser().absolute() / "tocsin"
    return Path("~/.cache/tocsin").expanduser().absolute()


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def class_path(
    *, cache: Path, lock: JarLock, fetcher: JarFetcher, announce: Callable[[str], None] = lambda _: None
) -> tuple[Path, ...]:
    """The verified jars, downloading those that are missing; ``announce`` is told before a download begins.

    Raises JarMismatchError for a file that is not the locked one, JarDownloadError when one cannot be had,
    NoDiskSpaceError when they would not fit.
    """
    directory = cache / f"kafka-{lock.kafka_version}"
    directory.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in lock.jars if not (directory / jar.file_name).exists()]
    for jar in lock.jars:
        if jar not in missing:
            _verify(directory / jar.file_name, jar)
    if missing:
        total = sum(jar.size_bytes for jar in missing)
        announce(
            f"downloading Kafka {lock.kafka_version} once: {len(missing)} files, {total / 1e6:.0f} MB, into {directory}"
        )
        _download(missing, directory=directory, fetcher=fetcher)
    return tuple(directory / jar.file_name for jar in lock.jars)


def _download(missing: list[Jar], *, directory: Path, fetcher: JarFetcher) -> None:
    needed = 2 * sum(jar.size_bytes for jar in missing)
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise NoDiskSpaceError(path=directory, free_bytes=free, needed_bytes=needed)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".download-") as name:
        staging = Path(name)
        pool = concurrent.futures.ThreadPoolExecutor(max_workers=PARALLEL_DOWNLOADS)
        try:
            downloads = {pool.submit(fetcher.fetch, jar, staging): jar for jar in missing}
            for done in concurrent.futures.as_completed(downloads):
                jar = downloads[done]
                try:
                    file = done.result()
                except JarDownloadError:
                    raise
                except OSError as error:
                    raise JarDownloadError(coordinate=jar.coordinate, cache=directory, reason=str(error)) from error
                if sha256_of(file) != jar.sha256:
                    raise JarDownloadError(
                        coordinate=jar.coordinate,
                        cache=directory,
                        reason="what came is not the locked file (its SHA-256 differs; was it altered on the way?)",
                    )
                os.replace(file, directory / jar.file_name)  # noqa: PTH105  (the atomic one, named as such)
        finally:
            pool.shutdown(cancel_futures=True)


def _verify(path: Path, jar: Jar) -> None:
    found = sha256_of(path)
    if found != jar.sha256:
        raise JarMismatchError(path=path, expected=jar.sha256, found=found)
