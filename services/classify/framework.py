"""What we touch of the running stream framework: its partitions, its tokens of records, its acknowledgements.

Faust itself is imported by ``app.py`` alone, which hands the application in.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from services.classify.order import Partition
from shared.kafka.connection import KafkaConnection
from shared.kafka.dead_letters import Received
from shared.topics import ITEMS, REPORTS, Topic


class _Token:
    """Stands for a record that the framework did not deliver, in its book-keeping of acknowledgements."""

    def __init__(self, tp: Any, offset: int, generation_id: int) -> None:
        self.tp, self.topic, self.offset, self.generation_id = tp, tp.topic, offset, generation_id
        self.acked = False


class Framework:
    """``ports.StreamFramework`` by Faust, whose own acknowledgements it refuses: they are also of events that Faust skipped.

    ``partition_of`` makes the framework's name of a partition from the broker's topic and the number.
    """

    def __init__(self, app: Any, connection: KafkaConnection, partition_of: Callable[[str, int], Any]) -> None:
        self._app = app
        self._partition_of = partition_of
        self._connection = connection
        self._book: Callable[[Any], bool] = lambda _: False

    def take_over(self) -> None:
        """From now on nothing is acknowledged but by ``acknowledge``."""
        consumer = self._app.consumer
        self._book = consumer.ack

        def refuse(message: Any) -> bool:
            consumer.unacked.discard(message)
            return False

        consumer.ack = refuse

    @property
    def generation(self) -> int:
        """See ``ports.StreamFramework``."""
        generation: int = self._app.consumer_generation_id
        return generation

    @property
    def is_rebalancing(self) -> bool:
        """See there."""
        return bool(self._app.rebalancing)

    def assigned(self) -> frozenset[Partition]:
        """See there; topics without prefix."""
        names = {self._connection.topic(topic.name): topic.name for topic in (ITEMS, REPORTS)}
        return frozenset((names[tp.topic], tp.partition) for tp in self._app.consumer.assignment() if tp.topic in names)

    def token(self, partition: Partition, offset: int) -> _Token:
        """See there."""
        return _Token(self._partition_of(self._connection.topic(partition[0]), partition[1]), offset, self.generation)

    def acknowledge(self, message: Any) -> None:
        """See there."""
        if message.generation_id == self.generation:
            self._book(message)
        self.drop(message)

    def drop(self, message: Any) -> None:
        """See there."""
        self._app.consumer.unacked.discard(message)

    async def move_back(self, positions: Mapping[Partition, int]) -> None:
        """See there."""
        # As a member of the group, which has no public way to it; the framework seeks to what is committed next.
        await self._app.consumer._commit(
            {
                self._partition_of(self._connection.topic(topic), number): offset
                for (topic, number), offset in positions.items()
            }
        )


async def delivered(topic: Topic, stream: Any) -> AsyncIterator[tuple[Any, Received]]:
    """Yield the framework's records of a topic, each with its token, none of them acknowledged by the framework."""
    async for event in stream.noack().events():
        yield event.message, _received(event.message, topic)


def _received(message: Any, topic: Topic) -> Received:
    raw = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Received(
        topic=topic.name,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value) for name, value in raw),
    )
