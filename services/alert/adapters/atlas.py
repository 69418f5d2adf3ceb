"""What the page's map is drawn from: our own simplified boundaries, made once, and a point or a shape for every Iraqi unit."""

import json
from functools import cached_property
from typing import Any

import shapely

from services.alert.watch import LANGUAGES
from shared.geo.gazetteer import Gazetteer
from shared.geo.rows import Entry, EntryKind

DATA_VERSION = "1"
"""Raised when what is drawn changes: browsers keep the base map for a day."""
_TOLERANCE_DEGREES = 0.01
"""About a kilometre: less than a pixel at the zoom where a whole governorate is seen."""
_GRID_DEGREES = 0.001
_BIG_TOWN_RANK = 92
_TOWN_RANK = 87
_NEIGHBOURS = frozenset({"SY", "TR", "IR", "JO", "KW", "SA"})
_NEIGHBOUR_RANK = 80
_NEIGHBOUR_BOX = (33.0, 54.0, 26.0, 41.5)
"""West, east, south, north: what surrounds Iraq on a screen."""


class GazetteerAtlas:
    """``Atlas`` over the gazetteer; Iraq has outlines, the rest of the world has towns for orientation and the graticule."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    @cached_property
    def base_map(self) -> bytes:
        """The base map as GeoJSON: governorates, districts, towns, each with its names."""
        features = [
            *self._units(1, "governorate"),
            *self._units(2, "district"),
            *(
                self._feature(entry, "city" if entry.rank >= _BIG_TOWN_RANK or entry.country != "IQ" else "town")
                for entry in self._towns()
            ),
        ]
        document = {"type": "FeatureCollection", "features": features}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def version(self) -> str:
        """Changes with the data that are drawn; not worth drawing them for it."""
        return DATA_VERSION

    def point_of(self, code: str) -> tuple[float, float] | None:
        """Return latitude and longitude of a point inside a unit, None for one without a shape."""
        return self._points.get(code)

    def shape_of(self, code: str) -> dict[str, Any] | None:
        """Return a unit's outline as a GeoJSON geometry, None where no boundary is known."""
        if code == "IQ":
            return _geometry(self._country)
        if code in self._shapes:
            return _geometry(self._shapes[code])
        try:
            found = self._gazetteer.polygon([code])
        except KeyError:
            return None
        return _geometry(shapely.simplify(found, _TOLERANCE_DEGREES))

    @cached_property
    def _shapes(self) -> dict[str, shapely.Geometry]:
        found: dict[str, shapely.Geometry] = {}
        for level in (1, 2):
            codes = [entry.code for entry in self._gazetteer.units(level) if entry.code is not None]
            whole = [self._gazetteer.polygon([code]) for code in codes]
            found.update(zip(codes, shapely.coverage_simplify(whole, _TOLERANCE_DEGREES), strict=True))
        return found

    @cached_property
    def _country(self) -> shapely.Geometry:
        return shapely.union_all([shape for code, shape in self._shapes.items() if len(code) == len("IQG10")])

    @cached_property
    def _points(self) -> dict[str, tuple[float, float]]:
        found = {}
        for code, shape in self._shapes.items():
            point = shapely.point_on_surface(shape)
            found[code] = (round(point.y, 4), round(point.x, 4))
        for entry in self._gazetteer.units(3):
            if entry.code is not None and entry.lat is not None and entry.lon is not None:
                found[entry.code] = (entry.lat, entry.lon)
        return found

    def _units(self, level: int, kind: str) -> list[dict[str, Any]]:
        entries = [entry for entry in self._gazetteer.units(level) if entry.code is not None]
        return [
            {
                "type": "Feature",
                "id": entry.code,
                "geometry": _geometry(self._shapes[entry.code or ""]),
                "properties": {"kind": kind, "at": self._points[entry.code or ""], **self._names(entry)},
            }
            for entry in entries
        ]

    def _towns(self) -> list[Entry]:
        west, east, south, north = _NEIGHBOUR_BOX
        return [
            entry
            for entry in self._gazetteer.entries_of_kind(EntryKind.TOWN)
            if entry.lat is not None
            and entry.lon is not None
            and (
                (entry.country == "IQ" and entry.rank >= _TOWN_RANK)
                or (
                    entry.country in _NEIGHBOURS
                    and entry.rank >= _NEIGHBOUR_RANK
                    and west <= entry.lon <= east
                    and south <= entry.lat <= north
                )
            )
        ]

    def _feature(self, entry: Entry, kind: str) -> dict[str, Any]:
        assert entry.lat is not None
        assert entry.lon is not None
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(entry.lon, 3), round(entry.lat, 3)]},
            "properties": {"kind": kind, **self._names(entry)},
        }

    def _names(self, entry: Entry) -> dict[str, str]:
        return {language: self._gazetteer.display_name(entry, language) for language in LANGUAGES}


def _geometry(shape: shapely.Geometry) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(shape, _GRID_DEGREES)))
    return found
