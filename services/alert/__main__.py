"""Composition root of the alert service: settings in, exit status out."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
from prometheus_client import CollectorRegistry

from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.adapters.housekeeping import PostgresBroom
from services.alert.adapters.postgres import PostgresLedger
from services.alert.adapters.secrets import secret_of
from services.alert.adapters.subscriptions import PostgresSubscriptions
from services.alert.answering import api_parts
from services.alert.api.app import create_app
from services.alert.api.server import PageServer
from services.alert.canary import SINK, CanaryCatcher
from services.alert.channels.apprise import is_understood
from services.alert.compose import Composer
from services.alert.composition import Guard, guard_of, sender_of
from services.alert.consumer import ChangeHandler
from services.alert.errors import AlertError, LedgerError
from services.alert.housekeeping import Housekeeping, HousekeepingMetrics, Keep
from services.alert.mail_links import LinkSigner
from services.alert.metrics import CHANNELS, AlertMetrics
from services.alert.progress import Heartbeat
from services.alert.roster import Roster
from services.alert.schema import SCHEMA
from services.alert.sending import Sending, sending_of
from services.alert.settings import AlertSettings
from services.alert.watch import AppriseEndpoint, EmailEndpoint, Subscriptions
from services.alert.watches_file import load
from shared import logging, tracing
from shared.clock import SystemClock
from shared.geo.gazetteer import Gazetteer
from shared.health import HealthServer
from shared.kafka.awaiting import KafkaUnusableError, await_kafka
from shared.kafka.connection import KafkaConnection
from shared.kafka.consumer import Consumer
from shared.kafka.errors import KafkaError
from shared.kafka.publisher import Publisher, PublishError
from shared.logging import logger
from shared.metrics import new_registry
from shared.postgres.pool import DatabaseUnavailableError, close_pool, open_pool
from shared.postgres.schema import SchemaError, require
from shared.settings import SettingsError
from shared.topics import INCIDENTS, SOURCES, dead_letters_of

EXIT_WRONG_SETTINGS = 2
EXIT_TEMPORARY_FAILURE = 75
_LONGEST_ROUND_SECONDS = 150.0
_PENDING_EVERY_SECONDS = 5.0
_LAST_COMMIT_SECONDS = 5.0


def run(environment: Mapping[str, str]) -> int:
    """Run until SIGTERM or SIGINT; returns 0 then, 2 for wrong settings or watches, 75 when Kafka or PostgreSQL cannot be used."""
    try:
        settings = AlertSettings.from_environment(environment)
        book = GazetteerBook(Gazetteer.load())
        subscriptions = load(settings.watches_file, environment, book)
        subscriptions = replace(subscriptions, endpoints=(*subscriptions.endpoints, SINK))
        _check_relay(settings, subscriptions)
        _check_services(settings, subscriptions)
        tracing.configure("alert", settings)
    except SettingsError as error:
        print(f"tocsin alert: {error}", file=sys.stderr)  # logging is not set up before settings are known
        return EXIT_WRONG_SETTINGS
    logging.configure("alert", level=settings.log_level, log_format=settings.log_format)
    gc.collect()
    gc.freeze()  # the gazetteer stays to the end; walking through it for garbage would cost a tenth of every delivery
    logger().info("service.started", settings=settings.described())
    try:
        return asyncio.run(_serve(settings, subscriptions, book))
    except (
        AlertError,
        DatabaseUnavailableError,
        KafkaUnusableError,
        KafkaError,
        PublishError,
        SchemaError,
        OSError,
    ) as error:
        logger().error("service.failed", error_type=type(error).__name__, reason=str(error))
        return EXIT_TEMPORARY_FAILURE
    finally:
        tracing.close()


def _check_relay(settings: AlertSettings, subscriptions: Subscriptions) -> None:
    mailed = [endpoint.id for endpoint in subscriptions.endpoints if isinstance(endpoint, EmailEndpoint)]
    if mailed and settings.smtp_host is None:
        raise SettingsError(
            f"{settings.watches_file}: endpoints.{mailed[0]} is an e-mail address, so TOCSIN_ALERT_SMTP_HOST must name a mail relay"
        )


def _check_services(settings: AlertSettings, subscriptions: Subscriptions) -> None:
    for endpoint in subscriptions.endpoints:
        if isinstance(endpoint, AppriseEndpoint) and not is_understood(endpoint.url):
            raise SettingsError(
                f"{settings.watches_file}: endpoints.{endpoint.id} has a url that Apprise does not understand; see its list of services "
                "for what each needs (the url is not shown here: it carries credentials)"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """What the service's loops are made of."""

    consumer: Consumer
    publisher: Publisher
    handler: ChangeHandler
    guard: Guard
    sending: Sending
    ledger: PostgresLedger
    roster: Roster
    roster_seconds: float
    housekeeping: Housekeeping
    metrics: AlertMetrics
    consuming: Heartbeat
    dispatching: Heartbeat


async def _serve(settings: AlertSettings, subscriptions: Subscriptions, book: GazetteerBook) -> int:
    connection = KafkaConnection.from_settings(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    dsn = settings.postgres_dsn.get_secret_value()
    async with AsyncExitStack() as stack:
        pool = await open_pool(
            dsn,
            application="tocsin-alert",
            deadline_seconds=settings.startup_deadline_seconds,
            max_size=settings.postgres_connections,
        )
        stack.push_async_callback(close_pool, pool)
        await require(dsn, SCHEMA)
        await await_kafka(
            connection,
            (INCIDENTS, SOURCES, dead_letters_of(INCIDENTS)),
            deadline_seconds=settings.startup_deadline_seconds,
        )
        registry = new_registry()
        roster = Roster(subscriptions, PostgresSubscriptions(pool), book)
        await roster.refresh()
        parts = await _parts(
            stack,
            settings,
            connection=connection,
            roster=roster,
            book=book,
            pool=pool,
            registry=registry,
        )
        await stack.enter_async_context(
            HealthServer(
                host=settings.http_host,
                port=settings.http_port,
                registry=registry,
                live={"consuming": parts.consuming.problem, "dispatching": parts.dispatching.problem},
                ready={"consuming": parts.consuming.problem, "dispatching": parts.dispatching.problem},
            )
        )
        app = create_app(
            api_parts(
                settings=settings,
                pool=pool,
                roster=parts.roster,
                mail=parts.sending.links,
                book=book,
                publisher=parts.publisher,
                registry=registry,
                feed_secret=await secret_of(pool, "feeds"),
            )
        )
        await stack.enter_async_context(PageServer(app, host=settings.api_host, port=settings.api_port))
        logger().info("service.ready", watches=len(roster.index.watches), endpoints=len(roster.endpoints))
        return await _until(stop, parts)


async def _parts(
    stack: AsyncExitStack,
    settings: AlertSettings,
    *,
    connection: KafkaConnection,
    roster: Roster,
    book: GazetteerBook,
    pool: "asyncpg.Pool[asyncpg.Record]",
    registry: CollectorRegistry,
) -> _Parts:
    clock = SystemClock()
    metrics = AlertMetrics(registry)
    index, endpoints = roster.index, roster.endpoints
    ledger = PostgresLedger(pool, owner=f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    consuming, dispatching = (
        Heartbeat(name, longest_seconds=_LONGEST_ROUND_SECONDS, monotonic=time.monotonic)
        for name in ("consuming", "dispatching")
    )
    links = None
    if settings.public_url is not None:
        links = LinkSigner(base_url=settings.public_url, secret=await secret_of(pool, "mail_links"))
    sender = sender_of(settings, links)
    sending = await sending_of(
        stack,
        settings,
        pool=pool,
        ledger=ledger,
        endpoints=endpoints,
        of_file=frozenset(one.id for one in roster.of_file.endpoints),
        sender=sender,
        metrics=metrics,
        clock=clock,
        beat=dispatching.beat,
    )
    publisher = await stack.enter_async_context(Publisher(connection, client_id="tocsin-alert"))
    handler = ChangeHandler(
        ledger=ledger,
        index=index,
        endpoints=endpoints,
        composer=Composer(
            index=index,
            names=book,
            sender=sender,
        ),
        catch_up_after=timedelta(seconds=settings.catch_up_after_seconds),
        canaries=CanaryCatcher(names=book, sender=sender),
        dead_letters=publisher,
        metrics=metrics,
        clock=clock,
        hand_over=sending.dispatcher,
    )
    consumer = await stack.enter_async_context(
        Consumer(
            connection,
            topic=INCIDENTS.name,
            group=settings.consumer_group,
            client_id="tocsin-alert",
            max_records=settings.batch_records,
        )
    )
    guard = await guard_of(
        stack,
        settings,
        connection=connection,
        pool=pool,
        ledger=ledger,
        index=index,
        endpoints=endpoints,
        book=book,
        hand_over=sending.dispatcher,
        metrics=metrics,
        clock=clock,
        sender=sender,
    )
    return _Parts(
        guard=guard,
        consumer=consumer,
        publisher=publisher,
        handler=handler,
        sending=sending,
        ledger=ledger,
        roster=roster,
        roster_seconds=settings.watches_refresh_seconds,
        housekeeping=Housekeeping(
            PostgresBroom(pool),
            Keep(
                deliveries_days=settings.keep_deliveries_days,
                attempts_days=settings.keep_attempts_days,
                incidents_days=settings.keep_incidents_days,
                audit_days=settings.keep_audit_days,
            ),
            HousekeepingMetrics(registry),
            every_seconds=settings.housekeeping_seconds,
        ),
        metrics=metrics,
        consuming=consuming,
        dispatching=dispatching,
    )


async def _until(stop: asyncio.Event, parts: _Parts) -> int:
    """Run the loops until told to stop, or until one of them fails: then the process ends and is started anew."""
    dispatch = asyncio.create_task(parts.sending.dispatcher.run(), name="dispatch")
    loops = [
        asyncio.create_task(_consume(parts), name="consume"),
        asyncio.create_task(parts.guard.watchman.run(), name="watchman"),
        asyncio.create_task(parts.guard.gatherer.run(), name="gatherer"),
        asyncio.create_task(parts.guard.take_in(), name="sources"),
        asyncio.create_task(parts.sending.caring.run(), name="care"),
        asyncio.create_task(parts.sending.mails.run(), name="mails"),
        asyncio.create_task(_count_pending(parts), name="count"),
        asyncio.create_task(parts.housekeeping.run(), name="housekeeping"),
        asyncio.create_task(parts.roster.keep_fresh(every_seconds=parts.roster_seconds), name="roster"),
    ]
    stopped = asyncio.create_task(stop.wait(), name="stop")
    done, _ = await asyncio.wait({*loops, dispatch, stopped}, return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done if task is not stopped]
    for task in (*loops, stopped):
        task.cancel()
    parts.sending.dispatcher.stop()
    results = await asyncio.gather(*loops, dispatch, stopped, return_exceptions=True)
    logger().info("service.stopped", failed=[task.get_name() for task in failed])
    for result in results:
        if isinstance(result, Exception):
            raise result
    return EXIT_TEMPORARY_FAILURE if failed else 0


async def _consume(parts: _Parts) -> None:
    committing: asyncio.Task[bool] | None = None
    try:
        async for batch in parts.consumer.batches():
            parts.consuming.beat()
            parts.metrics.waiting_records.set(parts.consumer.waiting())
            if batch:
                await parts.handler.handle_patiently(batch)
                if committing is not None:
                    await committing
                committing = asyncio.create_task(parts.consumer.commit(batch))  # meanwhile the next batch is worked on
            elif committing is not None:
                await committing
                committing = None
    finally:
        if committing is not None:
            await asyncio.wait({committing}, timeout=_LAST_COMMIT_SECONDS)


async def _count_pending(parts: _Parts) -> None:
    while True:
        with contextlib.suppress(LedgerError):  # counted and logged where it hurts
            waiting = await parts.ledger.pending()
            for channel in CHANNELS:
                parts.metrics.pending.labels(channel).set(waiting.get(channel, 0))
        await asyncio.sleep(_PENDING_EVERY_SECONDS)


if __name__ == "__main__":
    sys.exit(run(os.environ))
