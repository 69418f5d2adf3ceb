"""The outbox's publisher: pending rows to Kafka, and only then acknowledged, with the seen marks and validators that depend on it.

Rows reach it in two ways: handed over by the poll that stored them, together with the poll's validators; and swept from the
database, which finds what a crash, a full queue or a dead replica left. Either way the bytes are those of the row.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter

from services.ingest import traces
from services.ingest.errors import LedgerUnavailableError
from services.ingest.metrics import IngestMetrics
from services.ingest.ports import ItemPublisher, Ledger
from services.ingest.work import OutboxRow, Settlement
from shared.clock import Clock
from shared.kafka.publisher import PublishError
from shared.logging import logger
from shared.tracing import log_fields, traceparent_of

_QUEUED_ROWS = 4_000
_CROWDED_ROWS = 1_500
_LONGEST_WAIT_SECONDS = 3.0
_LONGEST_PAUSE_SECONDS = 5.0
_GATHER_SECONDS = 0.03
_LINES_AT_ONCE = 50


class Outbox:
    """Publishes until told to stop. Nothing is lost when it cannot: the rows are in the database."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        publisher: ItemPublisher,
        metrics: IngestMetrics,
        clock: Clock,
        batch: int,
        sweep_seconds: float = 5.0,
    ) -> None:
        self._ledger = ledger
        self._publisher = publisher
        self._metrics = metrics
        self._clock = clock
        self._batch = batch
        self._sweep_seconds = sweep_seconds
        self._queue: asyncio.Queue[Settlement] = asyncio.Queue()
        self._queued_rows = 0
        self._held: set[str] = set()
        self._settling: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self.turned_at: datetime = clock.now()

    def offer(self, settlement: Settlement) -> bool:
        """Hand over rows that were just stored; false when the queue is full: then the sweep finds them, and the validators are forgotten."""
        if self._queued_rows and self._queued_rows + len(settlement.rows) > _QUEUED_ROWS:
            return False
        self._queue.put_nowait(settlement)
        self._queued_rows += len(settlement.rows)
        self._held.update(row.event_id for row in settlement.rows)
        if self._queued_rows > _CROWDED_ROWS:
            self._has_room.clear()
        return True

    async def room(self) -> None:
        """Wait a little while too much is queued: what is swept later costs more. Not for long, for Kafka may be away for hours."""
        if self._has_room.is_set():
            return
        try:
            async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
                await self._has_room.wait()
        except TimeoutError:
            return

    def stop(self) -> None:
        """Publish what is queued, once, then return from ``run``."""
        self._stopping.set()

    async def run(self) -> None:
        """Publish for ever; faults of Kafka and PostgreSQL are waited out."""
        next_sweep = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self.turned_at = self._clock.now()
            if self._settling is not None and self._settling.done():
                self._settling.result()  # a fault that nobody foresaw ends the loop
            settlements = await self._queued()
            # Swept even when the queue is never empty: what an earlier life left must not wait for a quiet hour.
            if loop.time() >= next_sweep and not self._stopping.is_set():
                swept = await self._swept()
                next_sweep = loop.time() + (0.0 if swept else self._sweep_seconds)
                settlements = [*swept, *settlements]
            if settlements:
                await self._publish(settlements)
            elif self._stopping.is_set():
                if self._settling is not None:
                    await self._settling
                return

    async def _queued(self) -> list[Settlement]:
        """Everything that is waiting, up to a batch; waits a moment for the first, and another for its company."""
        try:
            async with asyncio.timeout(0.0 if self._stopping.is_set() else 0.5):
                found = [await self._queue.get()]
        except TimeoutError:
            return []
        rows = len(found[0].rows)
        if self._queued_rows < self._batch and not self._stopping.is_set():
            await asyncio.sleep(_GATHER_SECONDS)
        while not self._queue.empty() and rows < self._batch:
            found.append(self._queue.get_nowait())
            rows += len(found[-1].rows)
        self._queued_rows -= rows
        if self._queued_rows <= _CROWDED_ROWS:
            self._has_room.set()
        return found

    async def _swept(self) -> list[Settlement]:
        try:
            rows = await self._ledger.pending(limit=self._batch, now=self._clock.now(), held=self._held)
        except LedgerUnavailableError as error:
            self._metrics.database_failures.inc()
            logger().warning("outbox.sweep_failed", reason=str(error))
            return []
        if not rows:
            return []
        logger().info("outbox.swept", items=len(rows))
        by_feed: dict[str, list[OutboxRow]] = {}
        for row in rows:
            by_feed.setdefault(row.feed, []).append(row)
        return [Settlement(feed=feed, rows=tuple(listed)) for feed, listed in by_feed.items()]

    async def _publish(self, settlements: Sequence[Settlement]) -> None:
        """Publish, again and again until it worked; when stopping, once. What is published is settled while the next batch is."""
        rows = [row for settlement in settlements for row in settlement.rows]
        pause, started = 0.1, perf_counter()
        self._metrics.items.received.inc(len(rows))
        self._metrics.items.in_progress.inc(len(rows))
        while True:
            self.turned_at = self._clock.now()
            try:
                await self._publisher.publish(rows)
                break
            except PublishError as error:
                self._metrics.publish_failures.inc()
                logger().warning("items.publish_failed", items=len(rows), reason=error.reason)
            if self._stopping.is_set():
                self._done_with(rows)  # they are pending in the database and are sent again by whoever comes next
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        if self._settling is not None:  # one after the other: two transactions could wait for each other's rows
            await self._settling
        self._settling = asyncio.create_task(self._settle(settlements, rows, started), name="settling")

    async def _settle(self, settlements: Sequence[Settlement], rows: Sequence[OutboxRow], started: float) -> None:
        """Settle, again and again until it worked; when stopping, once."""
        pause = 0.1
        while True:
            self.turned_at = self._clock.now()
            try:
                await self._ledger.settle(settlements, now=self._clock.now())
                break
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("items.settle_failed", items=len(rows), reason=str(error))
            if self._stopping.is_set():
                break  # Kafka has them; whoever finds them pending sends the same bytes again
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        self._done_with(rows)
        seconds = perf_counter() - started
        self._metrics.items.finished.labels("published").inc(len(rows))
        self._metrics.items.duration.observe(seconds)
        self._metrics.items.last_success.set(self._clock.now().timestamp())
        traces.published(rows, seconds=seconds)
        for number, row in enumerate(rows, start=1):
            if number % _LINES_AT_ONCE == 0:
                await asyncio.sleep(0)  # hundreds of lines take longer than polls should wait
            logger().info(
                "item.published",
                event_id=row.event_id,
                item_id=row.mark.item_id,
                feed=row.feed,
                version=row.mark.version,
                **log_fields(traceparent_of(row.headers)),
            )

    def _done_with(self, rows: Sequence[OutboxRow]) -> None:
        self._held.difference_update(row.event_id for row in rows)
        self._metrics.items.in_progress.dec(len(rows))
