"""The shipped gazetteer as watches see it."""

import pytest

from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.area import Area, Circle, CodedArea, Relation, relation
from services.alert.places import PlaceError, read_place
from shared.events.facts import Place, Precision
from shared.geo.gazetteer import Gazetteer


@pytest.fixture(scope="module")
def book() -> GazetteerBook:
    return GazetteerBook(Gazetteer.load())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Diyala", "IQG10"), ("ديالى", "IQG10"), ("دیالە", "IQG10"), ("IQG10", "IQG10"),
        ("Khanaqin", "IQG10Q05"), ("خانقين", "IQG10Q05"), ("خانەقین", "IQG10Q05"),
        ("Kirkuk", "IQG13"), ("Iraq", "IQ"), ("العراق", "IQ"), ("IQ", "IQ"),
    ],
)  # fmt: skip
def test_a_name_in_any_language_or_a_code_is_the_division(book: GazetteerBook, name: str, code: str) -> None:
    (area,) = read_place(name, book)
    assert isinstance(area, CodedArea)
    assert area.code == code


@pytest.mark.parametrize("name", ["Garmian", "گەرمیان", "كرميان"])
def test_an_area_that_no_boundary_set_has_is_its_districts(book: GazetteerBook, name: str) -> None:
    areas = read_place(name, book)
    assert len(areas) > 1
    assert "IQG06Q06" in {area.code for area in areas if isinstance(area, CodedArea)}


def test_a_village_without_a_known_point_leads_to_its_district(book: GazetteerBook) -> None:
    with pytest.raises(PlaceError, match="did you mean Khanaqin"):
        read_place("Naft Khanah", book)


def test_an_unknown_name_suggests_near_ones(book: GazetteerBook) -> None:
    with pytest.raises(PlaceError, match=r"not a place that is known; did you mean .*Khanaqin"):
        read_place("Khanaqinn Distrikt", book)


def test_namesakes_are_listed_with_what_tells_them_apart(book: GazetteerBook) -> None:
    with pytest.raises(PlaceError, match=r"may mean .* in .*; give the code of the one you mean"):
        read_place("Dara", book)


def _around(book: GazetteerBook, radius_km: float) -> Area:
    (area,) = read_place({"circle": {"lat": 34.348, "lon": 45.39, "radius_km": radius_km}}, book)
    return area


def test_a_drawn_area_knows_which_divisions_it_touches_and_covers(book: GazetteerBook) -> None:
    small, large = _around(book, 10), _around(book, 250)
    assert isinstance(small, Circle)
    assert small.extent is not None
    assert {"IQ", "IQG10", "IQG10Q05"} <= small.extent.touches
    assert isinstance(large, Circle)
    assert large.extent is not None
    assert {"IQG10", "IQG10Q05"} <= large.extent.covers
    assert "IQ" in large.extent.touches


def test_a_place_without_a_point_is_judged_by_its_divisions(book: GazetteerBook) -> None:
    district = Place(name="Khanaqin", precision=Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q05")
    basra = Place(name="Basra", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG02")
    assert relation(district, _around(book, 10)) is Relation.POSSIBLY
    assert relation(district, _around(book, 250)) is Relation.INSIDE
    assert relation(basra, _around(book, 10)) is Relation.OUTSIDE
