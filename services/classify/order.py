"""Every record of our partitions once, in order, none left out: what the stream framework skips is fetched again.

While partitions move the framework drops events that it has read already, and goes on after them (seen with suspended
workers). We know where each partition began, so a hole shows by its offset.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from shared.kafka.dead_letters import Received
from shared.logging import logger

Partition = tuple[str, int]
"""Topic without prefix, and number."""

Fetch = Callable[[Partition, int, int], Awaitable[list[Received]]]
"""Reads the records of a partition from one offset up to another."""

_AT_ONCE = 200


class Order:
    """Knows the next offset of each partition of ours."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._next: dict[Partition, int] = {}

    def begin(self, positions: Mapping[Partition, int]) -> None:
        """Partitions were assigned: each goes on at its position; those not named are no longer ours."""
        self._next = dict(positions)

    def next_offset(self, partition: Partition) -> int | None:
        """The offset that is due, None for a partition that is not ours."""
        return self._next.get(partition)

    async def take(self, received: Received) -> AsyncIterator[Received]:
        """Yield the record with those missing before it; nothing for one that was taken before or is not ours."""
        partition = (received.topic, received.partition)
        if received.offset >= self._next.get(partition, received.offset + 1):
            async for missing in self.catch_up(partition, received.offset):
                yield missing
            self._next[partition] = received.offset + 1
            yield received

    async def catch_up(self, partition: Partition, end: int) -> AsyncIterator[Received]:
        """Yield the records up to ``end`` that nobody delivered."""
        while (due := self._next.get(partition)) is not None and due < end:
            until = min(due + _AT_ONCE, end)
            missing = await self._fetch(partition, due, until)
            logger().warning(
                "records.fetched_again", topic=partition[0], partition=partition[1], first=due, records=len(missing)
            )
            self._next[partition] = until
            for record in missing:
                yield record
