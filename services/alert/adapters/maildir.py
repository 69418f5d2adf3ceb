"""The bounce mailbox as a Maildir: messages are read from ``new`` and ``cur`` and removed once dealt with."""

from collections.abc import Iterable
from pathlib import Path

from services.alert.bounce import MAX_BYTES

_AT_ONCE = 200


class Maildir:
    """``BounceBox`` over a folder; a folder that does not exist yet is empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self) -> Iterable[tuple[str, bytes]]:
        """What lies there, oldest first, of each at most what a bounce may have."""
        found = [path for name in ("new", "cur") for path in sorted((self._folder / name).glob("*")) if path.is_file()]
        for path in found[:_AT_ONCE]:
            with path.open("rb") as opened:
                yield str(path.relative_to(self._folder)), opened.read(MAX_BYTES)

    def done(self, name: str) -> None:
        """Remove it."""
        (self._folder / name).unlink(missing_ok=True)
