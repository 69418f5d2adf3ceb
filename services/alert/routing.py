"""Who hears of this change, and as what.

Every change is evaluated for every watch. The first state that a watch passes is its alert, one for each of its endpoints;
changes of fact after that are updates. Who was told once is told of retractions, of withdrawals (every source took its report
back), of merges (it turned out to be part of another incident) and of moves out of the area, filters or not.
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
    MERGED = "merged"
    ALERT = "alert"
    UPDATE = "update"
    LEFT_AREA = "left_area"


_PRESSING = list(Message)


class Standing(StrEnum):
    """What a watch's endpoint believes of an incident after what it was sent.

    ``WAITING``: nothing was sent yet, it will be told together with others. ``DROPPED``: people held it back and let it go
    unsaid; nothing more of it is told.
    """

    WAITING = "waiting"
    DROPPED = "dropped"
    TOLD = "told"
    LEFT = "left"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    RETRACTED = "retracted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What one endpoint was sent of one incident on behalf of one watch.

    ``owes``: facts changed that were not told yet (the desk held the incident back, or it waits to be told with others).
    ``first`` and ``last`` are 0 when it was told under the id of another incident, which was merged into this one.
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
    notes = proposed(state, index, told, endpoints=endpoints)
    marks = owing(state, told)
    notices = []
    for endpoint_id in sorted(notes):
        notice = notice_of(endpoint_id, notes[endpoint_id], told, stale=stale)
        notices.append(notice)
        if not notice.stale:
            for note in notice.notes:
                key = (note.watch_id, endpoint_id)
                marks[key] = marked(marks.get(key), note.message, state.revision)
    return Routed(notices=tuple(notices), told=marks)


def proposed(
    state: IncidentChange, index: WatchIndex, told: Told, *, endpoints: Iterable[str]
) -> Mapping[str, list[Note]]:
    """Return what each endpoint is to hear of this change, were it told at once."""
    reachable = frozenset(endpoints)
    notes: dict[str, list[Note]] = defaultdict(list)
    for (watch_id, endpoint_id), mark in told.items():
        if mark.standing in (Standing.WAITING, Standing.DROPPED):
            continue
        verdict = index.verdict(watch_id, state) if watch_id in index else None
        if endpoint_id in reachable and (message := _for_told(mark, state, verdict)) is not None:
            relation = verdict.relation if verdict else None
            notes[endpoint_id].append(Note(watch_id=watch_id, message=message, relation=relation))
    for verdict in index.passing(state):
        for endpoint_id in index.watches[verdict.watch_id].endpoints:
            known = told.get((verdict.watch_id, endpoint_id))
            if endpoint_id in reachable and (known is None or known.standing is Standing.WAITING):
                notes[endpoint_id].append(
                    Note(watch_id=verdict.watch_id, message=Message.ALERT, relation=verdict.relation)
                )
    return notes


def owing(state: IncidentChange, told: Told) -> dict[tuple[str, str], Mark]:
    """Return the marks, those of an incident that the desk holds back with what this change adds to the debt."""
    if not (state.held and state.notify):
        return dict(told)
    return {key: replace(mark, owes=True) for key, mark in told.items()}


def _for_told(mark: Mark, state: IncidentChange, verdict: Verdict | None) -> Message | None:
    if state.status is Status.RETRACTED:
        return Message.RETRACTION if mark.standing is not Standing.RETRACTED else None
    if state.status is Status.WITHDRAWN:
        return Message.WITHDRAWAL if mark.standing in {Standing.TOLD, Standing.LEFT} else None
    if state.status is Status.MERGED:
        return Message.MERGED if mark.standing is not Standing.MERGED else None
    if verdict is None or state.held or state.status is not Status.ACTIVE:
        return None  # who gave up a watch still hears that what it was told no longer stands, and nothing else
    if verdict.relation is Relation.OUTSIDE:
        return Message.LEFT_AREA if mark.standing is Standing.TOLD else None
    if mark.standing is Standing.LEFT:
        return Message.UPDATE if verdict.refused is None else None
    return Message.UPDATE if state.notify or mark.owes else None


def notice_of(endpoint_id: str, notes: Iterable[Note], told: Told, *, stale: bool = False) -> Notice:
    """Return the one message that serves all these notes."""
    notes = sorted(notes, key=lambda note: note.watch_id)
    unsent = (Standing.WAITING, Standing.DROPPED)
    marks = [
        mark
        for (_, endpoint), mark in told.items()
        if endpoint == endpoint_id and mark.standing not in unsent and mark.first
    ]
    message = min((note.message for note in notes), key=_PRESSING.index)
    return Notice(
        endpoint_id=endpoint_id,
        message=message,
        notes=tuple(notes),
        first_revision=min((mark.first for mark in marks), default=None),
        previous_revision=max((mark.last for mark in marks), default=None),
        stale=stale and message in (Message.ALERT, Message.UPDATE),
    )


_STANDING_AFTER = {
    Message.ALERT: Standing.TOLD,
    Message.UPDATE: Standing.TOLD,
    Message.LEFT_AREA: Standing.LEFT,
    Message.WITHDRAWAL: Standing.WITHDRAWN,
    Message.MERGED: Standing.MERGED,
    Message.RETRACTION: Standing.RETRACTED,
}


def marked(mark: Mark | None, message: Message, revision: int) -> Mark:
    """Return what holds once the message was sent."""
    standing = _STANDING_AFTER[message]
    if mark is None or mark.standing is Standing.WAITING:
        return Mark(first=revision, last=revision, standing=standing)
    return replace(mark, first=mark.first or revision, last=revision, standing=standing, owes=False)


def carried(told: Told, into: Told) -> Told:
    """Return the marks of the incident that another was merged into: who was told of the other is told of this one from now on.

    So its updates reach them as updates, and its retraction reaches them at all.
    """
    believed = {Standing.TOLD, Standing.LEFT, Standing.RETRACTED, Standing.WITHDRAWN, Standing.MERGED}
    brought = {
        key: Mark(first=0, last=0, standing=Standing.LEFT if mark.standing is Standing.LEFT else Standing.TOLD)
        for key, mark in told.items()
        if mark.standing in believed and key not in into
    }
    return {**into, **brought}
