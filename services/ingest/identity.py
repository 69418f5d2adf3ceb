"""Which item an entry is, and which version of it: ids are derived from the feed's slug and the entry, never drawn.

Normally the guid names an item. Feeds whose guid does not (the same for every entry, or shared by many) are degraded to the
link and, when that clashes too, to title and date. The mode is stored with the feed; see ``chosen_mode``.
"""

from collections.abc import Sequence
from enum import StrEnum

from services.ingest.document import Entry
from shared.ids import derive

CLASH_TOLERANCE = 0.05
"""A feed is degraded only when more of its entries than this share an identity: one doubled entry is no reason."""


class IdentityMode(StrEnum):
    """What names the items of a feed, strongest first."""

    GUID = "guid"
    LINK = "link"
    TEXT = "text"


_ORDER = tuple(IdentityMode)


def identity(entry: Entry, mode: IdentityMode) -> str:
    """Return what names the entry in ``mode``; an entry that lacks it falls to the next weaker one. The kind is part of the name."""
    if mode is IdentityMode.GUID and entry.guid:
        return f"guid:{entry.guid}"
    if mode is not IdentityMode.TEXT and entry.url:
        return f"link:{entry.url}"
    when = entry.published.isoformat() if entry.published is not None else ""
    return f"text:{entry.title}\n{when}"


def chosen_mode(entries: Sequence[Entry], stored: IdentityMode) -> IdentityMode:
    """Return the strongest mode, from ``stored`` on, in which at most ``CLASH_TOLERANCE`` of the entries clash; never a stronger one.

    Entries that are equal throughout do not clash: a feed may list the same entry twice.
    """
    for mode in _ORDER[_ORDER.index(stored) :]:
        if _clashing(entries, mode) <= CLASH_TOLERANCE * len(entries):
            return mode
    return IdentityMode.TEXT


def content_hash(title: str, summary: str, content: str | None) -> str:
    """Return the hash that tells versions of an item apart."""
    return derive("c", title, summary, content or "")


def title_hash(title: str) -> str:
    """Return the hash that tells whether a new version changed the title."""
    return derive("t", title)


def _clashing(entries: Sequence[Entry], mode: IdentityMode) -> int:
    if len({identity(entry, mode) for entry in entries}) == len(entries):
        return 0
    contents: dict[str, set[str]] = {}
    for entry in entries:
        contents.setdefault(identity(entry, mode), set()).add(entry.content_hash)
    return sum(len(different) - 1 for different in contents.values())
