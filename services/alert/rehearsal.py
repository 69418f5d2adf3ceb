"""What a set of watches would have been sent for past changes, when, and what would have waited: decided as the service decides (pure)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from services.alert.bulletin import GatheredBy
from services.alert.gathering import Due, Known, gather
from services.alert.matching import WatchIndex
from services.alert.routing import Message, Told
from services.alert.timing import Conditions, RingKey, Waiting, WaitingKey, decide
from shared.events.incident import IncidentChange


@dataclass(frozen=True, kw_only=True, slots=True)
class PastChange:
    """A change, and when it reached us."""

    at: datetime
    state: IncidentChange


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldSend:
    """One message to one endpoint about one incident, at once; ``served``: each watch and what it is to it."""

    at: datetime
    endpoint_id: str
    message: Message
    served: tuple[tuple[str, Message], ...]
    state: IncidentChange


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldGather:
    """One list to one endpoint."""

    at: datetime
    endpoint_id: str
    gathered_by: GatheredBy
    states: tuple[IncidentChange, ...]


Rehearsed = WouldSend | WouldGather


def rehearse(changes: Iterable[PastChange], index: WatchIndex, endpoints: Iterable[str]) -> Iterator[Rehearsed]:
    """Yield what would have been sent, in order; ``changes`` come in the order they did."""
    stage = _Stage(index, frozenset(endpoints))
    for change in changes:
        yield from stage.lists_until(change.at)
        yield from stage.take(change)
    yield from stage.lists_until(None)


class _Stage:
    def __init__(self, index: WatchIndex, endpoints: frozenset[str]) -> None:
        self._index = index
        self._endpoints = endpoints
        self._told: dict[str, Told] = {}
        self._states: dict[str, IncidentChange] = {}
        self._waiting: dict[WaitingKey, Waiting] = {}
        self._rings: Counter[RingKey] = Counter()

    def take(self, change: PastChange) -> Iterator[Rehearsed]:
        """Take in a change."""
        state = change.state
        conditions = Conditions(now=change.at, rung=self._rings.__getitem__)
        told = self._told.get(state.incident_id, {})
        decided = decide(state, self._index, told, endpoints=self._endpoints, conditions=conditions)
        self._told[state.incident_id] = decided.told
        self._states[state.incident_id] = state
        self._rings.update(decided.rings)
        for key in decided.forgotten:
            self._waiting.pop(key, None)
        for one in decided.waiting:
            key = WaitingKey(one.endpoint_id, one.incident_id, one.watch_id)
            known = self._waiting.get(key)
            self._waiting[key] = one if known is None else replace(known, message=one.message, relation=one.relation)
        for notice in decided.notices:
            served = tuple((note.watch_id, note.message) for note in notice.notes)
            yield WouldSend(
                at=change.at, endpoint_id=notice.endpoint_id, message=notice.message, served=served, state=state
            )

    def lists_until(self, until: datetime | None) -> Iterator[Rehearsed]:
        """Yield the lists that leave before then; all that are left for None."""
        while True:
            times = sorted({one.due_at for one in self._waiting.values() if one.due_at is not None})
            if not times or (until is not None and times[0] > until):
                return
            yield from self._lists_at(times[0])

    def _lists_at(self, now: datetime) -> Iterator[Rehearsed]:
        due = [Due(waiting=one) for one in self._waiting.values() if one.due_at is not None and one.due_at <= now]
        known = {
            one.waiting.incident_id: Known(
                state=self._states[one.waiting.incident_id], told=self._told[one.waiting.incident_id]
            )
            for one in due
        }
        gathered = gather(due, known, self._index.watches, endpoints=self._endpoints, now=now)
        self._told |= gathered.told
        for key in gathered.done:
            del self._waiting[key]
        for key, at in gathered.postponed.items():
            self._waiting[key] = replace(self._waiting[key], due_at=at)
        for one in gathered.bulletins:
            assert one.bulletin.gathered_by is not None
            yield WouldGather(
                at=now,
                endpoint_id=one.endpoint_id,
                gathered_by=one.bulletin.gathered_by,
                states=tuple(entry.state for entry in one.bulletin.entries),
            )
