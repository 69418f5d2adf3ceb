"""Looks around every few seconds and tells what silence means. One replica at a time does it, whichever comes first.

What it remembers and what it tells are one transaction, so a notice is written once an episode, whatever is killed meanwhile.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from services.alert.bulletins import BulletinWriter
from services.alert.ledger import NewDelivery
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics
from services.alert.ports import HandOver
from services.alert.rounds import in_rounds
from services.alert.sight import Sight
from services.alert.tidings import HEARTBEAT_PERIOD, Addressed, heartbeat_bulletins, look_around, sight_bulletins
from services.alert.watch import Endpoint
from shared.clock import Clock
from shared.events.source import SourceHealth
from shared.logging import logger


class Office(Protocol):
    """The watchman's books in one transaction; every method raises ``LedgerError``."""

    async def sources(self) -> Sequence[SourceHealth]:
        """The last word on every feed."""
        ...

    async def sights(self) -> Mapping[str, Sight]:
        """What is remembered of each watch."""
        ...

    async def canary_at(self) -> datetime | None:
        """The slot of the last test item that was delivered."""
        ...

    async def incidents_since(self, watch_ids: Sequence[str], since: datetime) -> Mapping[str, int]:
        """How many incidents became known since then that each watch was told of."""
        ...

    async def waiting(self, watch_ids: Sequence[str]) -> Mapping[str, int]:
        """How many incidents wait to be told to each watch."""
        ...

    async def remember(self, sights: Sequence[Sight], gone: Sequence[str]) -> None:
        """Keep what changed, forget the rest."""
        ...

    async def write(self, deliveries: Sequence[NewDelivery]) -> None:
        """Write deliveries down; a known id is left as it is."""
        ...


class Tower(Protocol):
    """Where the office is."""

    def office(self) -> AbstractAsyncContextManager[Office | None]:
        """Take office for one round; None while another replica holds it. Leaving it normally commits."""
        ...


class Watchman:
    """Makes rounds until cancelled."""

    def __init__(
        self,
        *,
        tower: Tower,
        index: WatchIndex,
        endpoints: Mapping[str, Endpoint],
        writer: BulletinWriter,
        hand_over: HandOver,
        metrics: AlertMetrics,
        clock: Clock,
        round_seconds: float = 15.0,
    ) -> None:
        self._tower = tower
        self._index = index
        self._endpoints = endpoints
        self._writer = writer
        self._hand_over = hand_over
        self._metrics = metrics
        self._clock = clock
        self._round_seconds = round_seconds

    async def run(self) -> None:
        """Make a round, rest, make the next; a database that does not play delays it."""
        await in_rounds(self.round, every_seconds=self._round_seconds, metrics=self._metrics)

    async def round(self) -> int:
        """Look around once; returns how many deliveries were written."""
        now = self._clock.now()
        async with self._tower.office() as office:
            if office is None:
                return 0
            found = look_around(
                tuple(self._index.watches.values()),
                await office.sources(),
                await office.sights(),
                canary_at=await office.canary_at(),
                now=now,
            )
            due = [one.watch.id for one in found.heartbeats]
            beats = heartbeat_bulletins(
                found.heartbeats,
                incidents=await office.incidents_since(due, now - HEARTBEAT_PERIOD) if due else {},
                waiting=await office.waiting(due) if due else {},
                now=now,
            )
            deliveries = self._deliveries((*beats, *sight_bulletins(found.tidings, now)))
            await office.remember(found.sights, found.gone)
            if deliveries:
                await office.write(deliveries)
        for reason, count in found.blind.items():
            self._metrics.watch_blind.labels(reason.value).set(count)
        self._metrics.rounds_last.set(now.timestamp())
        if deliveries:
            self._hand_over.hand_over(deliveries, frozenset())
        for one in deliveries:
            self._metrics.created.labels(one.channel, one.message.value).inc()
            logger().info(
                "bulletin.written", message=one.message.value, endpoint=one.endpoint_id, watches=len(one.watch_ids)
            )
        return len(deliveries)

    def _deliveries(self, addressed: Sequence[Addressed]) -> list[NewDelivery]:
        return [
            self._writer.delivery(one, endpoint, self._index.watches)
            for one in addressed
            if (endpoint := self._endpoints.get(one.endpoint_id)) is not None
        ]
