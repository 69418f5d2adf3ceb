"""The outside world as the core sees it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.ingest.document import Document, Unreadable
from services.ingest.feed import Lease, Validators
from services.ingest.outcome import Answer
from services.ingest.versions import Mark
from services.ingest.work import OutboxRow, PollRecord, PushRecord, Settlement


class Fetcher(Protocol):
    """Gets a feed's bytes."""

    async def fetch(self, url: str, validators: Validators) -> Answer:
        """Return what the address answered, in bounded time and size; never raises for what the other side does."""
        ...


class Parser(Protocol):
    """Turns bytes into entries, in bounded time and memory."""

    async def parse(self, body: bytes, *, content_type: str, url: str, language: str | None) -> Document | Unreadable:
        """Return the document or why there is none; raises ``ParserUnavailableError`` when no process can be started."""
        ...


class Ledger(Protocol):
    """What must survive a crash. Every method is one transaction; all raise ``LedgerUnavailableError``."""

    async def lease(self, *, limit: int, now: datetime) -> Sequence[Lease]:
        """Take up to ``limit`` due feeds, each given to no other poller until its lease ends."""
        ...

    async def seconds_to_next(self, now: datetime) -> float | None:
        """How long until a feed is due; None when there is none."""
        ...

    async def release(self, slugs: Sequence[str], *, not_before: datetime) -> None:
        """Give leases back unused; the feeds are due at ``not_before``."""
        ...

    async def hold_host(self, host: str, *, until: datetime) -> int:
        """Poll no feed of this host before ``until``; return how many that put off. Other replicas are bound too."""
        ...

    async def marks(self, item_ids: Sequence[str], *, feed: str, now: datetime) -> Mapping[str, Mark]:
        """Return what is known of these items, rows of the outbox that wait for Kafka included."""
        ...

    async def last_values(self, event_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of these events, of those that are still kept."""
        ...

    async def finish(self, records: Sequence[PollRecord | PushRecord]) -> frozenset[str]:
        """Store polls and pushes: items as pending rows of the outbox, the schedule, the leases' end; return the event ids stored.

        A row whose event id is there already is left as it is: its bytes never change. Validators are stored only for feeds
        that have no pending row left.
        """
        ...

    async def pending(self, *, limit: int, now: datetime, held: Collection[str]) -> Sequence[OutboxRow]:
        """Take pending rows that no live publisher holds, those ``held`` by the caller excepted."""
        ...

    async def settle(self, settlements: Sequence[Settlement], *, now: datetime) -> None:
        """Kafka has these rows: mark them acknowledged, store seen marks and validators, all or nothing."""
        ...


class ItemPublisher(Protocol):
    """Kafka."""

    async def publish(self, rows: Sequence[OutboxRow], *, partition: int | None = None) -> None:
        """Return when the broker has acknowledged every row; raises ``PublishError`` otherwise, and any row may have been stored."""
        ...
