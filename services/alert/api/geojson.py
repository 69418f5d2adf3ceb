"""Incidents as GeoJSON (RFC 7946): a point where one is known, null where only a division is."""

from typing import Literal

import msgspec

from services.alert.api.shapes import IncidentView

MEDIA_TYPE = "application/geo+json"
_DIGITS = 6


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Longitude and latitude, WGS 84, in this order."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One incident; its id is the incident's. ``geometry`` is null where no point is known."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Point | None
    properties: IncidentView


class FeatureCollection(msgspec.Struct, frozen=True, kw_only=True):
    """A page of incidents; ``next`` is the cursor of the page after it, null at the end (a foreign member, section 6.1)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: tuple[Feature, ...]
    next: str | None


def feature(view: IncidentView) -> Feature:
    """Return an incident as a feature."""
    place = view.incident.place
    point = None
    if place is not None and place.lat is not None and place.lon is not None:
        point = Point(coordinates=(round(place.lon, _DIGITS), round(place.lat, _DIGITS)))
    return Feature(id=view.incident.incident_id, geometry=point, properties=view)
