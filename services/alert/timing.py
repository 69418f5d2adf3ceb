"""Whether a message goes now, waits to be told with others, or is not told: holds, mutes, outages, quiet hours, digests, floods (pure).

| in this order | what follows |
|---|---|
| a retraction, withdrawal or merge | now, whatever else holds: who was told must hear that it was wrong |
| the watch is over, or somebody muted this | not told |
| a hold meets the incident | waits until it is released; dropped with it |
| the news lay in our own hands for more than an hour | waits a minute or two, for one catch-up summary |
| the watch's quiet hours, no override | waits for their end |
| the watch wants digests, no override | waits for the window's end |
| the watch's limit for this district and hour is used up | waits a quarter of an hour, for one summary |
| else | now |

A message to an endpoint that serves several watches goes now if one of them wants it now: people are told once. The limit counts
for each district by itself, and for critical incidents apart, so that no flood hides a new place or a grave attack.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.alert.area import Relation
from services.alert.bulletin import GatheredBy
from services.alert.distance import nearest_km
from services.alert.manners import Override, digest_window, quiet_window
from services.alert.matching import WatchIndex
from services.alert.routing import Mark, Message, Note, Notice, Standing, Told, marked, notice_of, owing, proposed
from services.alert.silences import Silence, SilenceKind, meets
from services.alert.watch import SEVERITY_ORDER, Watch
from shared.events.facts import Place
from shared.events.incident import IncidentChange, Severity, Status

CATCH_UP_AFTER = timedelta(hours=1)
_CATCH_UP_WINDOW = timedelta(minutes=2)
_FLOOD_WINDOW = timedelta(minutes=15)
_UNSTOPPABLE = (Message.RETRACTION, Message.WITHDRAWAL, Message.MERGED)


class RingKey(NamedTuple):
    """What a limit counts: messages to one watch about one district within one hour, critical ones apart."""

    hour: datetime
    watch_id: str
    district: str
    is_grave: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """Goes at once; ``ring`` is counted against the watch's limit."""

    ring: RingKey | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """Waits; ``due_at`` None until somebody ends the hold ``silence_id``."""

    gathered_by: GatheredBy
    window_start: datetime
    due_at: datetime | None
    silence_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotTold:
    """Is not told."""


Turn = Now | Later | NotTold


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What the turn of a message depends on besides its watch. ``rung`` tells how often a key has rung."""

    now: datetime
    silences: tuple[Silence, ...] = ()
    rung: Callable[[RingKey], int] = lambda _: 0
    fetched_at: datetime | None = None
    catch_up_after: timedelta = CATCH_UP_AFTER


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An incident that an endpoint will be told of together with others, on behalf of one watch."""

    endpoint_id: str
    incident_id: str
    watch_id: str
    gathered_by: GatheredBy
    window_start: datetime
    due_at: datetime | None
    message: Message
    relation: Relation | None = None
    silence_id: int | None = None
    fetched_at: datetime | None = None


class WaitingKey(NamedTuple):
    """What identifies it."""

    endpoint_id: str
    incident_id: str
    watch_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """The outcome: notices to write down now, what waits, what need not wait any more, the marks, and what rang."""

    notices: tuple[Notice, ...]
    told: Told
    waiting: tuple[Waiting, ...] = ()
    forgotten: tuple[WaitingKey, ...] = ()
    rings: tuple[RingKey, ...] = ()


def decide(
    state: IncidentChange,
    index: WatchIndex,
    told: Told,
    *,
    endpoints: Iterable[str],
    conditions: Conditions,
    stale: bool = False,
) -> Decided:
    """Return what to send for this change now, and what to keep for later."""
    notes = proposed(state, index, told, endpoints=endpoints)
    outcome = _Outcome(state, told, conditions)
    known: dict[tuple[str, Message], Turn] = {}
    for endpoint_id in sorted(notes):
        notice = notice_of(endpoint_id, notes[endpoint_id], told, stale=stale)
        if notice.stale:
            outcome.notices.append(notice)
            continue
        for note in notice.notes:
            if (note.watch_id, note.message) not in known:  # a watch may have thousands of endpoints
                watch = index.watches.get(note.watch_id)
                known[note.watch_id, note.message] = when(note, watch, state, conditions)
        outcome.take(notice, [known[note.watch_id, note.message] for note in notice.notes])
    outcome.leave_lists(notes, index)
    return outcome.decided()


def when(note: Note, watch: Watch | None, state: IncidentChange, conditions: Conditions) -> Turn:
    """Return whose turn it is, by the table above."""
    if note.message in _UNSTOPPABLE:
        return Now()
    if watch is None or watch.manners.has_ended(conditions.now):
        return NotTold()
    if state.test:
        return Now()
    met = [one for one in conditions.silences if meets(one, watch.id, state, conditions.now)]
    if any(one.kind is SilenceKind.MUTE for one in met):
        return NotTold()
    if met:
        first = min(met, key=lambda one: one.id)
        return Later(gathered_by=GatheredBy.HOLD, window_start=first.created_at, due_at=None, silence_id=first.id)
    return _by_clock(watch, state, conditions) or _by_limit(watch, state, conditions)


def district_of(place: Place | None) -> str:
    """Return the smallest division down to districts that a place is known to lie in."""
    if place is None:
        return ""
    return place.admin2 or place.admin1 or place.country or ""


def overrides(unless: Override | None, watch: Watch, state: IncidentChange) -> bool:
    """Whether an incident is grave and near enough to ring all the same; an unknown distance counts as near."""
    if unless is None or SEVERITY_ORDER[state.severity] < SEVERITY_ORDER[unless.min_severity]:
        return False
    if unless.within_km is None:
        return True
    km = nearest_km(watch, state.place)
    return km is None or km <= unless.within_km


def _by_clock(watch: Watch, state: IncidentChange, conditions: Conditions) -> Later | None:
    now, manners = conditions.now, watch.manners
    if conditions.fetched_at is not None and now - conditions.fetched_at > conditions.catch_up_after:
        start = _floored(now, _CATCH_UP_WINDOW)
        return Later(gathered_by=GatheredBy.CATCH_UP, window_start=start, due_at=start + _CATCH_UP_WINDOW)
    if manners.quiet is not None and not overrides(manners.quiet.unless, watch, state):
        window = quiet_window(manners.quiet, manners.zone, now)
        if window is not None:
            return Later(gathered_by=GatheredBy.QUIET_HOURS, window_start=window[0], due_at=window[1])
    if manners.digest is not None and not overrides(manners.digest.unless, watch, state):
        begins, ends = digest_window(manners.digest, manners.zone, now)
        return Later(gathered_by=GatheredBy.DIGEST, window_start=begins, due_at=ends)
    return None


def _by_limit(watch: Watch, state: IncidentChange, conditions: Conditions) -> Now | Later:
    limit = watch.manners.limit_an_hour
    if limit is None:
        return Now()
    key = RingKey(
        hour=_floored(conditions.now, timedelta(hours=1)),
        watch_id=watch.id,
        district=district_of(state.place),
        is_grave=state.severity is Severity.CRITICAL,
    )
    if conditions.rung(key) < limit:
        return Now(ring=key)
    start = _floored(conditions.now, _FLOOD_WINDOW)
    return Later(gathered_by=GatheredBy.FLOOD, window_start=start, due_at=start + _FLOOD_WINDOW)


class _Outcome:
    """Gathers what follows, endpoint by endpoint."""

    def __init__(self, state: IncidentChange, told: Told, conditions: Conditions) -> None:
        self._state = state
        self._told = told
        self._conditions = conditions
        self._marks = owing(state, told)
        self._waiting: list[Waiting] = []
        self._forgotten: list[WaitingKey] = []
        self._rings: list[RingKey] = []
        self.notices: list[Notice] = []

    def take(self, notice: Notice, turns: list[Turn]) -> None:
        """Take in what an endpoint would be told at once, with the turn of each of its notes."""
        endpoint_id = notice.endpoint_id
        heard = []
        for note, turn in zip(notice.notes, turns, strict=True):
            if isinstance(turn, NotTold):
                self._leave_unsaid(endpoint_id, note)
            else:
                heard.append((note, turn))
        if any(isinstance(turn, Now) for _, turn in heard):
            is_whole = len(heard) == len(turns)
            notes = [note for note, _ in heard]
            self.notices.append(notice if is_whole else notice_of(endpoint_id, notes, self._told))
            for note, turn in heard:
                self._tell(endpoint_id, note)
                if isinstance(turn, Now) and turn.ring is not None:
                    self._rings.append(turn.ring)
            return
        for note, turn in heard:
            if isinstance(turn, Later):
                self._keep(endpoint_id, note, turn)

    def leave_lists(self, notes: Mapping[str, list[Note]], index: WatchIndex) -> None:
        """What waits for an endpoint that has no note of this change: a retracted or moved incident leaves its list."""
        noted = {(note.watch_id, endpoint_id) for endpoint_id, listed in notes.items() for note in listed}
        for key, mark in self._told.items():
            if mark.standing is Standing.WAITING and key not in noted and self._has_left(key[0], index):
                del self._marks[key]
                self._forget(key[1], key[0])

    def decided(self) -> Decided:
        """Everything."""
        return Decided(
            notices=tuple(self.notices),
            told=self._marks,
            waiting=tuple(self._waiting),
            forgotten=tuple(self._forgotten),
            rings=tuple(dict.fromkeys(self._rings)),
        )

    def _has_left(self, watch_id: str, index: WatchIndex) -> bool:
        state = self._state
        if state.status is not Status.ACTIVE or state.held or watch_id not in index:
            return True
        return index.verdict(watch_id, state).relation is Relation.OUTSIDE

    def _tell(self, endpoint_id: str, note: Note) -> None:
        key = (note.watch_id, endpoint_id)
        before = self._told.get(key)
        self._marks[key] = marked(self._marks.get(key), note.message, self._state.revision)
        if before is not None and (before.standing is Standing.WAITING or before.owes):
            self._forget(endpoint_id, note.watch_id)

    def _keep(self, endpoint_id: str, note: Note, turn: Later) -> None:
        key = (note.watch_id, endpoint_id)
        before = self._marks.get(key)
        if before is None:
            revision = self._state.revision
            self._marks[key] = Mark(first=revision, last=revision, standing=Standing.WAITING)
        elif before.standing is not Standing.WAITING:
            self._marks[key] = replace(before, owes=True)
        self._waiting.append(
            Waiting(
                endpoint_id=endpoint_id,
                incident_id=self._state.incident_id,
                watch_id=note.watch_id,
                gathered_by=turn.gathered_by,
                window_start=turn.window_start,
                due_at=turn.due_at,
                message=note.message,
                relation=note.relation,
                silence_id=turn.silence_id,
                fetched_at=self._conditions.fetched_at,
            )
        )

    def _leave_unsaid(self, endpoint_id: str, note: Note) -> None:
        key = (note.watch_id, endpoint_id)
        before = self._marks.get(key)
        if before is None:
            return
        if before.standing is Standing.WAITING:
            del self._marks[key]
            self._forget(endpoint_id, note.watch_id)
        elif note.message is Message.UPDATE:
            self._marks[key] = replace(before, owes=True)

    def _forget(self, endpoint_id: str, watch_id: str) -> None:
        self._forgotten.append(WaitingKey(endpoint_id, self._state.incident_id, watch_id))


def _floored(moment: datetime, step: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + step * ((moment - epoch) // step)
