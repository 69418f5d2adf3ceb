"""A feed: what the operator configured, and what is remembered about it between polls."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed as configured. ``slug`` is its identity for ever: item ids are derived from it, never from the address.

    ``tier`` is the outlet's reliability: 1 local and trusted, 2 national or wire, 3 the rest. ``interval_seconds`` polls at
    that pace whatever the feed's own hints say (for publishers who agreed to it), Retry-After excepted. ``full_text`` reads the page of an item whose feed carries no content.
    """

    slug: str
    url: str
    outlet: str
    language: str
    country: str | None = None
    tier: int = 3
    topic: str = "news"
    interval_seconds: float | None = None
    paused: bool = False
    full_text: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What makes the next fetch conditional; ``etag`` and ``last_modified`` are the server's words, repeated unread.

    ``body_hash`` recognises a 200 that carries the same bytes again.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedState:
    """What is remembered about a feed. ``first_fetched_at`` is None until a whole document was read once."""

    validators: Validators = field(default_factory=Validators)
    first_fetched_at: datetime | None = None
    last_success_at: datetime | None = None
    last_polled_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    average_gap_seconds: float | None = None
    newest_item_at: datetime | None = None
    surge_until: datetime | None = None
    document_wait_seconds: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    identity_mode: str = "guid"
    moved_to: str | None = None
    moved_since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HubLinks:
    """A hub that pushes what is new in a feed (WebSub), and the topic's own address, by which the hub knows it (``rel="self"``).

    ``others`` are further hubs that the feed names, to be tried in this order when the first does not play.
    """

    hub: str
    topic: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """What a hub delivered for a feed, its signature checked; part of the feed or all of it, ``content_type`` in the hub's words.

    Without a body it says that there is news, not what: of a hub that signs nothing only that is kept.
    """

    push_id: int
    body: bytes
    content_type: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to poll one feed until ``until``; no other poller has it meanwhile."""

    feed: Feed
    state: FeedState
    until: datetime
