"""Cursors: opaque to those who walk them, and refused where they were not given (pure)."""

import base64
import binascii

from services.alert.api.problems import Fault, ProblemError

_SEPARATOR = "|"
_REFUSED = "the cursor is not one that this server gave for this list; leave it out to begin anew"


def make(kind: str, *parts: str) -> str:
    """Return a cursor of a kind of list that carries these parts."""
    return base64.urlsafe_b64encode(_SEPARATOR.join((kind, *parts)).encode()).decode().rstrip("=")


def read(text: str, kind: str, count: int) -> tuple[str, ...]:
    """Return what a cursor of this kind carries; raises ``ProblemError`` for one that was never given."""
    try:
        said = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as error:
        raise ProblemError(Fault.CURSOR_INVALID, _REFUSED) from error
    found, *parts = said.split(_SEPARATOR)
    if found != kind or len(parts) != count:
        raise ProblemError(Fault.CURSOR_INVALID, _REFUSED)
    return tuple(parts)


def position(text: str) -> int:
    """Return a position that a cursor carries; raises ``ProblemError``."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ProblemError(Fault.CURSOR_INVALID, _REFUSED)
    return int(text)
