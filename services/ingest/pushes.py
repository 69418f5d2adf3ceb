"""The shell around what hubs delivered: each push is compared under its feed's lease, as a poll would be, and goes the same way to Kafka."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Protocol

import structlog

from services.ingest.errors import IngestError, LedgerUnavailableError
from services.ingest.feed import Lease, Push
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.polled import after_useless_push
from services.ingest.push_outcome import PushOutcome
from services.ingest.recorder import Recorder
from services.ingest.traces import traced_record
from services.ingest.visit import PushVisit, Visitor
from services.ingest.work import Settlement
from shared.clock import Clock
from shared.logging import logger

_IDLE_SECONDS = 1.0
_AT_ONCE = 8
_KEPT = timedelta(days=1)
"""A push nobody could read for so long (its feed is paused, or was removed) says nothing that polling did not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A push with the right to compare it: no poll and no other push of the feed runs meanwhile."""

    lease: Lease
    push: Push


class PushBook(Protocol):
    """Pushes in the database. Each method is one transaction; all raise ``LedgerUnavailableError``."""

    async def take_pushes(self, *, limit: int, now: datetime) -> Sequence[Delivery]:
        """Lease feeds that are free and have pushes waiting; return the oldest push of each. A feed whose poll is overdue is left to it."""
        ...

    async def drop_old(self, before: datetime) -> int:
        """Forget the pushes received before; return how many."""
        ...


class Pushes:
    """Reads pushes until cancelled. What a push brought is stored as it is forgotten: a crash has it read again, or has done both."""

    def __init__(
        self,
        *,
        book: PushBook,
        visitor: Visitor,
        recorder: Recorder,
        outbox: Outbox,
        metrics: IngestMetrics,
        clock: Clock,
    ) -> None:
        self._book = book
        self._visitor = visitor
        self._recorder = recorder
        self._outbox = outbox
        self._metrics = metrics
        self._clock = clock
        self._arrived = asyncio.Event()

    def arrived(self) -> None:
        """Look for pushes at once: one has just been stored here."""
        self._arrived.set()

    async def run(self) -> None:
        """Read what waits, for ever; a fault of the database is waited out."""
        while True:
            found = 0
            try:
                found = await self.read_waiting()
                if dropped := await self._book.drop_old(self._clock.now() - _KEPT):
                    self._metrics.pushes.labels(PushOutcome.DROPPED.value).inc(dropped)
                    logger().warning("pushes.dropped", pushes=dropped, detail="nobody could read them for a day")
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("pushes.take_failed", reason=str(error))
            if not found:
                await self._rest()

    async def read_waiting(self) -> int:
        """Read a push of each of some feeds; return how many there were."""
        self._arrived.clear()
        taken = await self._book.take_pushes(limit=_AT_ONCE, now=self._clock.now())
        await asyncio.gather(*(self._read(delivery) for delivery in taken))
        return len(taken)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                await self._arrived.wait()
        except TimeoutError:
            return

    async def _read(self, delivery: Delivery) -> None:
        feed, push = delivery.lease.feed, delivery.push
        with structlog.contextvars.bound_contextvars(feed=feed.slug):
            started = perf_counter()
            try:
                visit = await self._visitor.receive(delivery.lease, push)
                visit = replace(visit, record=traced_record(visit.record, seconds=perf_counter() - started))
                stored = await self._recorder.record(visit.record)
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("feed.push_not_stored", reason=str(error))
            except IngestError as error:
                logger().error("feed.push_broken", reason=str(error))
                await self._poll_instead(delivery)
            except Exception:  # noqa: BLE001 - the boundary of one unit of work: the feed is polled instead
                logger().exception("feed.push_broken")
                await self._poll_instead(delivery)
            else:
                self._hand_over(visit, stored)
                self._report(feed.tier, visit, perf_counter() - started)

    async def _poll_instead(self, delivery: Delivery) -> None:
        """A push that breaks us must not come back: it would hold the feed's lease again and again."""
        self._metrics.pushes.labels(PushOutcome.WOKE.value).inc()
        with suppress(LedgerUnavailableError):  # then the lease ends by itself, and the push is old in a day
            await self._recorder.record(after_useless_push(delivery.lease, delivery.push, self._clock.now()))

    def _hand_over(self, visit: PushVisit, stored: frozenset[str]) -> None:
        rows = tuple(row for row in visit.record.rows if row.event_id in stored)
        if rows and not self._outbox.offer(Settlement(feed=visit.record.feed, rows=rows)):
            logger().warning("outbox.overflowed", items=len(rows))

    def _report(self, tier: int, visit: PushVisit, seconds: float) -> None:
        outcome = PushOutcome.READ if visit.versions else PushOutcome.NOTHING_NEW
        if visit.failure is not None or (not visit.entries and not visit.versions):
            outcome = PushOutcome.WOKE
        self._metrics.pushes.labels(outcome.value).inc()
        self._metrics.count(visit.versions, tier=tier, at=visit.record.finished_at)
        logger().info(
            "feed.pushed",
            outcome=outcome.value,
            duration_s=round(seconds, 4),
            new=sum(version.mark.version == 1 for version in visit.versions),
            changed=sum(version.mark.version > 1 for version in visit.versions),
            entries=visit.entries,
            bytes=visit.body_bytes,
            detail=visit.detail,
        )
