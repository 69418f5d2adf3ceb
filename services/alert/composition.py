"""Makes what looks after silence: the watchman, the intake of sources, the catcher of test items. Called by the composition root."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg

from services.alert.adapters.lists import PostgresLists
from services.alert.adapters.postgres import PostgresLedger
from services.alert.adapters.tower import PostgresTower
from services.alert.bulletins import BulletinWriter
from services.alert.compose import Sender
from services.alert.errors import LedgerError
from services.alert.gatherer import Gatherer
from services.alert.mail_links import LinkSigner
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics
from services.alert.ports import HandOver, PlaceBook
from services.alert.settings import AlertSettings
from services.alert.source_intake import SourceIntake
from services.alert.watch import Endpoint
from services.alert.watchman import Watchman
from shared.clock import Clock
from shared.kafka.connection import KafkaConnection
from shared.kafka.consumer import Consumer
from shared.kafka.dead_letters import Received
from shared.logging import logger
from shared.topics import SOURCES

_RETRY_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """What stands guard beside the news: loops for the process to keep running, the watchman's, the gatherer's and ``take_in``."""

    watchman: Watchman
    gatherer: Gatherer
    intake: SourceIntake
    consumer: Consumer
    metrics: AlertMetrics

    async def take_in(self) -> None:
        """Take in what ingest says of its feeds, until cancelled."""
        async for batch in self.consumer.batches():
            if batch:
                await self._keep(batch)
                await self.consumer.commit(batch)

    async def _keep(self, batch: Sequence[Received]) -> None:
        while True:
            try:
                await self.intake.handle(batch)
            except LedgerError as error:
                self.metrics.ledger_errors.inc()
                logger().warning("ledger.failed", reason=str(error), retry_in_s=_RETRY_SECONDS)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return


async def guard_of(
    stack: AsyncExitStack,
    settings: AlertSettings,
    *,
    connection: KafkaConnection,
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    index: WatchIndex,
    endpoints: Mapping[str, Endpoint],
    book: PlaceBook,
    hand_over: HandOver,
    metrics: AlertMetrics,
    clock: Clock,
    sender: Sender,
) -> Guard:
    """Return it, its consumer entered on ``stack``."""
    tower = PostgresTower(pool, ledger)
    writer = BulletinWriter(names=book, sender=sender)
    gatherer = Gatherer(
        lists=PostgresLists(pool, ledger),
        index=index,
        endpoints=endpoints,
        writer=writer,
        hand_over=hand_over,
        metrics=metrics,
        clock=clock,
        round_seconds=settings.round_seconds,
    )
    watchman = Watchman(
        tower=tower,
        index=index,
        endpoints=endpoints,
        writer=writer,
        hand_over=hand_over,
        metrics=metrics,
        clock=clock,
        round_seconds=settings.round_seconds,
    )
    consumer = await stack.enter_async_context(
        Consumer(
            connection,
            topic=SOURCES.name,
            group=f"{settings.consumer_group}-sources",
            client_id="tocsin-alert-sources",
            max_records=1000,
        )
    )
    return Guard(
        watchman=watchman,
        gatherer=gatherer,
        intake=SourceIntake(shelf=tower, metrics=metrics),
        consumer=consumer,
        metrics=metrics,
    )


def sender_of(settings: AlertSettings, links: LinkSigner | None = None) -> Sender:
    """Who the mails come from, and whose links they carry."""
    return Sender(address=settings.mail_from, name=settings.mail_from_name, links=links)
