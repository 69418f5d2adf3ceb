"""A replica of ingest over a real database, with its network and Kafka by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Self

import asyncpg
from prometheus_client import CollectorRegistry

from services.ingest.adapters.archive import PostgresArchive
from services.ingest.adapters.postgres import PostgresLedger
from services.ingest.feed import Feed
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.schedule import PollLimits
from services.ingest.visit import Visitor
from services.ingest.work import Settlement
from tests.support.ingest_fakes import NOON, FakeFetcher, FakePublisher, InlineParser, ToldClock, a_feed

Pool = Any
FEED = a_feed(interval_seconds=60)
OLD = NOON - timedelta(days=3)
FRESH = NOON - timedelta(minutes=5)


class Life:
    """One life of a replica over the database: what it knows in memory dies with it."""

    def __init__(
        self,
        pool: Pool,
        fetcher: FakeFetcher,
        publisher: FakePublisher,
        clock: ToldClock,
        *,
        instance: str = "a",
        feeds: Sequence[Feed] = (FEED,),
    ) -> None:
        self._pool = pool
        self.clock = clock
        self.publisher = publisher
        self.ledger = PostgresLedger(
            pool, instance=instance, feeds=feeds, lease_for=timedelta(seconds=120), claim_for=timedelta(seconds=60)
        )
        self.outbox = Outbox(
            ledger=self.ledger,
            publisher=publisher,
            metrics=IngestMetrics(CollectorRegistry()),
            clock=clock,
            batch=100,
            sweep_seconds=0.0,
        )
        self.visitor = Visitor(
            fetcher=fetcher,
            parser=InlineParser(),
            ledger=self.ledger,
            clock=clock,
            limits=PollLimits(),
            random=lambda: 0.5,
        )

    async def begin(self) -> Self:
        """Take over the list, as the service does when it starts."""
        await self.ledger.take_office(self.clock.now())
        return self

    async def poll(self) -> list[Settlement]:
        """Poll every due feed and store what came; hand nothing to the publisher yet."""
        settlements = []
        for lease in await self.ledger.lease(limit=10, now=self.clock.now()):
            visit = await self.visitor.visit(lease)
            stored = await self.ledger.finish([visit.record])
            rows = tuple(row for row in visit.record.rows if row.event_id in stored)
            if rows:
                settlements.append(Settlement(feed=lease.feed.slug, rows=rows, validators=visit.record.validators))
        return settlements

    async def publish(self, settlements: Sequence[Settlement] = ()) -> None:
        """Publish what was handed over; without it, what a sweep of the database finds."""
        for settlement in settlements:
            assert self.outbox.offer(settlement)
        running = asyncio.create_task(self.outbox.run())
        await self.until(lambda pending: pending == 0)
        self.outbox.stop()
        await running

    async def until(self, is_reached: Callable[[int], bool]) -> None:
        """Wait until the number of rows that wait for Kafka is as told."""
        async with asyncio.timeout(20):
            while not is_reached(await self.pending()):  # noqa: ASYNC110 - another system is waited for
                await asyncio.sleep(0.02)

    async def pending(self) -> int:
        """How many rows wait for Kafka."""
        return (await PostgresArchive(self._pool).overview(self.clock.now())).pending


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Pool]:
    """A few connections."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=4)
    try:
        yield pool
    finally:
        await pool.close()


async def feed_row(pool: Pool, slug: str = FEED.slug) -> Any:
    """What the database knows of a feed."""
    return await pool.fetchrow("SELECT * FROM tocsin_ingest.feeds WHERE slug = $1", slug)
