"""Records in: each of our partitions' records once and in order, whatever the stream framework leaves out while partitions move.

Every record gets a token of the framework, which is acknowledged by the caller when all that the record caused is durable.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import Counter

from services.classify.lane import Lane
from services.classify.order import Fetch, Order, Partition
from services.classify.ports import StreamFramework
from services.classify.restoration import Positions
from shared.kafka.dead_letters import Received
from shared.kafka.errors import KafkaError
from shared.logging import logger
from shared.topics import Topic

_CATCH_UP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A record in hand, the framework's token for it, and since when it is in hand (monotonic)."""

    message: Any
    received: Received
    since: float


class Intake:
    """Puts records in the lane of their topic.

    ``fetch`` reads the records of a partition from one offset up to another; ``fetched_again`` counts those that the framework never
    delivered.
    """

    def __init__(
        self,
        *,
        fetch: Fetch,
        framework: StreamFramework,
        positions: Positions,
        lanes: Mapping[str, Lane[Event]],
        fetched_again: Counter,
    ) -> None:
        self._framework = framework
        self._positions = positions
        self._lanes = lanes
        self._fetched_again = fetched_again
        self._order = Order(fetch)
        self._taking = {topic: asyncio.Lock() for topic in lanes}
        self._taken_at = dict.fromkeys(lanes, 0.0)
        self._ends_before: dict[Partition, int] = {}

    def begin(self, positions: Mapping[Partition, int]) -> None:
        """Partitions were assigned: each goes on at its position."""
        self._order.begin(positions)
        self._ends_before.clear()

    async def take(self, topic: Topic, delivered: AsyncIterator[tuple[Any, Received]]) -> None:
        """Put each delivered record in its lane, with those that were left out before it."""
        async for message, received in delivered:
            async with self._taking[topic.name]:
                if message.generation_id != self._framework.generation:
                    self._framework.drop(message)
                    continue
                is_new = False
                async for due in self._order.take(received):
                    is_new = True
                    await self._put(due, message if due.offset == received.offset else None)
                if not is_new:
                    self._framework.drop(message)  # we fetched it ourselves before

    async def catch_up(self) -> None:
        """Fetch for ever what the framework read and never delivered, with nothing after it that would show the hole."""
        while True:
            await asyncio.sleep(_CATCH_UP_SECONDS)
            for topic in self._lanes:
                async with self._taking[topic]:
                    is_quiet = time.monotonic() - self._taken_at[topic] > _CATCH_UP_SECONDS
                    if is_quiet and not self._framework.is_rebalancing:
                        await self._catch_up_topic(topic)

    async def _catch_up_topic(self, topic: str) -> None:
        generation = self._framework.generation
        ours = [partition for partition in self._framework.assigned() if partition[0] == topic]
        try:
            positions = await self._positions() if ours else {}
            for partition in ours:
                # What was there the last time already: the framework has had time enough to deliver it.
                async for received in self._order.catch_up(partition, self._ends_before.get(partition, 0)):
                    if generation == self._framework.generation:
                        await self._put(received, None)
                self._ends_before[partition] = positions[partition].end
        except (KafkaError, OSError, TimeoutError) as error:
            logger().warning("records.not_fetched", topic=topic, reason=str(error) or type(error).__name__)

    async def _put(self, received: Received, message: Any) -> None:
        if message is None:
            message = self._framework.token((received.topic, received.partition), received.offset)
            self._fetched_again.inc()
        self._taken_at[received.topic] = time.monotonic()
        await self._lanes[received.topic].put(Event(message=message, received=received, since=time.monotonic()))
