"""Holds and mutes: what people put between an incident and those it would be told to (pure).

A hold keeps what it meets, for everybody, until it is released, dropped, or its time is over; a mute keeps nothing. Neither
stops a retraction or a withdrawal: who was told must hear that it was wrong.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.alert.area import Area, Relation, nearest, relation
from shared.events.incident import IncidentChange
from shared.letters import fold


class SilenceKind(StrEnum):
    """Which of the two."""

    HOLD = "hold"
    MUTE = "mute"


class Ending(StrEnum):
    """How a silence ended; an expired hold releases what it kept."""

    RELEASED = "released"
    DROPPED = "dropped"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """One of them. Selectors that are given must all hold; none given means everything.

    ``source`` is a feed's slug or an outlet's name: an incident counts when nobody else reports it. ``areas`` meet an incident
    that certainly lies in one of them; "somewhere in Diyala" is not held by a hold on Khanaqin.
    """

    id: int
    kind: SilenceKind
    watch_id: str | None = None
    incident_id: str | None = None
    source: str | None = None
    place: str | None = None
    areas: tuple[Area, ...] = ()
    until: datetime | None = None
    who: str = ""
    why: str = ""
    created_at: datetime


def meets(silence: Silence, watch_id: str, state: IncidentChange, now: datetime) -> bool:
    """Whether the silence stands between this state and this watch now."""
    if silence.until is not None and now >= silence.until:
        return False
    if silence.watch_id is not None and silence.watch_id != watch_id:
        return False
    if silence.incident_id is not None and silence.incident_id != state.incident_id:
        return False
    if silence.source is not None and not _is_alone(silence.source, state):
        return False
    if not silence.areas:
        return True
    return nearest([relation(state.place, area) for area in silence.areas]) is Relation.INSIDE


def _is_alone(name: str, state: IncidentChange) -> bool:
    wanted = fold(name)
    return bool(state.sources) and all(source.feed == name or fold(source.outlet) == wanted for source in state.sources)
