"""The ingest service's composition root: settings, logs, adapters, loops, and an orderly end."""

import asyncio
import gc
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from services.ingest.adapters.archive import PostgresArchive
from services.ingest.adapters.articles import PostgresArticleBook
from services.ingest.adapters.kafka import KafkaItemPublisher
from services.ingest.adapters.postgres import PostgresLedger
from services.ingest.adapters.sentry import KafkaHealthPublisher, PostgresSentryBook
from services.ingest.articles import Articles
from services.ingest.composition import fetcher_of, parser_of, reader_of
from services.ingest.errors import LedgerUnavailableError
from services.ingest.feed import Feed
from services.ingest.feeds_file import load_feeds
from services.ingest.housekeeping import Housekeeping
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.paging import OlderPages
from services.ingest.politeness import Politeness
from services.ingest.poller import Poller
from services.ingest.recorder import Recorder
from services.ingest.robots import Robots
from services.ingest.schema import SCHEMA
from services.ingest.sentry import Sentry
from services.ingest.settings import IngestSettings
from services.ingest.visit import Visitor
from services.ingest.websub import WebSub, websub_of
from shared import tracing
from shared.clock import Clock, SystemClock
from shared.health import HealthServer
from shared.kafka.awaiting import KafkaUnusableError, await_kafka
from shared.kafka.connection import KafkaConnection
from shared.logging import configure, logger
from shared.metrics import new_registry
from shared.postgres.pool import DatabaseUnavailableError, close_pool, open_pool
from shared.postgres.schema import SchemaError, require
from shared.settings import SettingsError
from shared.topics import ITEMS, SOURCES

EXIT_CONFIGURATION = 78
EXIT_UNAVAILABLE = 75
_STALE_OUTBOX_SECONDS = 300.0
_YOUNG_OBJECTS = 3_000
"""Made before the collector looks: at the default of 700 it looks after every other entry of a feed, and finds nothing."""
_SENTRY_SECONDS = 5.0
"""What the sentry has to say is old after its next round, and must not hold up an orderly end."""


def run(environment: Mapping[str, str]) -> int:
    """Run the service until SIGTERM or SIGINT; return 0 then, 78 for a wrong setting or file, 75 when Kafka or Postgres do not answer."""
    try:
        settings = IngestSettings.from_environment(environment)
        feeds = load_feeds(settings.feeds_file)
        tracing.configure("ingest", settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIGURATION
    configure("ingest", level=settings.log_level, log_format=settings.log_format)
    logger().info("service.started", feeds=len(feeds), settings=settings.described())
    if not settings.contact:
        logger().warning(
            "contact.missing", detail="set TOCSIN_INGEST_CONTACT: outlets block pollers that name nobody to ask"
        )
    try:
        asyncio.run(_serve(settings, feeds))
    except (DatabaseUnavailableError, KafkaUnusableError, LedgerUnavailableError) as error:
        logger().error("service.failed", reason=str(error))
        print(error, file=sys.stderr)
        return EXIT_UNAVAILABLE
    except (SchemaError, OSError) as error:
        logger().error("service.failed", reason=str(error))
        print(error, file=sys.stderr)
        return EXIT_CONFIGURATION
    finally:
        tracing.close()
    logger().info("service.stopped")
    return 0


def instance_of(settings: IngestSettings) -> str:
    """The name of this replica."""
    return settings.instance or socket.gethostname()


@dataclass(frozen=True, kw_only=True)
class Loops:
    """What runs for the life of the service."""

    poller: Poller
    outbox: Outbox
    housekeeping: Housekeeping
    articles: Articles
    sentry: Sentry
    websub: WebSub | None
    """Only with a public callback address."""


async def _serve(settings: IngestSettings, feeds: tuple[Feed, ...]) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    is_serving = asyncio.Event()
    serving = asyncio.create_task(_start_and_run(settings, feeds, stopping, is_serving))
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not serving.done() and not is_serving.is_set():
        serving.cancel()  # told to stop while still waiting for Kafka or Postgres: nothing was begun
        await asyncio.gather(serving, return_exceptions=True)
        return
    await serving


async def _start_and_run(
    settings: IngestSettings, feeds: tuple[Feed, ...], stopping: asyncio.Event, is_serving: asyncio.Event
) -> None:
    clock = SystemClock()
    registry = new_registry()
    metrics = IngestMetrics(registry)
    dsn = settings.postgres_dsn.get_secret_value()
    async with AsyncExitStack() as stack:
        pool = await open_pool(
            dsn,
            application="tocsin-ingest",
            deadline_seconds=settings.startup_deadline_seconds,
            max_size=settings.postgres_connections,
        )
        stack.push_async_callback(close_pool, pool)
        await require(dsn, SCHEMA)
        ledger = PostgresLedger(
            pool,
            instance=instance_of(settings),
            feeds=feeds,
            lease_for=timedelta(seconds=settings.lease_seconds),
            claim_for=timedelta(seconds=settings.outbox_claim_seconds),
            keeps_hubs=bool(settings.websub_callback),
        )
        await ledger.take_office(clock.now())
        publisher = await stack.enter_async_context(_kafka(settings))
        fetcher = await stack.enter_async_context(fetcher_of(settings, clock))
        parser = await stack.enter_async_context(parser_of(settings))
        outbox = Outbox(ledger=ledger, publisher=publisher, metrics=metrics, clock=clock, batch=settings.publish_batch)
        recorder = Recorder(ledger)
        politeness = Politeness(
            connections=settings.host_connections,
            delay_seconds=settings.host_delay_seconds,
            longest_wait_seconds=settings.host_wait_seconds,
            monotonic=monotonic,
        )
        visitor = Visitor(
            fetcher=fetcher,
            parser=parser,
            ledger=ledger,
            clock=clock,
            limits=settings.poll_limits,
            random=random.SystemRandom().random,
            older_pages=OlderPages(
                fetcher=fetcher,
                parser=parser,
                pace=politeness.pace,
                most_pages=settings.older_pages,
                seconds=settings.older_pages_seconds,
            )
            if settings.older_pages
            else None,
        )
        poller = Poller(
            ledger=ledger,
            visitor=visitor,
            recorder=recorder,
            outbox=outbox,
            politeness=politeness,
            metrics=metrics,
            clock=clock,
            workers=settings.workers,
            throttled_hosts=settings.throttled_hosts,
            longest_hold_seconds=settings.longest_retry_after_seconds,
        )
        housekeeping = Housekeeping(
            archive=PostgresArchive(pool),
            roster=ledger,
            metrics=metrics,
            clock=clock,
            retention=timedelta(days=settings.outbox_retention_days),
        )
        reader = await stack.enter_async_context(reader_of(settings))
        articles = Articles(
            book=PostgresArticleBook(
                pool,
                feeds=lambda: ledger.feeds,
                instance=instance_of(settings),
                claim_for=timedelta(seconds=settings.outbox_claim_seconds),
            ),
            feed_of=lambda slug: ledger.feeds.get(slug),  # noqa: PLW0108 - the list is replaced when feeds come and go
            fetcher=fetcher,
            reader=reader,
            robots=Robots(fetcher=fetcher, reader=reader, politeness=politeness, monotonic=monotonic),
            politeness=politeness,
            outbox=outbox,
            metrics=metrics,
            clock=clock,
            workers=settings.article_workers,
        )
        sentry = Sentry(
            book=PostgresSentryBook(pool),
            listing=ledger,
            publisher=await stack.enter_async_context(
                KafkaHealthPublisher(
                    KafkaConnection.from_settings(settings),
                    timeout_seconds=min(_SENTRY_SECONDS, settings.publish_timeout_seconds),
                )
            ),
            metrics=metrics,
            clock=clock,
            canary_every=timedelta(seconds=settings.canary_seconds) if settings.canary_seconds else None,
        )
        websub = None
        if settings.websub_callback:
            websub = await stack.enter_async_context(
                websub_of(
                    settings,
                    pool=pool,
                    feeds=lambda: ledger.feeds,
                    instance=instance_of(settings),
                    visitor=visitor,
                    recorder=recorder,
                    outbox=outbox,
                    hubs=fetcher,
                    turn=politeness.turn,
                    metrics=metrics,
                    clock=clock,
                )
            )
        loops = Loops(
            websub=websub,
            poller=poller,
            outbox=outbox,
            housekeeping=housekeeping,
            articles=articles,
            sentry=sentry,
        )
        await stack.enter_async_context(
            HealthServer(
                host=settings.http_host,
                port=settings.http_port,
                registry=registry,
                live={
                    "poller": lambda: _stalled(poller.turned_at, clock, settings.stall_seconds),
                    "outbox": lambda: _stalled(outbox.turned_at, clock, settings.stall_seconds),
                },
                ready={"outbox": lambda: _overdue(housekeeping.oldest_pending_seconds)},
            )
        )
        is_serving.set()
        # What was built so far stays for good. Left to the collector, each full collection would walk all of it: 60 ms in which no poll moves.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG_OBJECTS, 10, 10)
        await _run_loops(loops, stopping, grace_seconds=settings.shutdown_grace_seconds)


@asynccontextmanager
async def _kafka(settings: IngestSettings) -> AsyncIterator[KafkaItemPublisher]:
    """Open the publisher, waiting for the broker up to the start-up deadline."""
    connection = KafkaConnection.from_settings(settings)
    await await_kafka(connection, (ITEMS, SOURCES), deadline_seconds=settings.startup_deadline_seconds)
    async with KafkaItemPublisher(connection, timeout_seconds=settings.publish_timeout_seconds) as publisher:
        yield publisher


async def _run_loops(loops: Loops, stopping: asyncio.Event, *, grace_seconds: float) -> None:
    """Run until told to stop or a loop fails; then let polls end, publish what they brought, and leave."""
    polling = asyncio.create_task(loops.poller.run(), name="poller")
    publishing = asyncio.create_task(loops.outbox.run(), name="outbox")
    background = [
        asyncio.create_task(loops.housekeeping.run(), name="housekeeping"),
        asyncio.create_task(loops.articles.run(), name="articles"),
        asyncio.create_task(loops.sentry.run(), name="sentry"),
    ]
    if loops.websub is not None:
        background.append(asyncio.create_task(loops.websub.pushes.run(), name="pushes"))
        background.append(asyncio.create_task(loops.websub.subscriber.run(), name="subscriber"))
    told = asyncio.create_task(stopping.wait(), name="stop")
    try:
        ended, _ = await asyncio.wait({polling, publishing, told, *background}, return_when=asyncio.FIRST_COMPLETED)
        for task in ended - {
            told
        }:  # said at once: what follows takes a while, and should it hang nobody would know why
            error = None if task.cancelled() else task.exception()
            logger().error("loop.ended", loop=task.get_name(), exc_info=error)
        loops.poller.stop()
        try:
            async with asyncio.timeout(grace_seconds):
                await asyncio.wait({polling})
        except TimeoutError:
            logger().warning("polls.abandoned", grace_s=grace_seconds)
            await loops.poller.abandon()
        loops.outbox.stop()
        try:
            async with asyncio.timeout(grace_seconds):
                await asyncio.wait({publishing})
        except TimeoutError:
            logger().warning("outbox.abandoned", grace_s=grace_seconds)
        for task in ended - {told}:
            task.result()  # a loop that failed ends the process with its error
    finally:
        tasks = [polling, publishing, told, *background]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _stalled(turned_at: datetime, clock: Clock, limit_seconds: float) -> str | None:
    seconds = (clock.now() - turned_at).total_seconds()
    return f"has not turned for {seconds:.0f} s" if seconds > limit_seconds else None


def _overdue(oldest_seconds: float) -> str | None:
    if oldest_seconds <= _STALE_OUTBOX_SECONDS:
        return None
    return f"the oldest item has waited {oldest_seconds:.0f} s for Kafka"


if __name__ == "__main__":
    sys.exit(run(os.environ))
