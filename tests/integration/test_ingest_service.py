"""The ingest service as a process, against real Kafka and PostgreSQL and feeds served on loopback."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from datetime import UTC, datetime
from email.utils import format_datetime

import asyncpg
import httpx
import psutil
import pytest
from aiohttp import web

from services.ingest.feed import Feed
from services.ingest.schema import SCHEMA
from services.standalone.feed_faults import Fault, FaultSettings
from services.standalone.feed_server import FeedServer, Pace, Start
from services.standalone.recorded_day import load_recorded_day
from shared.embedded.ports import free_port
from shared.postgres.migrate import upgrade
from shared.topics import ITEMS, SOURCES, prefixed
from tests.support.hub import Hub, push
from tests.support.ingest_chaos import Chaos, survive
from tests.support.ingest_fakes import rss
from tests.support.ingest_process import IngestProcess, ItemsTopic, write_feeds
from tests.support.servers import create_topics, unique_name
from tests.support.waiting import until


class Ground:
    """What a service needs to stand on."""

    def __init__(self, *, bootstrap: str, dsn: str, directory: object) -> None:
        self.bootstrap = bootstrap
        self.dsn = dsn
        self.directory = directory
        self.prefix = f"{unique_name('ingest')}-"
        self.topic = prefixed(ITEMS, self.prefix)

    def environment(self, feeds_file: object) -> dict[str, str]:
        return {
            "TOCSIN_KAFKA_BOOTSTRAP": self.bootstrap,
            "TOCSIN_POSTGRES_DSN": self.dsn,
            "TOCSIN_TOPIC_PREFIX": self.prefix,
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_INGEST_FEEDS_FILE": str(feeds_file),
            "TOCSIN_INGEST_ALLOW_NETWORKS": "127.0.0.0/8",
            "TOCSIN_INGEST_CONTACT": "test@example.org",
            "TOCSIN_INGEST_HOST_DELAY_SECONDS": "0",
            "TOCSIN_INGEST_HOST_CONNECTIONS": "20",
            "TOCSIN_INGEST_MIN_POLL_SECONDS": "0.5",
            "TOCSIN_INGEST_READ_TIMEOUT_SECONDS": "3",
            "TOCSIN_INGEST_FETCH_TIMEOUT_SECONDS": "4",
            "TOCSIN_INGEST_PARSE_WORKERS": "1",
            "TOCSIN_INGEST_CANARY_SECONDS": "0",
        }


@pytest.fixture
async def ground(kafka_bootstrap, postgres_database, tmp_path):
    ground = Ground(bootstrap=kafka_bootstrap, dsn=postgres_database, directory=tmp_path)
    await create_topics(kafka_bootstrap, [ground.topic, prefixed(SOURCES, ground.prefix)])
    await upgrade(postgres_database, SCHEMA)
    return ground


def feeds_of(server: FeedServer) -> list[Feed]:
    return [
        Feed(
            slug=listing.slug,
            url=listing.url,
            outlet=listing.outlet,
            language=listing.language,
            country=listing.country,
            tier=listing.tier,
            interval_seconds=0.5,
        )
        for listing in server.listings
    ]


async def test_every_item_of_a_news_day_arrives_once_and_only_the_first_poll_is_backfill(ground, tmp_path):
    day = load_recorded_day()
    async with FeedServer(day, pace=Pace(duration_seconds=5.0)) as server:
        feeds = write_feeds(tmp_path / "feeds.yaml", feeds_of(server))
        async with (
            ItemsTopic(ground.bootstrap, ground.topic.name) as topic,
            IngestProcess(ground.environment(feeds), tmp_path / "log") as service,
        ):
            await topic.read_items(len(day.items))
            await topic.read()
            assert await service.stop() == 0

    assert len(topic.records) == len(topic.event_ids) == len(day.items)
    titles = {item.title for item in day.items}
    assert {item.title for item in topic.items.values()} == titles
    opening = {item.title for item in day.items[: day.opening]}
    assert {item.title for item in topic.items.values() if item.backfill} == opening
    assert '"event": "feed.fetched"' in service.log
    assert '"level": "error"' not in service.log


async def test_killed_again_and_again_it_loses_nothing_and_repeats_only_equal_bytes(ground, tmp_path):
    day = load_recorded_day()
    async with FeedServer(day, pace=Pace(duration_seconds=8.0)) as server:
        feeds = write_feeds(tmp_path / "feeds.yaml", feeds_of(server))
        async with (
            ItemsTopic(ground.bootstrap, ground.topic.name) as topic,
            IngestProcess(ground.environment(feeds), tmp_path / "log") as service,
        ):
            parsers = 0
            for seen in (1, day.opening + 3, day.opening + 20):
                await topic.read_items(seen)
                children = psutil.Process(service.pid).children(recursive=True)
                parsers += len(children)
                await service.kill()
                _, alive = psutil.wait_procs(children, timeout=10)
                assert alive == [], "none outlives the service"
                await service.start()
            assert parsers > 0
            await topic.read_items(len(day.items))
            await topic.read()

    assert {item.title for item in topic.items.values()} == {item.title for item in day.items}
    assert len(topic.event_ids) == len(day.items)
    assert topic.unequal == set()


async def test_three_replicas_of_which_one_is_killed_at_random_lose_nothing_and_repeat_only_equal_bytes(
    ground, tmp_path
):
    verdict = await survive(
        bootstrap=ground.bootstrap,
        dsn=ground.dsn,
        topic=ground.topic.name,
        prefix=ground.prefix,
        folder=tmp_path,
        # The whole of it, with takeovers by other names and frozen replicas, is ``python -m bench.ingest_chaos``.
        chaos=Chaos(
            seconds=7.0, feeds=9, fault_every_seconds=2.0, stop_share=0.0, rename_share=0.0, drain_seconds=60.0
        ),
        tell=print,
    )
    assert verdict.problems == ()
    assert (verdict.events, verdict.kills > 1) == (verdict.expected, True)


async def test_the_operator_sees_each_feeds_health_and_can_refill_a_lost_topic(ground, tmp_path):
    day = load_recorded_day()
    async with FeedServer(day, pace=Pace(start=Start.BY_HAND)) as server:
        listed = [
            *feeds_of(server),
            Feed(slug="gone", url=server.fault_url(Fault.GONE), outlet="Gone", language="en"),
            Feed(slug="html", url=server.fault_url(Fault.HTML), outlet="HTML", language="en"),
        ]
        environment = ground.environment(write_feeds(tmp_path / "feeds.yaml", listed))
        async with (
            ItemsTopic(ground.bootstrap, ground.topic.name) as topic,
            IngestProcess(environment, tmp_path / "log"),
        ):
            await topic.read_items(day.opening)
        before = {(event_id, value) for event_id, value, _ in topic.records}

        status, health = await tocsin(environment, "feeds", "list")
        assert status == 0
        assert "html" in health
        assert "failing" in health
        assert "answered with an HTML page instead of a feed" in health
        status, shown = await tocsin(environment, "feeds", "show", day.outlets[0].slug)
        assert "state           ok" in shown
        status, tried = await tocsin(environment, "feeds", "test", "html", day.outlets[0].slug)
        assert status == 1
        assert "1 of 2 answer" in tried
        assert "retired" in (await tocsin(environment, "feeds", "show", "gone"))[1]
        assert (await tocsin(environment, "feeds", "resume", "gone")) == (0, "gone is polled again\n")
        assert "retired" not in (await tocsin(environment, "feeds", "show", "gone"))[1]
        assert (await tocsin(environment, "feeds", "resume", "nowhere"))[0] == 1
        status, refilled = await tocsin(environment, "ingest", "republish", "--since", "1h")
        assert (status, f"{day.opening} items published again" in refilled) == (0, True)
        async with ItemsTopic(ground.bootstrap, ground.topic.name) as again:
            await again.read_items(day.opening)
            await again.read()
    assert len(again.records) == 2 * day.opening
    assert {(event_id, value) for event_id, value, _ in again.records} == before
    assert again.unequal == set()


async def tocsin(environment, *words):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", *words, env={**os.environ, **environment}, stdout=PIPE, stderr=STDOUT
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_without_kafka_it_waits_and_then_ends_saying_so(ground, tmp_path, unused_tcp_port):
    feeds = write_feeds(tmp_path / "feeds.yaml", [Feed(slug="a", url="http://127.0.0.1:9/", outlet="A", language="en")])
    environment = ground.environment(feeds) | {
        "TOCSIN_KAFKA_BOOTSTRAP": f"127.0.0.1:{unused_tcp_port}",
        "TOCSIN_STARTUP_DEADLINE_SECONDS": "1",
    }
    service = IngestProcess(environment, tmp_path / "log")
    await service.start()
    assert await service.wait() == 75
    assert f"Kafka at 127.0.0.1:{unused_tcp_port} did not answer within 1 s" in service.log


async def test_told_to_stop_while_it_still_waits_for_kafka_it_stops(ground, tmp_path, unused_tcp_port):
    feeds = write_feeds(tmp_path / "feeds.yaml", [Feed(slug="a", url="http://127.0.0.1:9/", outlet="A", language="en")])
    environment = ground.environment(feeds) | {"TOCSIN_KAFKA_BOOTSTRAP": f"127.0.0.1:{unused_tcp_port}"}
    async with IngestProcess(environment, tmp_path / "log") as service:
        async with asyncio.timeout(30):
            while "kafka.awaited" not in service.log:  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(0.1)
        assert await service.stop() == 0


async def test_a_database_without_our_schema_is_refused_with_what_to_do(kafka_bootstrap, postgres_database, tmp_path):
    ground = Ground(bootstrap=kafka_bootstrap, dsn=postgres_database, directory=tmp_path)
    feeds = write_feeds(tmp_path / "feeds.yaml", [Feed(slug="a", url="http://127.0.0.1:9/", outlet="A", language="en")])
    service = IngestProcess(ground.environment(feeds), tmp_path / "log")
    await service.start()
    assert await service.wait() == 78
    assert "run 'tocsin migrate'" in service.log


async def test_health_and_metrics_are_served(ground, tmp_path):
    day = load_recorded_day()
    async with FeedServer(day, pace=Pace(start=Start.BY_HAND)) as server:
        feeds = write_feeds(tmp_path / "feeds.yaml", feeds_of(server))
        async with (
            ItemsTopic(ground.bootstrap, ground.topic.name) as topic,
            IngestProcess(ground.environment(feeds), tmp_path / "log") as service,
        ):
            await topic.read_items(day.opening)
            port = next(
                line["port"] for line in map(json.loads, service.log.splitlines()) if line["event"] == "health.served"
            )
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                assert (await client.get("/livez")).json() == {"status": "ok", "problems": {}}
                assert (await client.get("/readyz")).status_code == 200
                metrics = (await client.get("/metrics")).text
    assert 'tocsin_ingest_polls_out_total{outcome="changed"}' in metrics
    assert f'tocsin_ingest_items_out_total{{outcome="published"}} {day.opening}.0' in metrics


async def test_a_wrong_feeds_file_ends_the_process_with_the_sentence(tmp_path):
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text("feeds:\n  - slug: Bad Slug\n    url: ftp://x\n    outlet: X\n    language: en\n    tier: 4\n")
    service = IngestProcess({"TOCSIN_INGEST_FEEDS_FILE": str(feeds)}, tmp_path / "log")
    await service.start()
    assert await service.wait() == 78
    assert f"{feeds}, line 2: slug is 'Bad Slug'; accepted is lower-case letters" in service.log
    assert "line 6: tier is 4; accepted is 1, 2 or 3" in service.log


async def test_a_feed_that_goes_wrong_is_named_in_its_health_and_the_others_go_on(ground, tmp_path):
    day = load_recorded_day()
    faults = FaultSettings(huge_bytes=12_000_000, drip_seconds=0.5)
    async with FeedServer(day, pace=Pace(start=Start.BY_HAND), faults=faults) as server:
        broken = [
            Feed(slug=f"fault-{fault}", url=server.fault_url(fault), outlet="Faults", language="en", tier=3)
            for fault in Fault
        ]
        feeds = write_feeds(tmp_path / "feeds.yaml", [*broken, *feeds_of(server)])
        async with (
            ItemsTopic(ground.bootstrap, ground.topic.name) as topic,
            IngestProcess(ground.environment(feeds), tmp_path / "log") as service,
        ):
            await topic.read_items(day.opening)
            server.publish(day.items[-1])
            await topic.read_items(day.opening + 1)
            await topic.read(quiet_seconds=6.0)
            assert await service.stop() == 0

    connection = await asyncpg.connect(ground.dsn)
    rows = {row["slug"]: row for row in await connection.fetch("SELECT * FROM tocsin_ingest.feeds")}
    await connection.close()
    said = {fault: rows[f"fault-{fault}"]["last_error"] for fault in Fault}
    for fault in set(Fault) - {Fault.WRONG_ENCODING, Fault.ENTITY_BOMB}:
        assert said[fault], fault
        assert rows[f"fault-{fault}"]["failures"] > 0
    assert rows["fault-gone"]["retired_at"] is not None
    assert all(rows[outlet.slug]["failures"] == 0 for outlet in day.outlets)
    mended = [item.summary for item in topic.items.values() if item.feed == "fault-wrong-encoding"]
    assert mended == ["افتتاح مكتبة عامة في بعقوبة"]


async def test_a_feed_without_content_gets_the_text_of_its_pages_as_a_second_version(ground, tmp_path):
    text = "The mortar shells fell on the village before dawn, residents said. " * 9
    served = []

    async def answer(request):
        served.append(request.path)
        base = f"http://127.0.0.1:{request.url.port}"
        match request.path:
            case "/robots.txt":
                return web.Response(text="User-agent: *\nDisallow: /private\n")
            case "/feed":
                now = format_datetime(
                    datetime.now(UTC)
                )  # an old or undated item of a first poll is backfill, and not read
                item = (
                    "<item><guid isPermaLink='false'>{0}</guid><title>{0}</title><link>{1}/{0}</link>"
                    f"<pubDate>{now}</pubDate></item>"
                )
                items = item.format("open", base) + item.format("private", base)
                return web.Response(text=f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>")
            case _:
                return web.Response(text=f"<html><article><p>{text}</p></article></html>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    feed = Feed(
        slug="short",
        url=f"http://127.0.0.1:{runner.addresses[0][1]}/feed",
        outlet="Short",
        language="en",
        interval_seconds=2.0,
        full_text=True,
    )
    try:
        async with (
            ItemsTopic(ground.bootstrap, ground.topic.name) as topic,
            IngestProcess(
                ground.environment(write_feeds(tmp_path / "feeds.yaml", [feed])), tmp_path / "log"
            ) as service,
        ):
            await topic.read_items(3)
            await topic.read(quiet_seconds=3.0)
            assert await service.stop() == 0
    finally:
        await runner.cleanup()
    found = sorted((item.title, item.version, item.content) for item in topic.items.values())
    assert found == [("open", 1, None), ("open", 2, text.strip()), ("private", 1, None)]
    assert "/private" not in served
    assert served.count("/robots.txt") == 1


async def test_a_hub_that_pushes_has_its_feed_read_long_before_its_next_poll(ground):
    port = free_port()
    async with Hub() as hub:
        old, new = ("A blast", datetime.now(UTC)), ("Another blast", datetime.now(UTC))
        hub.document = rss({"1": old}, channel=hub.links)
        feed = Feed(slug="pushed", url=f"{hub.url}/feed", outlet="Pushed", language="en", interval_seconds=3600)
        environment = ground.environment(write_feeds(ground.directory / "feeds.yaml", [feed])) | {
            "TOCSIN_INGEST_WEBSUB_CALLBACK": f"http://127.0.0.1:{port}/websub",
            "TOCSIN_INGEST_WEBSUB_PORT": str(port),
        }
        async with (
            IngestProcess(environment, ground.directory / "log") as process,
            ItemsTopic(ground.bootstrap, ground.topic.name) as topic,
        ):
            await topic.read_items(1)
            await until(lambda: hub.subscribed != [], seconds=20, saw=lambda: process.log)
            hub.document = rss({"1": old, "2": new}, channel=hub.links)
            assert await push(hub.subscribed[0], b"whatever it says") == 202
            await topic.read_items(2, wait_seconds=30)
        assert {item.title for item in topic.items.values()} == {"A blast", "Another blast"}
        assert hub.subscribed[0].secret is None, "a secret is never told over plain http"
