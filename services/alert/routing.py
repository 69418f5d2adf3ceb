"""Who hears of this change, and as what.

Every change is evaluated for every watch. The first state that a watch passes is its alert, one for each of its endpoints;
changes of fact after that are updates. Who was told once is told of retractions, of withdrawals (every source took its report
back) and of moves out of the area, filters or not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.alert.area import Relation
from services.alert.matching import Verdict, WatchIndex
from shared.events.incident import IncidentChange, Status

STALE_AFTER = timedelta(hours=48)
"""News that lay in our own pipeline for longer than this and is no longer current is not poured out after an outage."""


class Message(StrEnum):
    """What a delivery is to its receiver, most pressing first."""

    RETRACTION = "retraction"
    WITHDRAWAL = "withdrawal"
    ALERT = "alert"
    UPDATE = "update"
    LEFT_AREA = "left_area"


_PRESSING = list(Message)


class Standing(StrEnum):
    """What a watch's endpoint believes of an incident after what it was sent."""

    TOLD = "told"
    LEFT = "left"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What one endpoint was sent of one incident on behalf of one watch.

    ``owes``: facts changed while the desk held the incident back, so its release is an update.
    """

    first: int
    last: int
    standing: Standing = Standing.TOLD
    owes: bool = False


Told = Mapping[tuple[str, str], Mark]
"""Marks of one incident by (watch id, endpoint id)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Why an endpoint hears of a change: on behalf of which watch, and as what. ``relation`` None: the watch no longer exists."""

    watch_id: str
    message: Message
    relation: Relation | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One message to one endpoint about one revision. ``stale`` ones are recorded as expired, and sent to nobody."""

    endpoint_id: str
    message: Message
    notes: tuple[Note, ...]
    first_revision: int | None
    previous_revision: int | None
    stale: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """The outcome: notices to write down, and the marks that hold once they are."""

    notices: tuple[Notice, ...]
    told: Told


def is_stale(state: IncidentChange, *, fetched_at: datetime | None, now: datetime) -> bool:
    """Whether the news waited too long in our hands. Old news fetched just now is not stale: nobody was told of it yet."""
    return fetched_at is not None and now > max(state.expires, fetched_at + STALE_AFTER)


def route(
    state: IncidentChange, index: WatchIndex, told: Told, *, endpoints: Iterable[str], stale: bool = False
) -> Routed:
    """Return what to send for this change; ``endpoints`` are those that can be sent to at all."""
    reachable = frozenset(endpoints)
    notes: dict[str, list[Note]] = defaultdict(list)
    for (watch_id, endpoint_id), mark in told.items():
        verdict = index.verdict(watch_id, state) if watch_id in index else None
        if endpoint_id in reachable and (message := _for_told(mark, state, verdict)) is not None:
            relation = verdict.relation if verdict else None
            notes[endpoint_id].append(Note(watch_id=watch_id, message=message, relation=relation))
    for verdict in index.passing(state):
        for endpoint_id in index.watches[verdict.watch_id].endpoints:
            if endpoint_id in reachable and (verdict.watch_id, endpoint_id) not in told:
                notes[endpoint_id].append(
                    Note(watch_id=verdict.watch_id, message=Message.ALERT, relation=verdict.relation)
                )
    marks = {key: replace(mark, owes=True) for key, mark in told.items()} if state.held and state.notify else dict(told)
    notices = []
    for endpoint_id in sorted(notes):
        notice = _notice(endpoint_id, notes[endpoint_id], told, stale=stale)
        notices.append(notice)
        if not notice.stale:
            for note in notice.notes:
                key = (note.watch_id, endpoint_id)
                marks[key] = _marked(marks.get(key), note.message, state.revision)
    return Routed(notices=tuple(notices), told=marks)


def _for_told(mark: Mark, state: IncidentChange, verdict: Verdict | None) -> Message | None:
    if state.status is Status.RETRACTED:
        return Message.RETRACTION if mark.standing is not Standing.RETRACTED else None
    if state.status is Status.WITHDRAWN:
        return Message.WITHDRAWAL if mark.standing in {Standing.TOLD, Standing.LEFT} else None
    if verdict is None or state.held or state.status is not Status.ACTIVE:
        return None  # who gave up a watch still hears that what it was told no longer stands, and nothing else
    if verdict.relation is Relation.OUTSIDE:
        return Message.LEFT_AREA if mark.standing is Standing.TOLD else None
    if mark.standing is Standing.LEFT:
        return Message.UPDATE if verdict.refused is None else None
    return Message.UPDATE if state.notify or mark.owes else None


def _notice(endpoint_id: str, notes: list[Note], told: Told, *, stale: bool) -> Notice:
    marks = [mark for (_, endpoint), mark in told.items() if endpoint == endpoint_id]
    message = min((note.message for note in notes), key=_PRESSING.index)
    return Notice(
        endpoint_id=endpoint_id,
        message=message,
        notes=tuple(sorted(notes, key=lambda note: note.watch_id)),
        first_revision=min((mark.first for mark in marks), default=None),
        previous_revision=max((mark.last for mark in marks), default=None),
        stale=stale and message in (Message.ALERT, Message.UPDATE),
    )


_STANDING_AFTER = {
    Message.ALERT: Standing.TOLD,
    Message.UPDATE: Standing.TOLD,
    Message.LEFT_AREA: Standing.LEFT,
    Message.WITHDRAWAL: Standing.WITHDRAWN,
    Message.RETRACTION: Standing.RETRACTED,
}


def _marked(mark: Mark | None, message: Message, revision: int) -> Mark:
    standing = _STANDING_AFTER[message]
    if mark is None:
        return Mark(first=revision, last=revision, standing=standing)
    return replace(mark, last=revision, standing=standing, owes=False)
