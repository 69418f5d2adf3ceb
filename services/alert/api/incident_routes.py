"""``/v1/incidents``: what is known, as JSON and as GeoJSON."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter, QueryParameter, SkipValidation

from services.alert.api import cursors, geojson
from services.alert.api.access import caller_of
from services.alert.api.geojson import FeatureCollection
from services.alert.api.incident_query import incident_filter
from services.alert.api.parts import ApiParts, parts_of
from services.alert.api.problems import Fault, ProblemError, responses
from services.alert.api.shapes import IncidentPage, IncidentStory, IncidentView, change_view, incident_view
from services.alert.incident_filter import IncidentFilter
from services.alert.keys import Right
from services.alert.routing import Message
from services.alert.words import PlaceWords, Telling, headline
from shared.events.incident import IncidentChange

PAGE_SIZE = 50
_CURSOR = "incidents"
Cursor = Annotated[
    str | None, QueryParameter(name="cursor", max_length=300, description="``next`` of the page before.")
]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=200, description="Most entries of the page.")]
IncidentId = Annotated[str, PathParameter(max_length=64)]
_Wanted = NamedDependency[SkipValidation[IncidentFilter]]
_FILTER = {"wanted": Provide(incident_filter)}
KEY_OR_OPEN: list[dict[str, list[str]]] = [{"key": []}, {}]
"""A key, or none where the operator has opened the incident list."""
_MAY_READ = {"right": Right.READ, "incident_list": True}


@get(
    "/v1/incidents",
    opt=_MAY_READ,
    security=KEY_OR_OPEN,
    dependencies=_FILTER,
    responses=responses(Fault.CURSOR_INVALID, Fault.NOT_FOUND),
    summary="Incidents as they stand",
)
async def list_incidents(
    state: State, wanted: _Wanted, cursor: Cursor = None, limit: Limit = PAGE_SIZE
) -> IncidentPage:
    """Incidents as they stand, the one with the newest report first. Filters hold together; repeated ones are alternatives."""
    views, following = await _page(parts_of(state), wanted, cursor, limit)
    return IncidentPage(incidents=views, next=following)


@get(
    "/v1/incidents.geojson",
    opt=_MAY_READ,
    security=KEY_OR_OPEN,
    dependencies=_FILTER,
    media_type=geojson.MEDIA_TYPE,
    responses=responses(Fault.CURSOR_INVALID, Fault.NOT_FOUND),
    summary="The same as GeoJSON (RFC 7946)",
)
async def list_features(
    state: State, wanted: _Wanted, cursor: Cursor = None, limit: Limit = PAGE_SIZE
) -> FeatureCollection:
    """The same list as features. Where no point is known, the geometry is null and the place's codes tell where."""
    views, following = await _page(parts_of(state), wanted, cursor, limit)
    return FeatureCollection(features=tuple(geojson.feature(view) for view in views), next=following)


@get(
    "/v1/incidents/{incident_id:str}",
    opt=_MAY_READ,
    security=KEY_OR_OPEN,
    responses=responses(Fault.NOT_FOUND),
    summary="One incident and its history",
)
async def one_incident(request: Request[object, object, State], state: State, incident_id: IncidentId) -> IncidentStory:
    """One incident as it stands, and how it came to be so."""
    parts = parts_of(state)
    history = list(await parts.incidents.history(incident_id))
    if not history or (history[-1].held and caller_of(request) is None):
        raise ProblemError(Fault.NOT_FOUND, "there is no such incident")
    latest = history[-1]
    view = incident_view(latest, headlines(parts.places)(latest))
    return IncidentStory(incident=view, history=tuple(change_view(change) for change in history))


async def page_of(
    parts: ApiParts, wanted: IncidentFilter, cursor: str | None, limit: int
) -> tuple[list[IncidentChange], str | None]:
    """Return a page of incidents and the cursor of the next, None at the end; raises ``ProblemError`` for a cursor never given."""
    before = read_cursor(cursor) if cursor else None
    found = list(await parts.incidents.incidents(limit=limit + 1, before=before, wanted=wanted))
    return found[:limit], cursor_after(found[limit - 1]) if len(found) > limit else None


def headlines(names: PlaceWords) -> Callable[[IncidentChange], str]:
    """Return what tells an incident in one English sentence."""
    return lambda state: headline(state, Telling(message=Message.ALERT, language="en"), names)


def cursor_after(state: IncidentChange) -> str:
    """Return the cursor that continues after this incident."""
    return cursors.make(_CURSOR, state.last_seen.isoformat(), state.incident_id)


def read_cursor(text: str) -> tuple[datetime, str]:
    """Return what a cursor says; raises ``ProblemError`` for one that we never gave."""
    at, incident_id = cursors.read(text, _CURSOR, 2)
    try:
        last_seen = datetime.fromisoformat(at)
    except ValueError:
        last_seen = None
    if last_seen is None or last_seen.tzinfo is None or not incident_id or "\x00" in incident_id:
        raise ProblemError(Fault.CURSOR_INVALID, "the cursor is not one that this server gave")
    return last_seen, incident_id


async def _page(
    parts: ApiParts, wanted: IncidentFilter, cursor: str | None, limit: int
) -> tuple[tuple[IncidentView, ...], str | None]:
    states, following = await page_of(parts, wanted, cursor, limit)
    told = headlines(parts.places)
    return tuple(incident_view(one, told(one)) for one in states), following
