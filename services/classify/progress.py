"""Whether our partitions move on, as the broker sees it: a consumer that stalls knows nothing of it itself."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.kafka.connection import KafkaConnection
from shared.kafka.errors import KafkaError
from shared.kafka.lag import LagReader, Position
from shared.topics import FAUST_APP_ID, ITEMS, REPORTS

Partition = tuple[str, int]
_ASK_SECONDS = 20.0


@dataclass(kw_only=True, slots=True)
class Progress:
    """Remembers since when each partition has records waiting without any being committed."""

    stall_seconds: float
    _since: dict[Partition, tuple[int, float]] = field(default_factory=dict)

    def observe(self, now: float, positions: Mapping[Partition, Position]) -> None:
        """Take in where our partitions stand; those not named are forgotten."""
        self._since = {
            partition: (at.committed, self._since[partition][1])
            if self._since.get(partition, (None,))[0] == at.committed
            else (at.committed, now)
            for partition, at in positions.items()
            if at.end > max(at.committed, at.begin)
        }

    def stuck(self, now: float) -> str | None:
        """Say which partition stands still, and for how long."""
        for (topic, number), (committed, since) in sorted(self._since.items()):
            if now - since > self.stall_seconds:
                return f"{topic}/{number}: records waiting after offset {committed}, none committed for {now - since:.0f} s"
        return None


async def watch(
    connection: KafkaConnection,
    progress: Progress,
    assigned: Callable[[], frozenset[Partition]],
    pause_seconds: float,
    waiting: Callable[[str, int], None] = lambda _topic, _records: None,
) -> None:
    """Observe for ever. A worker without partitions watches them all. While Kafka does not answer nobody is judged.

    ``waiting`` is told how many records of each topic wait in the partitions that are ours.
    """
    while True:
        await asyncio.sleep(pause_seconds)
        try:
            async with asyncio.timeout(_ASK_SECONDS), LagReader(connection) as reader:
                positions = await reader.positions(FAUST_APP_ID, [ITEMS, REPORTS])
        except (KafkaError, OSError, TimeoutError):
            progress.observe(time.monotonic(), {})
            continue
        mine = assigned()
        ours = mine or frozenset(positions)
        progress.observe(time.monotonic(), {one: at for one, at in positions.items() if one in ours})
        for topic in (ITEMS.name, REPORTS.name):
            waiting(topic, behind({one: at for one, at in positions.items() if one in mine and one[0] == topic}))


def behind(positions: Mapping[Partition, Position]) -> int:
    """Return how many records wait; what retention has removed waits no more."""
    return sum(max(0, at.end - max(at.committed, at.begin)) for at in positions.values())
