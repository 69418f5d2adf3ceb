"""Areas that people watch, and how a place of an incident lies to one: inside, possibly inside, outside.

A place is as vague as its source: "somewhere in Diyala" lies possibly inside the district Khanaqin and inside the
governorate Diyala. Nothing here guesses; a place whose country is unknown lies possibly inside every area.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from shared.events.facts import Place
from shared.geo.distance import km_between

_IRAQ_PCODE = re.compile(r"([A-Z]{2})G\d{2}(Q\d{2}(N\d{2})?)?")
_ISO_SUBDIVISION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class Relation(StrEnum):
    """How a place lies to an area."""

    INSIDE = "inside"
    POSSIBLY = "possibly_inside"
    OUTSIDE = "outside"


_FEWEST_KM_OF_A_DEGREE = 111.0
"""Of latitude, on the sphere that distances are measured on."""
_NEARNESS = {Relation.OUTSIDE: 0, Relation.POSSIBLY: 1, Relation.INSIDE: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class CodedArea:
    """A country or one of its divisions; ``codes`` leads down to it: ("IQ", "IQG10", "IQG10Q05")."""

    codes: tuple[str, ...]

    @property
    def code(self) -> str:
        """The area's own code."""
        return self.codes[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """Which divisions a drawn area ``covers`` wholly and which it ``touches``, worked out once when the watch is read.

    It answers for places without a point. Codes of all levels may stand in both sets.
    """

    covers: frozenset[str] = frozenset()
    touches: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Circle:
    """All within ``radius_km`` of a point. Without an ``extent``, what has no point lies possibly inside."""

    lat: float
    lon: float
    radius_km: float
    extent: Extent | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Polygon:
    """A closed ring of (lon, lat) and its holes, as GeoJSON orders them. Edges belong to the area, near enough."""

    ring: tuple[tuple[float, float], ...]
    holes: tuple[tuple[tuple[float, float], ...], ...] = ()
    extent: Extent | None = None


Area = CodedArea | Circle | Polygon


def coded_area(code: str) -> CodedArea | None:
    """Return the area of a country code, an OCHA p-code or an ISO 3166-2 code; None when it has none of these shapes."""
    if _COUNTRY.fullmatch(code):
        return CodedArea(codes=(code,))
    if found := _ISO_SUBDIVISION.fullmatch(code):
        return CodedArea(codes=(found[1], code))
    if found := _IRAQ_PCODE.fullmatch(code):
        ends = [2, 5, *([8] if found[2] else []), *([11] if found[3] else [])]
        return CodedArea(codes=tuple(code[:end] for end in ends))
    return None


def codes_of(place: Place) -> tuple[str | None, ...]:
    """The codes of a place from the country down, None where unknown."""
    return (place.country, place.admin1, place.admin2, place.admin3)


def relation(place: Place | None, area: Area) -> Relation:
    """Return how the place lies to the area."""
    if place is None:
        return Relation.POSSIBLY
    stated = _by_codes(place, area) if isinstance(area, CodedArea) else _by_point(place, area)
    if stated is not Relation.POSSIBLY or not place.candidates:
        return stated
    # The name has several bearers: the area is possible only if one of them, or one whose place is unknown, lies there.
    if any(_candidate_is_possible(place, index, area) for index in range(len(place.candidates))):
        return Relation.POSSIBLY
    return Relation.OUTSIDE


def nearest(relations: "list[Relation]") -> Relation:
    """Return the nearest of several relations, outside if there are none."""
    return max(relations, key=_NEARNESS.__getitem__, default=Relation.OUTSIDE)


def _by_codes(place: Place, area: CodedArea) -> Relation:
    for wanted, found in zip(area.codes, codes_of(place), strict=False):
        if found is None:
            return Relation.POSSIBLY
        if found != wanted:
            return Relation.OUTSIDE
    return Relation.INSIDE


def _by_point(place: Place, area: Circle | Polygon) -> Relation:
    if place.lat is not None and place.lon is not None:
        return Relation.INSIDE if _contains(area, place.lat, place.lon) else Relation.OUTSIDE
    if area.extent is None:
        return Relation.POSSIBLY
    known = [code for code in codes_of(place) if code is not None]
    if not known:
        return Relation.POSSIBLY
    if any(code in area.extent.covers for code in known):
        return Relation.INSIDE
    return Relation.POSSIBLY if known[-1] in area.extent.touches else Relation.OUTSIDE


def _contains(area: Circle | Polygon, lat: float, lon: float) -> bool:
    if isinstance(area, Circle):
        if abs(area.lat - lat) * _FEWEST_KM_OF_A_DEGREE > area.radius_km:
            return False  # most watches are far away, and the exact distance costs ten times as much
        return km_between(area.lat, area.lon, lat, lon) <= area.radius_km
    return _in_ring(area.ring, lat, lon) and not any(_in_ring(hole, lat, lon) for hole in area.holes)


def _in_ring(ring: tuple[tuple[float, float], ...], lat: float, lon: float) -> bool:
    inside = False
    for (lon1, lat1), (lon2, lat2) in pairwise(ring):
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return inside


def _candidate_is_possible(place: Place, index: int, area: Area) -> bool:
    candidate = place.candidates[index]
    if isinstance(area, CodedArea):
        levels = zip(area.codes[1:], (candidate.admin1, candidate.admin2), strict=False)
        return all(found is None or found == wanted for wanted, found in levels)
    if candidate.lat is None or candidate.lon is None:
        return True
    return _contains(area, candidate.lat, candidate.lon)
