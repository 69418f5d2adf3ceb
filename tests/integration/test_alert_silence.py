"""Silence that can be trusted, over real PostgreSQL and Kafka: one notice an episode by however many replicas; test items measured."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from services.alert.adapters.postgres import PostgresLedger
from services.alert.adapters.tower import PostgresTower
from services.alert.bulletins import BulletinWriter
from services.alert.canary import CANARY_SUBJECT
from services.alert.compose import Sender
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics
from services.alert.schema import SCHEMA
from services.alert.watchman import Watchman
from services.standalone.webhook_receiver import WebhookReceiver, new_secret
from shared.codec import encode
from shared.kafka.publisher import Record
from shared.postgres.migrate import upgrade
from shared.topics import SOURCES
from tests.support.alert_process import AlertStage, webhook
from tests.support.incidents import KIRKUK_CITY, opened
from tests.support.ledger import FakeHandOver, StandingClock
from tests.support.places import FewPlaces
from tests.support.tower import MORNING, source
from tests.unit.alert.test_canary import _item
from tests.unit.alert.test_watchman import DESK, DIYALA


@pytest.fixture
async def pool(postgres_database: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    await upgrade(postgres_database, SCHEMA)
    async with asyncpg.create_pool(postgres_database, min_size=2, max_size=4) as pool:
        yield pool


def _watchman(pool: "asyncpg.Pool[asyncpg.Record]", clock: StandingClock) -> Watchman:
    return Watchman(
        tower=PostgresTower(pool, PostgresLedger(pool, owner="test")),
        index=WatchIndex([DIYALA]),
        endpoints={"desk": DESK},
        writer=BulletinWriter(names=FewPlaces(), sender=Sender(address="alerts@tocsin.example", name="Tocsin")),
        hand_over=FakeHandOver(),
        metrics=AlertMetrics(CollectorRegistry()),
        clock=clock,
    )


async def test_one_notice_an_episode_whoever_looks_and_however_often_it_restarts(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    clock = StandingClock(MORNING)
    shelf = PostgresTower(pool, PostgresLedger(pool, owner="test"))
    await shelf.tell([source(at=MORNING), source(at=MORNING - timedelta(hours=1), last_success_at=None)])
    for minute in range(60):
        clock.at = MORNING + timedelta(minutes=minute)
        await asyncio.gather(*(_watchman(pool, clock).round() for _ in range(3)))
    rows = await pool.fetch(
        "SELECT message, b.content FROM tocsin_alert.deliveries JOIN tocsin_alert.bodies b USING (body_id)"
    )
    assert [row["message"] for row in rows] == ["blind"]
    assert json.loads(rows[0]["content"])["data"]["since"] == MORNING.isoformat().replace("+00:00", "Z")
    for minute in range(60, 70):
        clock.at = MORNING + timedelta(minutes=minute)
        await shelf.tell([source(at=clock.at)])
        await asyncio.gather(*(_watchman(pool, clock).round() for _ in range(3)))
    counts = await pool.fetch(
        "SELECT message, count(*) AS n FROM tocsin_alert.deliveries GROUP BY message ORDER BY message"
    )
    assert [(row["message"], row["n"]) for row in counts] == [("blind", 1), ("recovered", 1)]


async def test_the_service_takes_sources_in_and_test_items_go_to_the_sink_alone(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path
) -> None:
    secret = new_secret()
    async with WebhookReceiver(secret=secret) as receiver:
        watches = {
            "endpoints": {"desk": webhook(receiver.url, secret)},
            "watches": {"all": {"places": ["IQ"], "endpoints": ["desk"], "receives_tests": True}},
        }
        async with AlertStage(
            kafka=kafka_bootstrap, postgres=postgres_database, directory=tmp_path, watches=watches
        ) as stage:
            stage.environment["TOCSIN_ALERT_ROUND_SECONDS"] = "0.5"
            await stage.start()
            now = datetime.now(tz=UTC)
            await stage.publish_raw([Record(topic=SOURCES.name, key=b"sirwan-post", value=encode(source(at=now)))])
            await stage.publish([_item(), opened(2)])
            await receiver.wait_for_accepted(1, 20.0)
            connection = await asyncpg.connect(postgres_database)
            try:

                async def arrived() -> bool:
                    status = await connection.fetchval(
                        "SELECT status FROM tocsin_alert.deliveries WHERE incident_id = $1", CANARY_SUBJECT
                    )
                    sights = await connection.fetchval(
                        "SELECT count(*) FROM tocsin_alert.sights WHERE watch_id = 'all'"
                    )
                    sources = await connection.fetchval("SELECT count(*) FROM tocsin_alert.sources")
                    return (status, sights, sources) == ("delivered", 1, 1)

                async with asyncio.timeout(20.0):
                    while not await arrived():  # noqa: ASYNC110  # a real system that signals nothing
                        await asyncio.sleep(0.1)
                kept = await connection.fetch("SELECT incident_id FROM tocsin_alert.incidents")
            finally:
                await connection.close()
        assert [row["incident_id"] for row in kept] == [opened(2).incident_id]
        assert [json.loads(one.body)["data"]["incident"]["incident_id"] for one in receiver.received] == [
            opened(2).incident_id
        ]


async def test_five_hundred_false_reports_are_bounded_messages_and_a_new_district_still_rings(
    kafka_bootstrap: str, postgres_database: str, tmp_path: Path
) -> None:
    secret = new_secret()
    async with WebhookReceiver(secret=secret) as receiver:
        watches = {
            "endpoints": {"desk": webhook(receiver.url, secret)},
            "watches": {"all": {"places": ["IQ"], "endpoints": ["desk"]}},
        }
        async with AlertStage(
            kafka=kafka_bootstrap, postgres=postgres_database, directory=tmp_path, watches=watches
        ) as stage:
            stage.environment["TOCSIN_ALERT_ROUND_SECONDS"] = "600"  # no list leaves while we count
            await stage.start()
            await stage.publish([opened(number) for number in range(1, 501)])
            await receiver.wait_for_accepted(20, 20.0)
            await stage.publish([elsewhere := opened(501, place=KIRKUK_CITY)])
            accepted = await receiver.wait_for_accepted(21, 20.0)
            assert json.loads(accepted[-1].body)["data"]["incident"]["incident_id"] == elsewhere.incident_id
            assert await stage.end(signal.SIGTERM) == 0, stage.log()
    connection = await asyncpg.connect(postgres_database)
    try:
        waiting = await connection.fetchval("SELECT count(*) FROM tocsin_alert.waiting WHERE gathered_by = 'flood'")
        sent = await connection.fetchval("SELECT count(*) FROM tocsin_alert.deliveries")
    finally:
        await connection.close()
    assert 21 <= sent <= 41, "twenty for each hour that the test saw"
    assert waiting + sent == 501
