"""A small disk of its own for one part of the system, which can be filled to the last byte: a tmpfs, so root on Linux is needed."""

import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_PIECE = bytes(65_536)


def can_mount() -> bool:
    """Whether this process may mount a file system: not in most containers, and never without root."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    trial = [
        "unshare",
        "--mount",
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=64k",
        "tocsin-test",
        "/mnt",
    ]  # seen by nobody else
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0


class SmallDisk(AbstractContextManager["SmallDisk"]):
    """A file system of ``megabytes`` at ``path`` while the context is open; what it held is gone afterwards."""

    def __init__(self, path: Path, *, megabytes: int) -> None:
        self.path = path
        self._megabytes = megabytes

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={self._megabytes}m,mode=755", "tocsin-test", self.path], check=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Lazily: a process that was killed a moment ago may still be on its way out.
        subprocess.run(["umount", "--lazy", self.path], check=False)

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as file:
            with suppress(OSError):  # others write too: the rest goes piece by piece
                os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(self.path).free))
            file.seek(0, os.SEEK_END)
            with suppress(OSError):  # full, as wanted
                while file.write(_PIECE) == len(_PIECE):
                    pass

    def clear(self) -> None:
        """Give back what ``fill`` took."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"
