"""From what waits to the messages that tell it together, once its time has come (pure).

A list is made of the incidents as they stand now, not as they stood when they were put on it. What was retracted or moved away
has left it already; what the desk holds back stays for the next one; what an outage kept until it was no longer current is
counted and not listed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.alert.bulletin import Bulletin, BulletinKind, Entry, GatheredBy, WatchName, digest_id
from services.alert.routing import Mark, Standing, Told, marked
from services.alert.silences import Ending
from services.alert.tidings import Addressed
from services.alert.timing import Waiting, WaitingKey
from services.alert.watch import Watch
from shared.events.incident import IncidentChange, Status

POSTPONED_BY = timedelta(minutes=10)
"""What the desk holds back is looked at again after this."""
_KINDS = {GatheredBy.DIGEST: BulletinKind.DIGEST, GatheredBy.QUIET_HOURS: BulletinKind.DIGEST}


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A waiting incident whose time has come: by the clock, or because its hold ended."""

    waiting: Waiting
    ending: Ending | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An incident as the ledger has it."""

    state: IncidentChange
    told: Told


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """The outcome: messages, the marks of incidents that changed, what waits no longer, what waits until when."""

    bulletins: tuple[Addressed, ...]
    told: Mapping[str, Told]
    done: tuple[WaitingKey, ...]
    postponed: Mapping[WaitingKey, datetime]


@dataclass(kw_only=True, slots=True)
class _List:
    """What becomes one message."""

    until: datetime
    entries: dict[str, Entry] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    expired: int = 0


def gather(
    due: Sequence[Due],
    incidents: Mapping[str, Known],
    watches: Mapping[str, Watch],
    *,
    endpoints: Iterable[str],
    now: datetime,
) -> Gathered:
    """Return what follows for everything that is due; give all that is due of an endpoint at once, or lists would be split."""
    work = _Work(incidents, watches, frozenset(endpoints), now)
    for one in sorted(due, key=lambda one: WaitingKey(*_key(one.waiting))):
        work.take(one)
    return work.gathered()


class _Work:
    def __init__(
        self, incidents: Mapping[str, Known], watches: Mapping[str, Watch], endpoints: frozenset[str], now: datetime
    ) -> None:
        self._incidents = incidents
        self._watches = watches
        self._endpoints = endpoints
        self._now = now
        self._lists: dict[tuple[str, GatheredBy, datetime], _List] = {}
        self._marks: dict[str, dict[tuple[str, str], Mark]] = {}
        self._done: list[WaitingKey] = []
        self._postponed: dict[WaitingKey, datetime] = {}

    def take(self, due: Due) -> None:
        """Take in one."""
        waiting = due.waiting
        key, mark_key = _key(waiting), (waiting.watch_id, waiting.endpoint_id)
        known = self._incidents.get(waiting.incident_id)
        marks = self._marks_of(waiting.incident_id)
        mark = marks.get(mark_key)
        watch = self._watches.get(waiting.watch_id)
        if known is not None and known.state.held and known.state.status is Status.ACTIVE:
            self._postponed[key] = self._now + POSTPONED_BY
            return
        self._done.append(key)
        if known is None or mark is None:
            return
        is_over = watch is None or watch.manners.has_ended(self._now) or waiting.endpoint_id not in self._endpoints
        if due.ending is Ending.DROPPED or is_over or known.state.status is not Status.ACTIVE:
            self._let_go(marks, mark_key, mark, is_dropped=due.ending is Ending.DROPPED)
            return
        assert watch is not None
        listed = self._list_of(due)
        if waiting.gathered_by is GatheredBy.CATCH_UP and self._now > known.state.expires:
            listed.expired += 1
            self._let_go(marks, mark_key, mark, is_dropped=False)
            return
        has_heard = any(
            endpoint_id == waiting.endpoint_id
            and other.standing is Standing.TOLD
            and not other.owes
            and other.last >= known.state.revision
            for (_, endpoint_id), other in marks.items()
        )
        marks[mark_key] = marked(mark, waiting.message, known.state.revision)
        if has_heard and waiting.incident_id not in listed.entries:
            return
        listed.watches[watch.id] = watch
        listed.entries.setdefault(waiting.incident_id, _entry(known.state, waiting, self._now))

    def gathered(self) -> Gathered:
        """Everything."""
        bulletins = tuple(
            self._addressed(endpoint_id, gathered_by, start, listed)
            for (endpoint_id, gathered_by, start), listed in self._lists.items()
            if listed.entries
        )
        return Gathered(
            bulletins=bulletins,
            told={one: marks for one, marks in self._marks.items() if marks != self._incidents[one].told},
            done=tuple(self._done),
            postponed=self._postponed,
        )

    def _marks_of(self, incident_id: str) -> dict[tuple[str, str], Mark]:
        if incident_id not in self._incidents:
            return {}
        return self._marks.setdefault(incident_id, dict(self._incidents[incident_id].told))

    def _let_go(
        self, marks: dict[tuple[str, str], Mark], key: tuple[str, str], mark: Mark, *, is_dropped: bool
    ) -> None:
        """What is not told after all: dropped incidents stay untold for good, others may ring when they change."""
        if mark.standing is not Standing.WAITING:
            marks[key] = replace(mark, owes=False)
        elif is_dropped:
            marks[key] = replace(mark, standing=Standing.DROPPED)
        else:
            del marks[key]

    def _list_of(self, due: Due) -> _List:
        """The list it belongs on: that of its window, or of the moment its hold ended."""
        waiting = due.waiting
        start = waiting.window_start if due.ended_at is None else due.ended_at
        key = (waiting.endpoint_id, waiting.gathered_by, start)
        return self._lists.setdefault(key, _List(until=self._now))

    def _addressed(self, endpoint_id: str, gathered_by: GatheredBy, start: datetime, listed: _List) -> Addressed:
        watches = list(listed.watches.values())
        return Addressed(
            endpoint_id=endpoint_id,
            delivery_id=digest_id(endpoint_id, start, gathered_by),
            subject=digest_id(endpoint_id, start, gathered_by),
            revision=1,
            bulletin=Bulletin(
                kind=_KINDS.get(gathered_by, BulletinKind.SUMMARY),
                watches=tuple(WatchName(id=watch.id, name=watch.name) for watch in watches),
                at=self._now,
                since=min(start, self._now),
                until=listed.until,
                zone=watches[0].manners.zone,
                minimal=any(watch.minimal for watch in watches),
                gathered_by=gathered_by,
                entries=tuple(listed.entries.values()),
                expired=listed.expired,
            ),
        )


def _entry(state: IncidentChange, waiting: Waiting, now: datetime) -> Entry:
    is_late = waiting.gathered_by is GatheredBy.CATCH_UP and waiting.fetched_at is not None
    return Entry(
        state=state,
        message=waiting.message,
        relation=waiting.relation,
        late_by=now - waiting.fetched_at if is_late and waiting.fetched_at is not None else None,
    )


def _key(waiting: Waiting) -> WaitingKey:
    return WaitingKey(waiting.endpoint_id, waiting.incident_id, waiting.watch_id)
