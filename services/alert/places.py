"""One entry of a watch's ``places`` read into an area.

Accepted: a name in any of the languages ("Diyala", "ديالى"), a country code ("IQ"), an OCHA p-code ("IQG10Q05"), an ISO 3166-2
code ("SY-DY"), ``{circle: {lat, lon, radius_km}}`` and ``{polygon: <GeoJSON geometry>}``.
"""

from collections.abc import Mapping
from itertools import pairwise

from services.alert.area import Area, Circle, Polygon, coded_area
from services.alert.ports import PlaceBook

_MAX_CORNERS = 10_000
_MAX_RADIUS_KM = 2_000.0


class PlaceError(Exception):
    """An entry is no place; the text names it and what is accepted."""


def read_place(value: object, book: PlaceBook) -> tuple[Area, ...]:
    """Return the area, several for a named region; raises ``PlaceError``."""
    if isinstance(value, str):
        return _named(value.strip(), book)
    if isinstance(value, dict) and len(value) == 1:
        if "circle" in value:
            return (book.with_extent(_circle(value["circle"])),)
        if "polygon" in value:
            return (book.with_extent(_polygon(value["polygon"])),)
    raise PlaceError(
        f"places has {value!r}; a name, a code, {{circle: …}} or {{polygon: …}} is accepted"
        if len(repr(value)) < 200
        else "places has an entry that is no name, code, {circle: …} or {polygon: …}"
    )


def _named(name: str, book: PlaceBook) -> tuple[Area, ...]:
    area = coded_area(name)
    if area is not None and book.is_code(name):
        return (area,)
    found = book.areas_named(name)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise PlaceError(
            f"places has {name!r}, which may mean {'; '.join(sorted(found))}; give the code of the one you mean"
        )
    near = book.suggestions(name)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    what = "is the code of no country or division" if area is not None else "is not a place that is known"
    raise PlaceError(f"places has {name!r}, which {what}{hint}")


def _circle(value: object) -> Circle:
    if not isinstance(value, dict) or set(value) != {"lat", "lon", "radius_km"}:
        raise PlaceError("a circle has exactly the keys lat, lon and radius_km")
    return Circle(
        lat=_number(value, "lat", -90.0, 90.0),
        lon=_number(value, "lon", -180.0, 180.0),
        radius_km=_number(value, "radius_km", 0.1, _MAX_RADIUS_KM),
    )


def _number(said: Mapping[str, object], key: str, least: float, most: float) -> float:
    value = said[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise PlaceError(f"{key} is {value!r}; a number from {least:g} to {most:g} is accepted")
    return float(value)


def _polygon(value: object) -> Polygon:
    if not isinstance(value, dict) or value.get("type") != "Polygon":
        raise PlaceError("a polygon is a GeoJSON geometry of type Polygon")
    rings = value.get("coordinates")
    if not isinstance(rings, list) or not rings:
        raise PlaceError("a polygon has coordinates: a list of rings, each a list of [lon, lat]")
    if sum(len(ring) for ring in rings if isinstance(ring, list)) > _MAX_CORNERS:
        raise PlaceError(f"a polygon has at most {_MAX_CORNERS} corners")
    read = [_ring(ring) for ring in rings]
    return Polygon(ring=read[0], holes=tuple(read[1:]))


def _ring(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or len(value) < 4:
        raise PlaceError("a ring of a polygon has at least four corners, the last equal to the first")
    corners = []
    for corner in value:
        if not isinstance(corner, list) or len(corner) < 2:
            raise PlaceError(f"a polygon has the corner {corner!r}; [lon, lat] is accepted")
        said = {"longitude": corner[0], "latitude": corner[1]}
        corners.append((_number(said, "longitude", -180.0, 180.0), _number(said, "latitude", -90.0, 90.0)))
    if corners[0] != corners[-1]:
        raise PlaceError("a ring of a polygon is not closed: its last corner must equal its first")
    if _crosses_itself(tuple(corners)):
        raise PlaceError("a ring of a polygon crosses or touches itself")
    return tuple(corners)


def _crosses_itself(ring: tuple[tuple[float, float], ...]) -> bool:
    """Every pair of edges for small rings; a sweep by west end for large ones, so that 10,000 corners stay quick."""
    edges = sorted(
        ((min(a, b), max(a, b), index) for index, (a, b) in enumerate(pairwise(ring)) if a != b),
        key=lambda edge: edge[0],
    )
    count = len(ring) - 1
    open_edges: list[tuple[tuple[float, float], tuple[float, float], int]] = []
    for west, east, index in edges:
        open_edges = [edge for edge in open_edges if edge[1][0] >= west[0]]
        for other_west, other_east, other in open_edges:
            is_neighbour = abs(index - other) in (1, count - 1)
            if not is_neighbour and _meet(west, east, other_west, other_east):
                return True
        open_edges.append((west, east, index))
    return False


def _meet(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0 and _overlap(a, b, c, d)


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _overlap(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    return all(
        min(a[axis], b[axis]) <= max(c[axis], d[axis]) and min(c[axis], d[axis]) <= max(a[axis], b[axis])
        for axis in (0, 1)
    )
