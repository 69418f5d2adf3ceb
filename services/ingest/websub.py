"""WebSub put together: the callback's door and the two loops behind it, which exist only with a public callback address."""

import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from services.ingest.adapters.callback import CallbackLimits, CallbackServer
from services.ingest.adapters.subscriptions import PostgresSubscriptionBook
from services.ingest.feed import Feed
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.pushes import Pushes
from services.ingest.recorder import Recorder
from services.ingest.settings import IngestSettings
from services.ingest.subscriber import HubClient, Subscriber
from services.ingest.visit import Visitor
from shared.clock import Clock
from shared.logging import logger


@dataclass(frozen=True, kw_only=True)
class WebSub:
    """The loops; they run for the life of the service."""

    pushes: Pushes
    subscriber: Subscriber


@asynccontextmanager
async def websub_of(
    settings: IngestSettings,
    *,
    pool: "asyncpg.Pool[asyncpg.Record]",
    feeds: Callable[[], Mapping[str, Feed]],
    instance: str,
    visitor: Visitor,
    recorder: Recorder,
    outbox: Outbox,
    hubs: HubClient,
    turn: Callable[[str], AbstractAsyncContextManager[None]],
    metrics: IngestMetrics,
    clock: Clock,
) -> AsyncIterator[WebSub]:
    """Listen for hubs while the context is open; raises ``OSError`` naming the port when it is taken."""
    book = PostgresSubscriptionBook(
        pool,
        feeds=feeds,
        instance=instance,
        lease_for=timedelta(seconds=settings.lease_seconds),
        callback=settings.websub_callback,
    )
    if moved := await book.ask_moved(clock.now()):
        logger().info("websub.moved", subscriptions=moved, detail="hubs are told the new public address")
    pushes = Pushes(book=book, visitor=visitor, recorder=recorder, outbox=outbox, metrics=metrics, clock=clock)
    chance = random.SystemRandom().random
    subscriber = Subscriber(
        book=book,
        hubs=hubs,
        metrics=metrics,
        clock=clock,
        callback=settings.websub_callback,
        lease_seconds=settings.websub_lease_seconds,
        random=chance,
        turn=turn,
    )
    limits = CallbackLimits(
        body_bytes=settings.max_body_bytes,
        seconds=settings.fetch_timeout_seconds,
        lease_seconds=settings.websub_lease_seconds,
    )
    async with CallbackServer(
        host=settings.websub_host,
        port=settings.websub_port,
        limits=limits,
        book=book,
        arrived=pushes.arrived,
        metrics=metrics,
        clock=clock,
        random=chance,
    ):
        yield WebSub(pushes=pushes, subscriber=subscriber)
