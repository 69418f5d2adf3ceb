"""Distances and directions on the sphere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.geo.distance import bearing, compass_point, km_between

LAT = st.floats(min_value=-89, max_value=89)
LON = st.floats(min_value=-180, max_value=180)


def test_baghdad_to_erbil_is_about_320_km() -> None:
    assert km_between(33.3152, 44.3661, 36.1926, 44.0106) == pytest.approx(321.5, abs=2)


@pytest.mark.parametrize(
    ("to", "point"),
    [((35, 45), "N"), ((35, 46.2), "NE"), ((34, 46), "E"), ((33, 46.2), "SE"), ((33, 45), "S"), ((33, 43.8), "SW"), ((34, 44), "W"), ((35, 43.8), "NW")],
)  # fmt: skip
def test_eight_compass_points(to: tuple[float, float], point: str) -> None:
    assert compass_point(34, 45, *to) == point


@given(LAT, LON, LAT, LON)
def test_distance_is_symmetric_and_never_negative(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    there, back = km_between(lat1, lon1, lat2, lon2), km_between(lat2, lon2, lat1, lon1)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 20_038
    assert 0 <= bearing(lat1, lon1, lat2, lon2) < 360
