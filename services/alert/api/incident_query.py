"""The filters of a list of incidents as a request gives them; one that does not parse is refused with what is accepted."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

from litestar import Request
from litestar.datastructures import State
from litestar.params import QueryParameter

from services.alert.api.access import caller_of
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError
from services.alert.area import Circle, CodedArea
from services.alert.incident_filter import Box, IncidentFilter, at_least, read_box, searchable
from services.alert.keys import tenant_of
from services.alert.places import PlaceError, read_place
from shared.events.facts import EventGroup, EventType
from shared.events.incident import Severity, Status

E = TypeVar("E", bound=StrEnum)
_MOST = 20


def _many(kind: type[StrEnum]) -> dict[str, object]:
    return {"items": {"type": "string", "enum": [one.value for one in kind]}, "maxItems": _MOST}


_Areas = Annotated[
    list[str] | None,
    QueryParameter(
        name="area",
        description="Where: a code (IQ, IQG10, IQG10Q05, SY-DY) or a name in any of the languages; several are alternatives.",
    ),
]
_Types = Annotated[
    list[str] | None, QueryParameter(name="type", description="Kinds of attack.", schema_extra=_many(EventType))
]
_Groups = Annotated[
    list[str] | None, QueryParameter(name="group", description="Groups of kinds.", schema_extra=_many(EventGroup))
]
_Statuses = Annotated[
    list[str] | None,
    QueryParameter(
        name="status", description="active, retracted, withdrawn, merged; default: all.", schema_extra=_many(Status)
    ),
]
_MinSeverity = Annotated[
    str | None,
    QueryParameter(
        name="min_severity",
        description="This severity or above.",
        schema_extra={"enum": [one.value for one in Severity]},
    ),
]
_Since = Annotated[
    str | None,
    QueryParameter(
        name="since", description="Only with a report at this time or later (RFC 3339; without a zone it is UTC)."
    ),
]
_Until = Annotated[
    str | None, QueryParameter(name="until", description="Only with the newest report before this time.")
]
_Box = Annotated[str | None, QueryParameter(name="bbox", description="west,south,east,north in degrees.")]
_WatchId = Annotated[
    str | None, QueryParameter(name="watch", description="Only what this watch was told.", max_length=200)
]


async def incident_filter(
    *,
    request: Request[object, object, State],
    area: _Areas = None,
    type_: _Types = None,
    group: _Groups = None,
    status: _Statuses = None,
    min_severity: _MinSeverity = None,
    since: _Since = None,
    until: _Until = None,
    bbox: _Box = None,
    watch: _WatchId = None,
) -> IncidentFilter:
    """Return what is asked for; raises ``ProblemError``. Held incidents are for keys alone."""
    parts = parts_of(request.app.state)
    caller = caller_of(request)
    if watch is not None:
        if caller is None:
            raise ProblemError(Fault.KEY_MISSING, "what a watch was told is for keys of its tenant")
        if caller.tenant != tenant_of(watch):
            raise ProblemError(Fault.NOT_FOUND, "there is no such watch")
    severity = None if min_severity is None else _member(Severity, "min_severity", min_severity)
    return IncidentFilter(
        areas=tuple(one for name in _bounded("area", area) for one in _areas(parts, name)),
        types=tuple(_member(EventType, "type", one) for one in _bounded("type", type_)),
        groups=tuple(_member(EventGroup, "group", one) for one in _bounded("group", group)),
        statuses=tuple(_member(Status, "status", one) for one in _bounded("status", status)),
        severities=() if severity is None else at_least(severity),
        since=read_time("since", since),
        until=read_time("until", until),
        box=None if bbox is None else _box(bbox),
        watch=watch,
        held=None if caller is not None else False,
    )


def read_time(name: str, text: str | None) -> datetime | None:
    """Return a time of a request; raises ``ProblemError``."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ProblemError(
            Fault.INVALID, f"{name} is {text[:60]!r}; a time such as 2026-06-13T20:00:00Z is accepted"
        ) from None


def _bounded(name: str, said: list[str] | None) -> list[str]:
    found = said or []
    if len(found) > _MOST:
        raise ProblemError(Fault.INVALID, f"{name} is given {len(found)} times; up to {_MOST} are accepted")
    return found


def _member(kind: type[E], name: str, said: str) -> E:
    try:
        return kind(said)
    except ValueError:
        accepted = ", ".join(one.value for one in kind)
        raise ProblemError(Fault.INVALID, f"{name} is {said[:60]!r}; accepted are {accepted}") from None


def _areas(parts: ApiParts, name: str) -> tuple[CodedArea | Circle, ...]:
    try:
        return searchable(read_place(name[:200], parts.places))
    except PlaceError as error:
        raise ProblemError(Fault.INVALID, str(error).replace("places has", "area is", 1)) from error


def _box(text: str) -> Box:
    try:
        return read_box(text)
    except ValueError as error:
        raise ProblemError(Fault.INVALID, str(error)) from error
