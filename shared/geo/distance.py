"""How far and in which direction one point lies from another, on the sphere."""

from math import asin, atan2, cos, degrees, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
_POINTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def km_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance in km of two points in degrees."""
    phi1, phi2 = radians(lat1), radians(lat2)
    half_dlat, half_dlon = (phi2 - phi1) / 2, radians(lon2 - lon1) / 2
    chord = sin(half_dlat) ** 2 + cos(phi1) * cos(phi2) * sin(half_dlon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def bearing(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> float:
    """Return the initial bearing in degrees clockwise from north, 0 <= b < 360."""
    phi1, phi2, dlon = radians(from_lat), radians(to_lat), radians(to_lon - from_lon)
    east = sin(dlon) * cos(phi2)
    north = cos(phi1) * sin(phi2) - sin(phi1) * cos(phi2) * cos(dlon)
    turned = degrees(atan2(east, north)) % 360.0
    return turned if turned < 360.0 else 0.0  # a tiny negative angle rounds up to 360 itself


def compass_point(from_lat: float, from_lon: float, to_lat: float, to_lon: float) -> str:
    """Return which of the eight compass points ``to`` lies in as seen from ``from``: "NW" for "12 km NW of Kalar"."""
    return _POINTS[round(bearing(from_lat, from_lon, to_lat, to_lon) / 45.0) % 8]
