"""Kafka goes away while feeds are polled, and comes back."""

import asyncio
import os

import asyncpg
import pytest

from services.ingest.adapters.kafka import KafkaItemPublisher
from services.ingest.feed import Feed
from services.ingest.schema import SCHEMA
from services.standalone.feed_server import FeedServer, Pace, Start
from services.standalone.recorded_day import load_recorded_day
from shared.embedded.jars import cache_directory, class_path, load_lock
from shared.embedded.kafka import KafkaServer
from shared.embedded.stack import default_fetcher
from shared.kafka.connection import KafkaConnection
from shared.kafka.publisher import PublishError
from shared.postgres.migrate import upgrade
from shared.topics import ITEMS, SOURCES
from tests.support.ingest_process import IngestProcess, ItemsTopic, write_feeds
from tests.support.servers import create_topics
from tests.support.waiting import until

pytestmark = pytest.mark.servers


async def test_a_kafka_that_cannot_be_reached_is_an_expected_failure(unused_tcp_port):
    publisher = KafkaItemPublisher(KafkaConnection(bootstrap=f"127.0.0.1:{unused_tcp_port}"), timeout_seconds=2.0)
    with pytest.raises(PublishError, match="Kafka cannot be reached"):
        await publisher.publish(())


@pytest.fixture
async def own_kafka(tmp_path):
    """A broker of this test's own, which it may stop."""
    lock, cache, fetcher = load_lock(), cache_directory(os.environ), default_fetcher(os.environ)
    server = KafkaServer(
        directory=tmp_path / "kafka",
        log_path=tmp_path / "kafka.log",
        jars=lambda: class_path(cache=cache, lock=lock, fetcher=fetcher),
    )
    await server.start()
    yield server
    await server.stop()


async def test_items_that_came_while_kafka_was_away_arrive_once_it_is_back_and_validators_waited(
    own_kafka, postgres_database, tmp_path
):
    day = load_recorded_day()
    await create_topics(own_kafka.bootstrap_servers, [ITEMS, SOURCES])
    await upgrade(postgres_database, SCHEMA)
    async with FeedServer(day, pace=Pace(start=Start.BY_HAND)) as server:
        feeds = [
            Feed(slug=one.slug, url=one.url, outlet=one.outlet, language=one.language, tier=1, interval_seconds=0.5)
            for one in server.listings
        ]
        environment = {
            "TOCSIN_KAFKA_BOOTSTRAP": own_kafka.bootstrap_servers,
            "TOCSIN_POSTGRES_DSN": postgres_database,
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_INGEST_FEEDS_FILE": str(write_feeds(tmp_path / "feeds.yaml", feeds)),
            "TOCSIN_INGEST_ALLOW_NETWORKS": "127.0.0.0/8",
            "TOCSIN_INGEST_HOST_DELAY_SECONDS": "0",
            "TOCSIN_INGEST_PUBLISH_TIMEOUT_SECONDS": "2",
            "TOCSIN_INGEST_PARSE_WORKERS": "1",
            "TOCSIN_INGEST_CANARY_SECONDS": "0",
        }
        async with IngestProcess(environment, tmp_path / "log") as service:
            async with ItemsTopic(own_kafka.bootstrap_servers, ITEMS.name) as topic:
                await topic.read_items(day.opening)
            before = await _validators(postgres_database)
            await own_kafka.stop()
            late = day.items[day.opening :]
            for item in late:
                server.publish(item)
            await _pending(postgres_database, len(late))
            outlets = {item.outlet for item in late}
            during = await _validators(postgres_database)
            assert {slug for slug in before if during[slug] != before[slug]} & outlets == set()
            # Polls are quick: without this the broker would be back before the first attempt has timed out.
            await until(lambda: "items.publish_failed" in service.log, seconds=30)
            await own_kafka.start()
            async with ItemsTopic(own_kafka.bootstrap_servers, ITEMS.name) as topic:
                await topic.read_items(len(day.items))
            await _pending(postgres_database, 0)
            assert await service.stop() == 0
    assert topic.unequal == set()
    assert {item.title for item in topic.items.values()} == {item.title for item in day.items}
    after = await _validators(postgres_database)
    assert all(after[slug] != before[slug] for slug in outlets)


async def _validators(dsn):
    connection = await asyncpg.connect(dsn)
    try:
        return {
            row["slug"]: row["etag"] for row in await connection.fetch("SELECT slug, etag FROM tocsin_ingest.feeds")
        }
    finally:
        await connection.close()


async def _pending(dsn, wanted):
    """Wait until so many items wait for Kafka."""
    connection = await asyncpg.connect(dsn)
    query = "SELECT count(*) FROM tocsin_ingest.outbox WHERE acknowledged_at IS NULL"
    found = None
    try:
        async with asyncio.timeout(60):
            while (found := await connection.fetchval(query)) != wanted:  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise TimeoutError(f"{found} items are pending, {wanted} were expected") from error
    finally:
        await connection.close()
