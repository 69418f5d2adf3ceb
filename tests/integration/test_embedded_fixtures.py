"""The server fixtures give real, separate servers."""

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.topics import ITEMS, prefixed
from tests.support.servers import create_topics, unique_name


async def test_a_record_sent_to_the_fixture_broker_is_read_back(kafka_bootstrap: str) -> None:
    topic = prefixed(ITEMS, unique_name("t") + ".")
    await create_topics(kafka_bootstrap, [topic])
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, enable_idempotence=True) as producer:
        sent = await producer.send_and_wait(topic.name, b"value", key=b"key")
    assert sent.offset == 0
    consumer = AIOKafkaConsumer(
        topic.name, bootstrap_servers=kafka_bootstrap, group_id=unique_name("g"), auto_offset_reset="earliest"
    )
    async with consumer:
        record = await consumer.getone()
    assert (record.key, record.value) == (b"key", b"value")


async def test_each_test_has_an_empty_database(postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.execute("CREATE TABLE mine (n int)")
    await connection.close()


async def test_another_test_does_not_see_its_tables(postgres_database: str) -> None:
    engine = create_async_engine(postgres_database.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        found = await connection.scalar(text("SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"))
    await engine.dispose()
    assert found == 0


def test_tests_that_use_servers_are_marked_as_such(postgres_dsn: str, request: object) -> None:
    assert request.node.get_closest_marker("servers") is not None  # type: ignore[attr-defined]
