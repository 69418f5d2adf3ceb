"""What is done now and then: old rows deleted, the state of all feeds and of the outbox counted for the metrics."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.ingest.errors import LedgerUnavailableError
from services.ingest.metrics import TIERS, IngestMetrics
from shared.clock import Clock
from shared.logging import logger

MARKS_KEPT = timedelta(days=400)
"""Marks of items that no document has shown for so long; while an item is listed its mark must stay, or it would be news again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All feeds and the outbox in numbers."""

    feeds: Mapping[str, int]
    stalest_by_tier: Mapping[str, float]
    pending: int
    oldest_pending_seconds: float


class Archive(Protocol):
    """The part of the database that housekeeping needs; raises ``LedgerUnavailableError``."""

    async def overview(self, now: datetime) -> Overview:
        """Count."""
        ...

    async def delete_old(self, *, rows_before: datetime, marks_before: datetime) -> tuple[int, int]:
        """Delete acknowledged outbox rows and unused marks older than these; return how many of each."""
        ...

    async def mend_times(self, now: datetime) -> int:
        """Take back what a clock that was ahead has put off, unless the database's clock and ours disagree; return how many feeds."""
        ...


class Roster(Protocol):
    """The list of feeds; raises ``LedgerUnavailableError``."""

    async def refresh(self, now: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """Read the feeds added by command anew; return the slugs that came and those that went."""
        ...


class Housekeeping:
    """Counts, looks for added feeds and for times that cannot be every few seconds, deletes every few minutes, until cancelled."""

    def __init__(
        self,
        *,
        archive: Archive,
        roster: Roster,
        metrics: IngestMetrics,
        clock: Clock,
        retention: timedelta,
        count_seconds: float = 10.0,
    ) -> None:
        self._archive = archive
        self._roster = roster
        self._metrics = metrics
        self._clock = clock
        self._retention = retention
        self._count_seconds = count_seconds
        self.oldest_pending_seconds = 0.0

    async def run(self) -> None:
        """Keep house."""
        turn = 0
        while True:
            try:
                await self.count()
                await self.look_for_feeds()
                await self.mend_times()
                if turn % 60 == 0:
                    await self.delete()
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("housekeeping.failed", reason=str(error))
            turn += 1
            await asyncio.sleep(self._count_seconds)

    async def count(self) -> None:
        """Bring the gauges up to date."""
        seen = await self._archive.overview(self._clock.now())
        for state, number in seen.feeds.items():
            self._metrics.feeds.labels(state).set(number)
        for tier in TIERS:
            self._metrics.stalest.labels(tier).set(seen.stalest_by_tier.get(tier, 0.0))
        self._metrics.outbox_pending.set(seen.pending)
        self._metrics.outbox_oldest.set(seen.oldest_pending_seconds)
        self.oldest_pending_seconds = seen.oldest_pending_seconds

    async def look_for_feeds(self) -> None:
        """Take up feeds added by command, leave removed ones."""
        came, went = await self._roster.refresh(self._clock.now())
        if came or went:
            logger().info("feeds.changed", added=sorted(came), removed=sorted(went))

    async def mend_times(self) -> None:
        """Poll feeds again whose last poll was in the future: they would be silent until then."""
        if feeds := await self._archive.mend_times(self._clock.now()):
            logger().warning("feeds.times_mended", feeds=feeds, detail="a clock was ahead and is right again")

    async def delete(self) -> None:
        """Delete what is older than the retention."""
        now = self._clock.now()
        rows, marks = await self._archive.delete_old(rows_before=now - self._retention, marks_before=now - MARKS_KEPT)
        if rows or marks:
            logger().info("outbox.pruned", rows=rows, marks=marks)
