"""Two small duties beside polling: a test item into the outbox in every slot, and the health of all feeds to alert.

Neither may hold up the news: a database or broker that does not play is logged, counted and tried again in the next round.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from services.ingest.canary import canary_row, slot_of
from services.ingest.errors import LedgerUnavailableError
from services.ingest.feed import Feed
from services.ingest.metrics import IngestMetrics
from services.ingest.source_health import FeedRow, canary_health, health, is_worth_telling
from services.ingest.traces import traced
from services.ingest.work import OutboxRow
from shared.clock import Clock
from shared.events.source import SourceHealth
from shared.kafka.publisher import PublishError
from shared.logging import logger

_FEEDS_AT_ONCE = 100
"""Thousands read and told in one go would hold up every poll for as long as it takes."""


class SentryBook(Protocol):
    """The part of the database that is needed; raises ``LedgerUnavailableError``."""

    async def feed_rows(self, *, after: str, limit: int) -> Sequence[FeedRow]:
        """The next feeds ever listed, in the order of their slugs, from the one after this."""
        ...

    async def store(self, row: OutboxRow) -> bool:
        """Put a row into the outbox for any replica to publish; false when it is there already."""
        ...


class HealthPublisher(Protocol):
    """Kafka."""

    async def tell(self, reports: Sequence[SourceHealth]) -> None:
        """Return when the broker has them; raises ``PublishError``."""
        ...


class Listing(Protocol):
    """The list of feeds as it is now."""

    @property
    def feeds(self) -> Mapping[str, Feed]:
        """By slug."""
        ...


class Sentry:
    """Runs until cancelled. ``canary_every`` None sends no test items."""

    def __init__(
        self,
        *,
        book: SentryBook,
        listing: Listing,
        publisher: HealthPublisher,
        metrics: IngestMetrics,
        clock: Clock,
        canary_every: timedelta | None,
        report_seconds: float = 20.0,
    ) -> None:
        self._book = book
        self._listing = listing
        self._publisher = publisher
        self._metrics = metrics
        self._clock = clock
        self._canary_every = canary_every
        self._report_seconds = report_seconds
        self._told: dict[str, SourceHealth] = {}

    async def run(self) -> None:
        """Stand guard: a round every ``report_seconds``, and one at the beginning of each slot."""
        last_slot = (
            slot_of(self._clock.now(), self._canary_every) if self._canary_every else None
        )  # the next one is ours
        while True:
            await asyncio.sleep(self._pause())
            if self._canary_every is not None:
                slot = slot_of(self._clock.now(), self._canary_every)
                if slot != last_slot and await self.send_canary():
                    last_slot = slot
            await self.report()

    async def send_canary(self) -> bool:
        """Put the present slot's test item into the outbox; false when the database did not play."""
        assert self._canary_every is not None
        slot = slot_of(self._clock.now(), self._canary_every)
        try:
            is_ours = await self._book.store(traced(canary_row(slot, self._canary_every)))
        except LedgerUnavailableError as error:
            self._metrics.database_failures.inc()
            logger().warning("canary.failed", reason=str(error))
            return False
        if is_ours:
            self._metrics.canaries.inc()
        sent = canary_health(slot, self._canary_every, self._clock.now())
        try:
            await self._publisher.tell([sent])
        except PublishError as error:
            self._metrics.publish_failures.inc()
            logger().warning("sources.not_told", reason=str(error))
        return True

    async def report(self) -> int:
        """Tell alert what changed; returns how many feeds. What could not be told is told in the next round."""
        told, after = 0, ""
        try:
            while rows := await self._book.feed_rows(after=after, limit=_FEEDS_AT_ONCE):
                told += await self._tell(rows)
                after = rows[-1].slug
        except LedgerUnavailableError as error:
            self._metrics.database_failures.inc()
            logger().warning("sources.not_told", reason=str(error))
        except PublishError as error:
            self._metrics.publish_failures.inc()
            logger().warning("sources.not_told", reason=str(error))
        return told

    async def _tell(self, rows: Sequence[FeedRow]) -> int:
        found = health(rows, self._listing.feeds, self._clock.now())
        due = [one for one in found if is_worth_telling(one, self._told.get(one.slug))]
        if due:
            await self._publisher.tell(due)
            self._told |= {one.slug: one for one in due}
        return len(due)

    def _pause(self) -> float:
        if self._canary_every is None:
            return self._report_seconds
        now = self._clock.now()
        to_next = (slot_of(now, self._canary_every) + self._canary_every - now).total_seconds()
        return max(0.05, min(self._report_seconds, to_next))
