"""A tenant's watches as GeoJSON for the map: outlines, circles and sites (pure)."""

from collections.abc import Iterable
from typing import Any, Protocol

from services.alert.area import Area, Circle, CodedArea
from services.alert.watch import Watch
from services.alert.words import cleaned


class ShapeOfUnit(Protocol):
    """Knows the outlines of units."""

    def __call__(self, code: str, /) -> dict[str, Any] | None:
        """A GeoJSON geometry, None where no boundary is known."""
        ...


def watch_features(watches: Iterable[Watch], shape_of: ShapeOfUnit) -> dict[str, Any]:
    """Return a feature for every area with a shape and for every site. Circles are points with ``radius_km``, as sites are."""
    features: list[dict[str, Any]] = []
    for watch in watches:
        name = cleaned(watch.name, limit=80)
        for area in watch.areas:
            if (drawn := _drawn(area, shape_of)) is not None:
                geometry, radius = drawn
                features.append(_feature(geometry, {"watch": name, "kind": "area", "radius_km": radius}))
        for site in watch.manners.sites:
            geometry = {"type": "Point", "coordinates": [site.lon, site.lat]}
            told = {"watch": name, "kind": "site", "name": cleaned(site.name, limit=80), "radius_km": site.radius_km}
            features.append(_feature(geometry, told))
    return {"type": "FeatureCollection", "features": features}


def _drawn(area: Area, shape_of: ShapeOfUnit) -> tuple[dict[str, Any], float | None] | None:
    if isinstance(area, Circle):
        return {"type": "Point", "coordinates": [area.lon, area.lat]}, area.radius_km
    if isinstance(area, CodedArea):
        shape = shape_of(area.code)
        return None if shape is None else (shape, None)
    return {"type": "Polygon", "coordinates": [area.ring, *area.holes]}, None


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
