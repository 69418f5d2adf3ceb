"""Reading a known stretch of one partition, outside any group."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.kafka.connection import KafkaConnection
from shared.kafka.dead_letters import Received

_SECONDS = 30.0


async def read_range(
    connection: KafkaConnection, *, topic: str, partition: int, first: int, end: int
) -> list[Received]:
    """Return the records from offset ``first`` up to, not with, ``end`` that still exist; ``topic`` without prefix.

    Raises ``TimeoutError`` or ``shared.kafka.errors.KafkaError`` when the broker does not give them.
    """
    one = TopicPartition(connection.topic(topic), partition)
    consumer = AIOKafkaConsumer(
        **connection.client_options(),
        client_id="tocsin-range",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    async with asyncio.timeout(_SECONDS):
        await consumer.start()
        try:
            consumer.assign([one])
            begin = (await consumer.beginning_offsets([one]))[one]
            stop = min(end, (await consumer.end_offsets([one]))[one])
            at = max(first, begin)
            consumer.seek(one, at)
            found: list[Received] = []
            while at < stop:
                records = (await consumer.getmany(one, timeout_ms=500)).get(one, [])
                found += [
                    Received(
                        topic=topic,
                        partition=partition,
                        offset=record.offset,
                        key=record.key,
                        value=record.value,
                        headers=tuple(record.headers),
                    )
                    for record in records
                    if record.offset < stop
                ]
                at = await consumer.position(one)
            return found
        finally:
            await consumer.stop()
