"""Tells what waited, once its time has come. One replica at a time does it; marks, lists and messages are one transaction."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from services.alert.bulletin import GatheredBy, bulletin_delivery_id
from services.alert.bulletins import BulletinWriter
from services.alert.gathering import Due, Known, gather
from services.alert.ledger import NewDelivery
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics
from services.alert.ports import HandOver
from services.alert.rounds import in_rounds
from services.alert.routing import Told
from services.alert.silences import SilenceKind
from services.alert.tidings import Addressed
from services.alert.timing import WaitingKey
from services.alert.watch import Endpoint
from shared.clock import Clock
from shared.logging import logger


class ListOffice(Protocol):
    """The lists in one transaction; every method raises ``LedgerError``."""

    async def end_expired(self, now: datetime) -> int:
        """End the silences whose time is over; returns how many."""
        ...

    async def due(self, now: datetime) -> Sequence[Due]:
        """Everything whose time has come, whole lists of each endpoint, its incidents locked."""
        ...

    async def incidents(self, incident_ids: Collection[str]) -> Mapping[str, Known]:
        """These incidents as they stand."""
        ...

    async def known_ids(self, delivery_ids: Collection[str]) -> Collection[str]:
        """Those of these deliveries that are written down already."""
        ...

    async def settle(
        self, *, told: Mapping[str, Told], done: Collection[WaitingKey], postponed: Mapping[WaitingKey, datetime]
    ) -> None:
        """Write marks, take off the lists, put off."""
        ...

    async def write(self, deliveries: Sequence[NewDelivery]) -> None:
        """Write deliveries down."""
        ...

    async def counts(self) -> tuple[Mapping[GatheredBy, int], Mapping[SilenceKind, int]]:
        """How many incidents wait, how many silences are in force."""
        ...

    async def prune(self, now: datetime) -> None:
        """Forget counts of past hours."""
        ...


class Lists(Protocol):
    """Where the lists are."""

    def office(self) -> AbstractAsyncContextManager[ListOffice | None]:
        """Take office for one round; None while another replica holds it."""
        ...


class Gatherer:
    """Makes rounds until cancelled."""

    def __init__(
        self,
        *,
        lists: Lists,
        index: WatchIndex,
        endpoints: Mapping[str, Endpoint],
        writer: BulletinWriter,
        hand_over: HandOver,
        metrics: AlertMetrics,
        clock: Clock,
        round_seconds: float = 15.0,
    ) -> None:
        self._lists = lists
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
        """Tell what is due; returns how many deliveries were written."""
        now = self._clock.now()
        async with self._lists.office() as office:
            if office is None:
                return 0
            if ended := await office.end_expired(now):
                logger().info("silences.expired", count=ended)
            deliveries = await self._tell(office, now)
            waiting, silences = await office.counts()
            await office.prune(now)
        for gathered_by in GatheredBy:
            self._metrics.waiting.labels(gathered_by.value).set(waiting.get(gathered_by, 0))
        for kind in SilenceKind:
            self._metrics.silences.labels(kind.value).set(silences.get(kind, 0))
        if deliveries:
            self._hand_over.hand_over(deliveries, frozenset())
        for one in deliveries:
            self._metrics.created.labels(one.channel, one.message.value).inc()
            logger().info("bulletin.written", message=one.message.value, endpoint=one.endpoint_id)
        return len(deliveries)

    async def _tell(self, office: ListOffice, now: datetime) -> list[NewDelivery]:
        due = await office.due(now)
        if not due:
            return []
        incidents = await office.incidents({one.waiting.incident_id for one in due})
        gathered = gather(due, incidents, self._index.watches, endpoints=self._endpoints, now=now)
        known = await office.known_ids([one.delivery_id for one in gathered.bulletins])
        deliveries = [
            self._writer.delivery(_anew(one, now) if one.delivery_id in known else one, endpoint, self._index.watches)
            for one in gathered.bulletins
            if (endpoint := self._endpoints.get(one.endpoint_id)) is not None
        ]
        await office.settle(told=gathered.told, done=gathered.done, postponed=gathered.postponed)
        if deliveries:
            await office.write(deliveries)
        return deliveries


def _anew(addressed: Addressed, now: datetime) -> Addressed:
    """A list whose window was told already: what came onto it in the last moment goes under an id of its own."""
    own = bulletin_delivery_id(
        addressed.endpoint_id, addressed.bulletin.kind, f"{addressed.delivery_id}@{now.isoformat()}"
    )
    return replace(addressed, delivery_id=own, subject=own)
