"""Consuming with the offset in our own hands: nothing is committed before its effect is durable."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError

from shared.kafka.connection import KafkaConnection
from shared.kafka.dead_letters import Received
from shared.logging import logger


class _LoggedRebalance(ConsumerRebalanceListener):  # type: ignore[misc]  # the client publishes no types
    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        logger().info("partitions.revoked", partitions=sorted(tp.partition for tp in revoked))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        logger().info("partitions.assigned", partitions=sorted(tp.partition for tp in assigned))


class Consumer:
    """Reads one topic in a group, in batches; ``commit`` says that a batch's effects are durable.

    A batch that was not committed is delivered again after a crash or rebalance: handlers must be idempotent.
    """

    def __init__(
        self, connection: KafkaConnection, *, topic: str, group: str, client_id: str, max_records: int = 200
    ) -> None:
        self._connection = connection
        self._topic = topic
        self._group = group
        self._client_id = client_id
        self._max_records = max_records
        self._consumer: AIOKafkaConsumer | None = None
        self._reached: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            **self._connection.client_options(),
            client_id=self._client_id,
            group_id=self._connection.topic(self._group),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_records=self._max_records,
            session_timeout_ms=15_000,
            heartbeat_interval_ms=3_000,
        )
        self._consumer.subscribe([self._connection.topic(self._topic)], listener=_LoggedRebalance())
        await self._consumer.start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            async with asyncio.timeout(20):
                await consumer.stop()

    async def batches(self, *, wait_seconds: float = 1.0) -> AsyncIterator[Sequence[Received]]:
        """Yield batches for ever, empty ones included (so that the caller can show progress and stop)."""
        assert self._consumer is not None
        while True:
            by_partition = await self._consumer.getmany(
                timeout_ms=int(wait_seconds * 1000), max_records=self._max_records
            )
            for partition, records in by_partition.items():
                self._reached[partition] = records[-1].offset + 1
            yield [
                Received(
                    topic=self._topic,
                    partition=record.partition,
                    offset=record.offset,
                    key=record.key,
                    value=record.value,
                    headers=tuple(record.headers),
                )
                for records in by_partition.values()
                for record in records
            ]

    def waiting(self) -> int:
        """Return how many records wait behind the last batch, as far as the broker's answers told."""
        assert self._consumer is not None
        waiting = 0
        for partition in self._consumer.assignment():
            end = self._consumer.highwater(partition)
            if end is not None:
                waiting += max(0, end - self._reached.get(partition, end))
        return waiting

    async def commit(self, batch: Sequence[Received]) -> bool:
        """Commit the batch; false when the partitions were taken away meanwhile (the next owner sees the batch again)."""
        assert self._consumer is not None
        next_offsets: dict[TopicPartition, int] = {}
        for record in batch:
            tp = TopicPartition(self._connection.topic(record.topic), record.partition)
            next_offsets[tp] = max(next_offsets.get(tp, 0), record.offset + 1)
        if not next_offsets:
            return True
        try:
            await self._consumer.commit(next_offsets)
        except (CommitFailedError, IllegalStateError) as error:
            logger().warning("offsets.refused", reason=str(error))
            return False
        return True
