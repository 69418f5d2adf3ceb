"""A feed document after parsing and normalising: entries as plain values, and what the document asks of those who poll it."""

from dataclasses import dataclass
from datetime import datetime

from services.ingest.feed import HubLinks
from services.ingest.outcome import FailureReason


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry, text normalised. ``published`` is what the entry says, unjudged; None where it says nothing readable.

    ``guid`` and ``url`` are empty where the entry has none. ``content_hash`` covers title, summary and content.
    """

    guid: str
    url: str
    title: str
    summary: str
    content: str | None
    published: datetime | None
    content_hash: str
    title_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole feed. ``wait_seconds`` is the least wait it asks for (ttl, sy:updatePeriod); hours and days (Monday 0) to skip are UTC.

    ``problem`` tells of a fault that cost entries (the document breaks off, more entries than are read), else None.
    ``withdrawn`` are guids of entries that the publisher says it has taken back; ``older`` is the page of older entries, if one is named,
    ``hub`` the hub that pushes what is new (WebSub).
    """

    entries: tuple[Entry, ...]
    language: str | None = None
    wait_seconds: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    problem: str | None = None
    is_cut_off: bool = False
    withdrawn: tuple[str, ...] = ()
    older: str | None = None
    hub: HubLinks | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """The body is no feed, or the parser could not finish it."""

    reason: FailureReason
    detail: str
