"""Incidents as points of the map, small enough that twenty thousand of them travel in some hundred kilobytes (pure)."""

from collections.abc import Iterable
from datetime import UTC, date
from typing import Protocol

import msgspec

from services.alert.incident_filter import IncidentFilter
from services.alert.watch import SEVERITY_ORDER, Language
from services.alert.words import PlaceWords, place_parts
from shared.events.facts import EventType, Place, Precision
from shared.events.incident import IncidentChange, Status

MOST = 20_000
_EPOCH = date(1970, 1, 1).toordinal()
_TYPES: tuple[EventType | None, ...] = (None, *EventType)
_NUMBER_OF_TYPE = {kind: number for number, kind in enumerate(_TYPES)}
_PRECISIONS = tuple(Precision)
_NUMBER_OF_PRECISION = {one: number for number, one in enumerate(_PRECISIONS)}
_DIGITS = 4


class PointOfUnit(Protocol):
    """Knows a point inside a unit."""

    def __call__(self, code: str, /) -> tuple[float, float] | None:
        """Latitude and longitude, None for a unit without a shape."""
        ...


class MapPoint(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One incident. ``is_exact`` is false where only a division is known: then the point merely stands for it.

    ``day`` counts from 1970-01-01; ``kind``, ``severity`` and ``precision`` are numbers in the lists beside the points.
    """

    id: str
    lon: float
    lat: float
    severity: int
    kind: int
    day: int
    precision: int
    is_exact: bool
    is_standing: bool
    killed: int | None
    wounded: int | None
    place: str


class MapPoints(msgspec.Struct, frozen=True, kw_only=True):
    """All points that were asked for, newest report first. ``without_point`` are known to their country at most.

    ``is_cut``: there are more than ``MOST``; the older ones are left out.
    """

    kinds: tuple[str, ...] = tuple("" if one is None else one.value for one in _TYPES)
    precisions: tuple[str, ...] = tuple(one.value for one in _PRECISIONS)
    points: tuple[MapPoint, ...] = ()
    without_point: int = 0
    is_cut: bool = False


def map_points(
    states: Iterable[IncidentChange], language: Language, names: PlaceWords, point_of: PointOfUnit, *, is_cut: bool
) -> MapPoints:
    """Return the states as points."""
    points: list[MapPoint] = []
    without = 0
    for state in states:
        found = None if state.place is None else where(state.place, point_of)
        if found is None or state.place is None:
            without += 1
            continue
        lat, lon, is_exact = found
        killed, wounded = state.casualties.killed, state.casualties.wounded
        on = state.occurred_on or state.first_seen.astimezone(UTC).date()
        points.append(
            MapPoint(
                id=state.incident_id,
                lon=round(lon, _DIGITS),
                lat=round(lat, _DIGITS),
                severity=SEVERITY_ORDER[state.severity],
                kind=_NUMBER_OF_TYPE[state.event_type],
                day=on.toordinal() - _EPOCH,
                precision=_NUMBER_OF_PRECISION[state.place.precision],
                is_exact=is_exact,
                is_standing=state.status is Status.ACTIVE,
                killed=None if killed is None else killed.best,
                wounded=None if wounded is None else wounded.best,
                place=next(iter(place_parts(state.place, language, names)), ""),
            )
        )
    return MapPoints(points=tuple(points), without_point=without, is_cut=is_cut)


def where(place: Place, point_of: PointOfUnit) -> tuple[float, float, bool] | None:
    """Return latitude, longitude and whether it is the place's own point; else a point inside its finest unit; None without either."""
    if place.lat is not None and place.lon is not None:
        return place.lat, place.lon, place.precision in (Precision.EXACT, Precision.TOWN)
    for code in (place.admin3, place.admin2, place.admin1):
        if code is not None and (point := point_of(code)) is not None:
            return (*point, False)
    return None


def cache_key(wanted: IncidentFilter, text: str, language: Language) -> tuple[object, ...]:
    """Return what two requests must share to be answered with the same points."""
    since = None if wanted.since is None else wanted.since.replace(second=0, microsecond=0)
    return (wanted.areas, wanted.types, wanted.severities, since, wanted.held, text, language)
