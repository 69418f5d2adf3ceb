"""The whole pipeline on this machine: real servers, the services as processes, and a proxy on every way between the parts."""

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from services.standalone.commands import schemas
from services.standalone.demo_config import feeds_document, service_settings, write_yaml
from services.standalone.feed_server import FeedServer, Pace, Start
from services.standalone.local_services import LocalServices, ServiceSpec, specs
from services.standalone.mail_catcher import MailCatcher
from services.standalone.recorded_day import NewsItem, RecordedDay, load_recorded_day, shift
from services.standalone.webhook_receiver import WebhookReceiver, new_secret
from shared.embedded.errors import EmbeddedError
from shared.embedded.jars import cache_directory, class_path, load_lock
from shared.embedded.kafka import KafkaServer
from shared.embedded.ports import free_port
from shared.embedded.postgres import PostgresServer
from shared.embedded.processes import ChildProcess
from shared.embedded.stack import default_fetcher
from shared.geo.regions import LinkRegion, countries_of
from shared.kafka.connection import KafkaConnection
from shared.kafka.errors import KafkaError
from shared.kafka.lag import LagReader
from shared.kafka.topics import apply
from shared.postgres.migrate import upgrade
from shared.topics import ALL, FAUST_APP_ID, INCIDENTS, ITEMS, REPORTS
from tests.support.false_clock import FalseClock, can_step_clocks
from tests.support.pipeline_faults import DISKS, KINDS, SERVERS, SERVICES
from tests.support.proxy import TcpProxy
from tests.support.small_disk import SmallDisk, can_mount

ALERT_GROUP = "tocsin-alert"
WORLD = [code for region in LinkRegion for code in sorted(countries_of(region)) if code != "XX"]
_DISK_MEGABYTES = {"kafka": 400, "postgres": 700, "classify": 100}
_POLL_SECONDS = 0.2


def possible_kinds() -> tuple[str, ...]:
    """The kinds of faults that this machine can do: a full disk needs root, a stepped clock a C compiler, both Linux."""
    missing = {name for name, can in (("disk", can_mount), ("clock", can_step_clocks)) if not can()}
    return tuple(kind for kind in KINDS if kind not in missing)


def busy_day(now: datetime, extra: Sequence[Mapping[str, str]] = ()) -> RecordedDay:
    """The recorded day, with ``extra`` stories (fields ``lang``, ``title``, ``summary``) mixed in as fresh news of its outlets."""
    day = shift(load_recorded_day(), now)
    by_language: dict[str, list[str]] = {}
    for outlet in day.outlets:
        by_language.setdefault(outlet.language, []).append(outlet.slug)
    added = []
    for number, story in enumerate(extra):
        outlets = by_language.get(story["lang"])
        if not outlets:
            continue
        added.append(
            NewsItem(
                key=f"extra-{number}",
                outlet=outlets[number % len(outlets)],
                guid=f"extra-{number}",
                link=f"https://news.example/extra/{number}",
                title=story["title"],
                summary=story["summary"],
                published=now - timedelta(minutes=5 + number % 90),
            )
        )
    opening, live = day.items[: day.opening], [*day.items[day.opening :], *added]
    random.Random(len(live)).shuffle(live)
    return replace(day, items=(*opening, *live))


@dataclass(kw_only=True)
class Pipeline:
    """Everything, with a proxy on every way between the parts."""

    kafka: KafkaServer
    postgres: PostgresServer
    services: LocalServices
    networks: Mapping[str, TcpProxy]
    feeds: FeedServer
    receiver: WebhookReceiver
    mail: MailCatcher
    connection: KafkaConnection
    folder: Path
    disks: Mapping[str, SmallDisk]
    clocks: Mapping[str, FalseClock]
    ended: Counter[str] = field(default_factory=Counter)

    def child(self, part: str) -> ChildProcess:
        """The process of a service or a server."""
        servers = {"kafka": self.kafka.child, "postgres": self.postgres.child}
        child = servers[part] if part in servers else self.services.children[part]
        assert child is not None
        return child

    async def keep_servers_running(self) -> None:
        """Start Kafka and PostgreSQL again when they ended, as often as it takes."""
        while True:
            for name in SERVERS:
                if not self.child(name).is_running:
                    self.ended[f"{name} {self.child(name).returncode}"] += 1
                    with contextlib.suppress(EmbeddedError, OSError):  # its disk is still full
                        await (self.kafka.start() if name == "kafka" else self.postgres.start())
            await asyncio.sleep(_POLL_SECONDS)

    async def keep_running(self) -> None:
        """Start services that ended again, as an orchestrator would."""
        while True:
            for name, child in self.services.children.items():
                if not child.is_running:
                    self.ended[f"{name} {child.returncode}"] += 1
                    child.start()
            await asyncio.sleep(0.5)

    async def work_left(self) -> str | None:
        """Say what is still to do; None when all is quiet."""
        progress = self.feeds.progress
        if progress.fetched < progress.total:
            return f"{progress.total - progress.fetched} stories not fetched"
        async with LagReader(self.connection) as reader:
            behind = await reader.lag(FAUST_APP_ID, [ITEMS, REPORTS]) + await reader.lag(ALERT_GROUP, [INCIDENTS])
        if behind:
            return f"{behind} records not taken"
        database = await asyncpg.connect(self.postgres.dsn, timeout=5)
        try:
            outbox = await database.fetchval("SELECT count(*) FROM tocsin_ingest.outbox WHERE acknowledged_at IS NULL")
            pending = await database.fetchval("SELECT count(*) FROM tocsin_alert.deliveries WHERE status = 'pending'")
        finally:
            await database.close()
        return f"{outbox} items and {pending} deliveries pending" if outbox or pending else None

    async def quiet(self, deadline_seconds: float) -> None:
        """Return when nothing is left to do, twice in a row; raises ``AssertionError`` saying what is."""
        until, calm, left = time.monotonic() + deadline_seconds, 0, None
        while calm < 3:
            assert time.monotonic() < until, f"after {deadline_seconds:g} s: {left}"
            try:
                async with asyncio.timeout(20):
                    left = await self.work_left()
            except (KafkaError, OSError, TimeoutError, asyncpg.PostgresError) as error:
                left = repr(error)
            calm = calm + 1 if left is None else 0
            await asyncio.sleep(1.0)


@asynccontextmanager
async def pipeline(folder: Path, day: RecordedDay, *, seconds: float) -> AsyncIterator[Pipeline]:
    """Start everything below ``folder``; the day takes ``seconds`` once its feeds were polled."""
    kinds = possible_kinds()
    lock, cache, fetcher = load_lock(), cache_directory(os.environ), default_fetcher(os.environ)
    secret = new_secret()
    async with AsyncExitStack() as opened:
        homes = {name: folder / f"{name}-disk" for name in DISKS}
        disks = {}
        for name, home in homes.items():
            if "disk" in kinds:
                disks[name] = opened.enter_context(SmallDisk(home, megabytes=_DISK_MEGABYTES[name]))
            else:
                home.mkdir(parents=True)
        clocks = {name: FalseClock.make(folder, name) for name in SERVICES if "clock" in kinds}
        kafka_network = await opened.enter_async_context(TcpProxy(0))
        kafka = KafkaServer(
            directory=homes["kafka"] / "kafka",
            log_path=folder / "kafka.log",
            jars=lambda: class_path(cache=cache, lock=lock, fetcher=fetcher),
            adjust=lambda settings: _through(settings, kafka_network),
        )
        postgres = PostgresServer(directory=homes["postgres"] / "postgres", log_path=folder / "postgres.log")
        opened.push_async_callback(kafka.stop)
        opened.push_async_callback(postgres.stop)
        await kafka.start()
        await postgres.start()
        connection = KafkaConnection(bootstrap=kafka.bootstrap_servers)
        await apply(connection, ALL)
        for schema in schemas():
            await upgrade(postgres.dsn, schema)
        feeds = await opened.enter_async_context(
            FeedServer(day, pace=Pace(duration_seconds=seconds, start=Start.BY_HAND))
        )
        receiver = await opened.enter_async_context(WebhookReceiver(secret=secret))
        mail = await opened.enter_async_context(MailCatcher())
        networks = {"kafka": kafka_network}
        for name, port in (("postgres", postgres.port), ("receiver", receiver.port), ("mail", mail.port)):
            networks[name] = await opened.enter_async_context(TcpProxy(port))
        services = LocalServices(_specs(folder, postgres, networks, feeds, secret, clocks=clocks), log_dir=folder)
        opened.push_async_callback(services.stop)
        services.start()
        await services.ready(deadline_seconds=120)
        yield Pipeline(
            kafka=kafka, postgres=postgres, services=services, networks=networks, feeds=feeds, receiver=receiver,
            mail=mail, connection=connection, folder=folder, disks=disks, clocks=clocks,
        )  # fmt: skip


def _through(settings: Mapping[str, str], network: TcpProxy) -> Mapping[str, str]:
    """A second listener, which clients are told to find behind the proxy."""
    network.target = free_port()
    return {
        **settings,
        "listeners": settings["listeners"] + f",FAR://127.0.0.1:{network.target}",
        "advertised.listeners": settings["advertised.listeners"] + f",FAR://127.0.0.1:{network.port}",
        "listener.security.protocol.map": settings["listener.security.protocol.map"] + ",FAR:PLAINTEXT",
    }


def _specs(
    folder: Path,
    postgres: PostgresServer,
    networks: Mapping[str, TcpProxy],
    feeds: FeedServer,
    secret: str,
    *,
    clocks: Mapping[str, FalseClock],
) -> Sequence[ServiceSpec]:
    settings = service_settings(networks["mail"].port)
    dsn = postgres.dsn.replace(f":{postgres.port}/", f":{networks['postgres'].port}/")
    watches = {
        "endpoints": {
            "world": {
                "channel": "webhook",
                "url": f"http://127.0.0.1:{networks['receiver'].port}/hook",
                "secret": secret,
            },
            "desk": {"channel": "email", "to": "desk@watch.example"},
        },
        "watches": {
            # Without a limit: what is told in a summary is not told once by id, which is what is counted here.
            "world": {"name": "Everywhere", "places": WORLD, "endpoints": ["world"], "limit_an_hour": False},
            "diyala": {"name": "Diyala", "places": ["Diyala"], "endpoints": ["desk"]},
        },
    }
    common = {"TOCSIN_KAFKA_BOOTSTRAP": f"127.0.0.1:{networks['kafka'].port}", "TOCSIN_POSTGRES_DSN": dsn}
    own = {
        "ingest": {
            **settings["ingest"],
            "TOCSIN_INGEST_FEEDS_FILE": str(write_yaml(folder / "feeds.yaml", feeds_document(feeds))),
        },
        "classify": {"TOCSIN_CLASSIFY_DATA_DIR": str(folder / "classify-disk" / "classify")},
        "alert": {
            **settings["alert"],
            "TOCSIN_ALERT_WATCHES_FILE": str(write_yaml(folder / "watches.yaml", watches)),
            "TOCSIN_ALERT_API_PORT": "0",
            "TOCSIN_ALERT_LEASE_SECONDS": "15",
            "TOCSIN_ALERT_WEBHOOK_TIMEOUT_SECONDS": "5",
            "TOCSIN_ALERT_SMTP_TIMEOUT_SECONDS": "5",
            "TOCSIN_ALERT_APPRISE_TIMEOUT_SECONDS": "5",
            "TOCSIN_ALERT_RETRY_SCHEDULE_SECONDS": "1,1,2,2,5,5,5,5,5,10,10,10",
            "TOCSIN_ALERT_CATCH_UP_AFTER_SECONDS": "86400",
        },
    }
    for name, clock in clocks.items():
        own[name] |= clock.environment
    return specs(common, own)
