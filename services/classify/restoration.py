"""The open incidents of our partitions: folded anew from the link table when partitions are assigned, forgotten when long over.

What can be trusted is, in this order, the reports topic, the changelog, the local table (docs/adr/0011).
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from services.classify.durable import Durability
from services.classify.entries import Region, restore
from services.classify.errors import StateError
from services.classify.eviction import forget, forgettable
from services.classify.link_table import LinkTable
from services.classify.linking import Linker
from services.classify.metrics import ClassifyMetrics
from services.classify.order import Partition
from services.classify.ports import StreamFramework
from shared.kafka.lag import Position
from shared.logging import logger
from shared.topics import LINK_CHANGELOG, REPORTS

Positions = Callable[[], Awaitable[Mapping[Partition, Position]]]
"""Asks the broker where every partition of items, reports and the changelog stands; raises ``KafkaError``, ``OSError`` or ``TimeoutError``."""


class Restoration:
    """Keeps ``linker.regions`` what the table says. One worker has one."""

    def __init__(
        self,
        *,
        linker: Linker,
        table: LinkTable,
        durability: Durability,
        metrics: ClassifyMetrics,
        positions: Positions,
        framework: StreamFramework,
    ) -> None:
        self._framework = framework
        self._linker = linker
        self._table = table
        self._durability = durability
        self._metrics = metrics
        self._positions = positions

    async def rebuild(self) -> dict[Partition, int]:
        """Fold the table anew for every partition that is ours now; returns for each partition the offset that is due.

        Reading goes on at what is committed; linking where its table ends, if more is committed. Raises ``KafkaError``,
        ``OSError`` or ``TimeoutError`` when the broker does not answer, ``msgspec.MsgspecError`` when a table cannot be read.
        """
        positions = await self._positions()
        assigned = sorted(self._framework.assigned())
        ours = [number for topic, number in assigned if topic == REPORTS.name]
        for partition in set(self._linker.regions) - set(ours):
            del self._linker.regions[partition]
        for partition in ours:
            await self._restore(partition, positions, may_begin_anew=True)
        settle_memory()
        due = {partition: self._due(partition, positions[partition]) for partition in assigned}
        back = {partition: offset for partition, offset in due.items() if offset < positions[partition].committed}
        for (_, number), offset in back.items():
            logger().warning("position.moved_back", partition=number, position=offset)
        if back:
            await self._framework.move_back(back)
        return due

    async def repair(self, partition: int) -> None:
        """Fold one partition anew whose state a report has spoilt; raises ``StateError`` when anything of its table is missing."""
        await self._restore(partition, await self._positions())

    async def evict(self, before: datetime) -> int:
        """Forget incidents that ended before ``before`` and the entries that only they need; returns how many entries went."""
        positions, count = await self._positions(), 0
        for partition, region in list(self._linker.regions.items()):
            incidents = region.incidents.evict(before)
            known = frozenset(state.incident_id for state in region.incidents.states())
            begin = positions[REPORTS.name, partition].begin
            values = self._table.values(partition)
            found = await asyncio.to_thread(forgettable, values, open_incidents=known, first_offset=begin)
            if self._linker.regions.get(partition) is not region:
                continue  # the partition moved meanwhile
            await forget(found, partition, region.forgotten, partial(self._durability.rewrite, partition))
            region.forgotten = max(region.forgotten, found.highest)
            count += len(found.keys)
            logger().info("state.evicted", partition=partition, incidents=incidents, entries=len(found.keys))
        settle_memory()
        return count

    async def _restore(
        self, partition: int, positions: Mapping[Partition, Position], *, may_begin_anew: bool = False
    ) -> None:
        """Fold one partition's table; where anything of it is missing, link it again from the first report, or raise ``StateError``."""
        started = time.monotonic()
        persisted, end = self._table.opened(partition), positions[LINK_CHANGELOG.name, partition].end
        restored = await asyncio.to_thread(lambda: restore(self._table.values(partition)))
        region = restored.region
        if restored.missing or persisted >= end:
            lost = StateError(
                f"changelog partition {partition}: {restored.missing} entries missing, table at {persisted}, end {end}"
            )
            if not may_begin_anew:
                raise lost
            logger().error("changelog.lost", partition=partition, reason=str(lost))
            self._metrics.changelogs_lost.inc()
            self._table.forget(partition)
            region = Region.empty()
        self._linker.regions[partition] = region
        logger().info(
            "state.rebuilt",
            partition=partition,
            reports=region.entries,
            incidents=len(region.incidents),
            duration_s=round(time.monotonic() - started, 3),
        )

    def _due(self, partition: Partition, at: Position) -> int:
        committed = max(at.committed, at.begin)
        region = self._linker.regions.get(partition[1]) if partition[0] == REPORTS.name else None
        return committed if region is None else min(committed, max(region.next_offset, at.begin))


def settle_memory() -> None:
    """Keep the open incidents out of garbage collection: they hold no cycles, and walking through 20,000 of them takes half a second."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
