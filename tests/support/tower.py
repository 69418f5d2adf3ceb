"""The watchman's books in memory."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec

from services.alert.errors import LedgerError
from services.alert.ledger import NewDelivery
from services.alert.sight import Sight
from services.alert.watchman import Office
from shared.events.source import CANARY_FEED, SourceHealth

MORNING = datetime(2026, 6, 13, 3, 0, tzinfo=UTC)
"""Six o'clock in Baghdad."""


def source(slug: str = "sirwan-post", *, at: datetime = MORNING, **changed: object) -> SourceHealth:
    """A feed that was polled well just now, and is polled every five minutes."""
    told = SourceHealth(
        slug=slug,
        outlet=slug.replace("-", " ").title(),
        language="ckb",
        country="IQ",
        tier=1,
        last_success_at=at,
        next_poll_at=at + timedelta(minutes=5),
        at=at,
    )
    return msgspec.structs.replace(told, **changed)


def canary_source(slot: datetime) -> SourceHealth:
    """Ingest says that it sent the slot's test item."""
    return source(CANARY_FEED, at=slot, country=None)


class MemoryTower:
    """``Tower``; what is written becomes visible when the office is left in order. ``is_taken``: another replica has it."""

    def __init__(self) -> None:
        self.known_sources: dict[str, SourceHealth] = {}
        self.known_sights: dict[str, Sight] = {}
        self.delivered_canary: datetime | None = None
        self.incidents: dict[str, int] = {}
        self.waiting_for: dict[str, int] = {}
        self.deliveries: dict[str, NewDelivery] = {}
        self.is_taken = False
        self._failures = 0

    def fail_next(self, times: int = 1) -> None:
        """Fail the next ``times`` rounds as they commit."""
        self._failures = times

    def tell(self, *sources: SourceHealth) -> None:
        """Keep the last word on feeds."""
        self.known_sources |= {one.slug: one for one in sources}

    def office(self) -> AbstractAsyncContextManager[Office | None]:
        """Take office."""
        return self._office()

    @asynccontextmanager
    async def _office(self) -> AsyncIterator[Office | None]:
        if self.is_taken:
            yield None
            return
        pending = _MemoryOffice(self)
        yield pending
        if self._failures:
            self._failures -= 1
            raise LedgerError("told to fail")
        self.known_sights = pending.kept
        for one in pending.written:
            self.deliveries.setdefault(one.delivery_id, one)


class _MemoryOffice:
    def __init__(self, tower: MemoryTower) -> None:
        self._tower = tower
        self.kept = dict(tower.known_sights)
        self.written: list[NewDelivery] = []

    async def sources(self) -> Sequence[SourceHealth]:
        return tuple(self._tower.known_sources.values())

    async def sights(self) -> Mapping[str, Sight]:
        return self._tower.known_sights

    async def canary_at(self) -> datetime | None:
        return self._tower.delivered_canary

    async def incidents_since(self, watch_ids: Sequence[str], since: datetime) -> Mapping[str, int]:
        return {one: self._tower.incidents.get(one, 0) for one in watch_ids}

    async def waiting(self, watch_ids: Sequence[str]) -> Mapping[str, int]:
        return {one: self._tower.waiting_for.get(one, 0) for one in watch_ids}

    async def remember(self, sights: Sequence[Sight], gone: Sequence[str]) -> None:
        self.kept |= {one.watch_id: one for one in sights}
        for one in gone:
            self.kept.pop(one, None)

    async def write(self, deliveries: Sequence[NewDelivery]) -> None:
        self.written += deliveries
