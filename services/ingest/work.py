"""What a poll leaves to be stored, and what an acknowledgement settles."""

from dataclasses import dataclass
from datetime import datetime

from services.ingest.article import WantedArticle
from services.ingest.feed import FeedState, HubLinks, Validators
from services.ingest.outcome import PollOutcome
from services.ingest.versions import Mark
from shared.codec import Headers


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxRow:
    """A finished item: exactly these bytes go to Kafka, however often they are sent. ``mark`` is stored once they are acknowledged."""

    event_id: str
    feed: str
    key: bytes
    value: bytes
    headers: Headers
    mark: Mark


@dataclass(frozen=True, kw_only=True, slots=True)
class PollRecord:
    """A finished poll. ``state`` is what is remembered from now on, its validators excepted: see ``Ledger.finish``.

    ``hubs`` is None when the poll did not tell, else the hub that the feed names, or nothing. ``tells_fault`` when the last error that
    the state names is of this poll though it brought items: entries beyond the limit, say.
    """

    feed: str
    outcome: PollOutcome
    state: FeedState
    rows: tuple[OutboxRow, ...] = ()
    validators: Validators | None = None
    next_poll_at: datetime
    interval_seconds: float | None
    interval_reason: str | None
    finished_at: datetime
    is_retired: bool = False
    tells_fault: bool = False
    articles: tuple[WantedArticle, ...] = ()
    hubs: tuple[HubLinks, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PushRecord:
    """A push that was read; storing it forgets the push. Of the feed it changes nothing but when it was last heard, and ``poll_at``.

    ``poll_at`` is None when its next poll stays where it is, else when to poll it at the latest, unless it has to be left alone:
    a feed that fails, or whose publisher said Retry-After, is polled no sooner.
    """

    feed: str
    push_id: int
    rows: tuple[OutboxRow, ...] = ()
    articles: tuple[WantedArticle, ...] = ()
    heard_at: datetime | None = None
    poll_at: datetime | None = None
    finished_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """Rows of one feed that Kafka has acknowledged; ``validators`` of the poll that brought them, when still known."""

    feed: str
    rows: tuple[OutboxRow, ...]
    validators: Validators | None = None
