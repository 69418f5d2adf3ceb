"""The ledger, the queue and a channel in memory, and a clock that stands still until told."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.alert.delivery import Delivered, Outcome, RetryAfter
from services.alert.errors import LedgerError
from services.alert.ledger import Claimed, Finished, HeldIncident, NewDelivery, StoredChange, Taking, Written
from services.alert.ports import LedgerTransaction, TimingBook
from services.alert.routing import Told
from services.alert.silences import Silence
from services.alert.timing import RingKey, Waiting, WaitingKey
from services.alert.watch import Endpoint
from shared.kafka.publisher import Record


class StandingClock:
    """Shows one time."""

    def __init__(self, at: datetime = datetime(2026, 6, 13, 20, 20, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        """That time."""
        return self.at


class MemoryLedger:
    """``Ledger`` in memory; a transaction that fails leaves nothing behind. ``fail_next`` makes the next ones fail."""

    def __init__(self) -> None:
        self.incidents: dict[str, HeldIncident] = {}
        self.deliveries: dict[str, NewDelivery] = {}
        self.changes: list[StoredChange] = []
        self.silences: list[Silence] = []
        self.waiting: dict[WaitingKey, Waiting] = {}
        self.rings: Counter[RingKey] = Counter()
        self.fail_asking = False
        self._failures = 0

    def fail_next(self, times: int = 1) -> None:
        """Fail the next ``times`` transactions as they commit."""
        self._failures = times

    def transaction(self) -> AbstractAsyncContextManager[LedgerTransaction]:
        """Open one."""
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[LedgerTransaction]:
        pending = _Pending(self)
        yield pending
        if self._failures:
            self._failures -= 1
            raise LedgerError("told to fail")
        self.incidents.update({one.state.incident_id: _held(one) for one in pending.changes})
        for incident_id, told in pending.carried.items():
            known = self.incidents.get(incident_id, HeldIncident(revision=0, told={}))
            self.incidents[incident_id] = replace(known, told=told)
        self.changes += pending.changes
        for delivery in pending.deliveries:
            self.deliveries.setdefault(delivery.delivery_id, delivery)
        for key in pending.forgotten:
            self.waiting.pop(key, None)
        for one in pending.waiting:
            self.waiting[WaitingKey(one.endpoint_id, one.incident_id, one.watch_id)] = one
        self.rings.update(pending.rings)


class _Pending:
    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self.changes: list[StoredChange] = []
        self.deliveries: list[NewDelivery] = []
        self.waiting: list[Waiting] = []
        self.forgotten: list[WaitingKey] = []
        self.rings: list[RingKey] = []
        self.carried: dict[str, Told] = {}

    @property
    def timing(self) -> TimingBook:
        return self

    async def silences(self) -> Sequence[Silence]:
        return self._ledger.silences

    async def rung(self, keys: Sequence[RingKey]) -> Mapping[RingKey, int]:
        if self._ledger.fail_asking:
            raise LedgerError("told to fail")
        return {key: self._ledger.rings[key] for key in keys if key in self._ledger.rings}

    async def settle(
        self, *, waiting: Sequence[Waiting], forgotten: Sequence[WaitingKey], rings: Sequence[RingKey]
    ) -> None:
        self.waiting += waiting
        self.forgotten += forgotten
        self.rings += rings

    async def held(self, incident_ids: Sequence[str]) -> Mapping[str, HeldIncident]:
        nothing = HeldIncident(revision=0, told={})
        return {one: self._ledger.incidents.get(one, nothing) for one in incident_ids}

    async def carry(self, told: Mapping[str, Told]) -> None:
        self.carried.update(told)

    async def write(
        self, changes: Sequence[StoredChange], deliveries: Sequence[NewDelivery], *, taking: Taking | None = None
    ) -> Written:
        self.changes += changes
        self.deliveries += deliveries
        return Written(new=len(deliveries), taken=taking.delivery_ids if taking else frozenset())


def _held(change: StoredChange) -> HeldIncident:
    return HeldIncident(revision=change.state.revision, told=change.told)


class MemoryQueue:
    """``DeliveryQueue`` that hands out what it was given, in order, within the slots; ``fail_next`` makes calls fail."""

    def __init__(self, waiting: Sequence[Claimed] = ()) -> None:
        self.waiting = deque(waiting)
        self.finished: list[Finished] = []
        self.given_back: list[Claimed] = []
        self.slots_seen: list[Mapping[str, int]] = []
        self._failures = 0

    def fail_next(self, times: int = 1) -> None:
        """Fail the next ``times`` calls."""
        self._failures = times

    def _may_fail(self) -> None:
        if self._failures:
            self._failures -= 1
            raise LedgerError("told to fail")

    async def claim(
        self, *, channel: str, limit: int, slots: int, slots_of: Mapping[str, int], lease: timedelta
    ) -> Sequence[Claimed]:
        """Hand out what fits."""
        self._may_fail()
        self.slots_seen.append(dict(slots_of))
        room: dict[str, int] = {}
        taken: list[Claimed] = []
        for one in tuple(one for one in self.waiting if one.channel == channel):
            left = room.setdefault(one.endpoint_id, slots_of.get(one.endpoint_id, slots))
            if left > 0 and len(taken) < limit:
                room[one.endpoint_id] -= 1
                taken.append(one)
                self.waiting.remove(one)
        return taken

    async def record(self, finished: Sequence[Finished]) -> None:
        """Keep them."""
        self._may_fail()
        self.finished += finished

    async def give_back(self, claimed: Sequence[Claimed]) -> None:
        """Let them wait again."""
        self._may_fail()
        self.given_back += claimed
        self.waiting.extend(claimed)

    async def pending(self) -> Mapping[str, int]:
        """How many wait, all as webhooks."""
        return {"webhook": len(self.waiting)}


class RetryingQueue(MemoryQueue):
    """``MemoryQueue`` that hands a delivery out again when its next step asks for it and the wait is over."""

    async def record(self, finished: Sequence[Finished]) -> None:
        """Keep them, and plan the next attempts."""
        await super().record(finished)
        loop = asyncio.get_running_loop()
        for one in finished:
            if isinstance(one.next_step, RetryAfter):
                again = replace(one.claimed, attempt=one.claimed.attempt + 1)
                loop.call_later(one.next_step.wait.total_seconds(), self.waiting.append, again)

    def outcomes(self, delivery_id: str) -> list[Outcome]:
        """What came of each attempt of one delivery."""
        return [one.outcome for one in self.finished if one.claimed.delivery_id == delivery_id]


class FakeHandOver:
    """``HandOver`` that wants the first ``room`` deliveries of each batch and keeps what it is given."""

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.taken: list[str] = []
        self.left: list[str] = []
        self.calls = 0

    def wanted(self, deliveries: Sequence[NewDelivery]) -> Taking:
        """The first few."""
        ids = frozenset(one.delivery_id for one in deliveries[: self.room])
        return Taking(delivery_ids=ids, lease=timedelta(seconds=60))

    def hand_over(self, deliveries: Sequence[NewDelivery], taken: Collection[str]) -> None:
        """Keep them."""
        self.calls += 1
        self.taken += [one.delivery_id for one in deliveries if one.delivery_id in taken]
        self.left += [one.delivery_id for one in deliveries if one.delivery_id not in taken]


class FakeChannel:
    """``Channel`` that answers as told."""

    def __init__(self) -> None:
        self.sent: list[Claimed] = []
        self._answers: dict[str, deque[Outcome | Exception]] = {}

    def respond_with(self, endpoint_id: str, *outcomes: Outcome | Exception) -> None:
        """Answer the next attempts so, then with success."""
        self._answers[endpoint_id] = deque(outcomes)

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Answer."""
        self.sent.append(delivery)
        answers = self._answers.get(endpoint.id)
        answer = answers.popleft() if answers else Delivered(status=204)
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakePublisher:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.sent: list[Record] = []

    async def publish(self, records: Sequence[Record]) -> None:
        """Keep them."""
        self.sent += records
