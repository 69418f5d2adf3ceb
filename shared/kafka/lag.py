"""How far a consumer group is behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.kafka.connection import KafkaConnection
from shared.topics import Topic


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A partition's first offset that still exists, what a group committed (0 for nothing), and the offset of the next record."""

    begin: int
    committed: int
    end: int


class LagReader:
    """Asks the broker for end offsets and committed offsets; open it as a context and reuse it."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._admin = AIOKafkaAdminClient(**connection.client_options(), client_id="tocsin-lag")
        self._consumer = AIOKafkaConsumer(
            **connection.client_options(), client_id="tocsin-lag", enable_auto_commit=False
        )

    async def __aenter__(self) -> Self:
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def lag(self, group: str, topics: Sequence[Topic]) -> int:
        """Return the number of records of ``topics`` that ``group`` has not committed yet."""
        partitions = [
            TopicPartition(self._connection.topic(topic.name), number)
            for topic in topics
            for number in range(topic.partitions)
        ]
        ends = await self._consumer.end_offsets(partitions)
        committed = await self._admin.list_consumer_group_offsets(self._connection.topic(group), partitions=partitions)
        begins = await self._consumer.beginning_offsets(partitions)
        behind = 0
        for partition in partitions:
            found = committed.get(partition)
            at = found.offset if found is not None and found.offset >= 0 else begins[partition]
            behind += max(0, ends[partition] - at)
        return behind

    async def positions(self, group: str, topics: Sequence[Topic]) -> dict[tuple[str, int], Position]:
        """Return where each partition begins and ends and what ``group`` committed; topics without prefix."""
        named = {self._connection.topic(topic.name): topic for topic in topics}
        partitions = [
            TopicPartition(name, number) for name, topic in named.items() for number in range(topic.partitions)
        ]
        begins = await self._consumer.beginning_offsets(partitions)
        committed = await self._admin.list_consumer_group_offsets(self._connection.topic(group), partitions=partitions)
        ends = await self._consumer.end_offsets(partitions)
        return {
            (named[one.topic].name, one.partition): Position(
                begin=begins[one], committed=max(0, committed[one].offset) if one in committed else 0, end=ends[one]
            )
            for one in partitions
        }

    async def written(self, topics: Sequence[Topic]) -> int:
        """Return the number of records ever written to ``topics``, as end offsets tell."""
        partitions = [
            TopicPartition(self._connection.topic(topic.name), number)
            for topic in topics
            for number in range(topic.partitions)
        ]
        ends = await self._consumer.end_offsets(partitions)
        return sum(ends.values())
