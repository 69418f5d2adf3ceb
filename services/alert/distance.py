"""How far an incident is from what a watch cares for: named sites, and the centres of circles (pure)."""

from dataclasses import dataclass

import msgspec

from services.alert.area import Circle, Relation, relation
from services.alert.manners import Site
from services.alert.watch import Watch
from shared.events.facts import Place, Precision
from shared.geo.distance import compass_point, km_between

_SURE = (Precision.EXACT, Precision.TOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteDistance:
    """A site and how the incident lies to it: ``km`` and ``towards`` (a compass point as seen from the site), None where unknown."""

    name: str
    km: float | None
    towards: str | None


def site_distances(watch: Watch, place: Place | None) -> tuple[SiteDistance, ...]:
    """Return the watch's sites that the incident concerns, nearest first: those within their radius, and those that may be.

    A place that is known to its district only has no distance, whatever point a source may have given it.
    """
    sites = watch.manners.sites
    if place is None or place.lat is None or place.lon is None or place.precision not in _SURE:
        return tuple(
            SiteDistance(name=site.name, km=None, towards=None) for site in sites if _is_possible(site, watch, place)
        )
    found = sorted(
        (km_between(site.lat, site.lon, place.lat, place.lon), number, site) for number, site in enumerate(sites)
    )
    return tuple(
        SiteDistance(name=site.name, km=km, towards=compass_point(site.lat, site.lon, place.lat, place.lon))
        for km, _, site in found
        if km <= site.radius_km
    )


def _is_possible(site: Site, watch: Watch, place: Place | None) -> bool:
    """Whether the place may lie within the site's radius, by the divisions that its circle touches."""
    around = (
        area
        for area in watch.areas
        if isinstance(area, Circle) and (area.lat, area.lon, area.radius_km) == (site.lat, site.lon, site.radius_km)
    )
    return any(relation(_without_point(place), area) is not Relation.OUTSIDE for area in around)


def _without_point(place: Place | None) -> Place | None:
    return None if place is None else msgspec.structs.replace(place, lat=None, lon=None)


def nearest_km(watch: Watch, place: Place | None) -> float | None:
    """Return the distance to the nearest site or circle's centre, None where it is unknown or the watch has neither."""
    if place is None or place.lat is None or place.lon is None or place.precision not in _SURE:
        return None
    points = [(site.lat, site.lon) for site in watch.manners.sites]
    points += [(area.lat, area.lon) for area in watch.areas if isinstance(area, Circle)]
    return min((km_between(lat, lon, place.lat, place.lon) for lat, lon in points), default=None)
