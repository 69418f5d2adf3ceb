"""Inside, possibly inside, outside."""

import msgspec
import pytest

from services.alert.area import Area, Circle, CodedArea, Extent, Polygon, Relation, coded_area, relation
from shared.events.facts import Candidate, Place, Precision

DIYALA = CodedArea(codes=("IQ", "IQG10"))
KHANAQIN = CodedArea(codes=("IQ", "IQG10", "IQG10Q05"))
AROUND_KHANAQIN = Circle(
    lat=34.35,
    lon=45.39,
    radius_km=30.0,
    extent=Extent(covers=frozenset({"IQG10Q05N01"}), touches=frozenset({"IQ", "IQG10", "IQG10Q05"})),
)
SQUARE = Polygon(ring=((45.0, 34.0), (46.0, 34.0), (46.0, 35.0), (45.0, 35.0), (45.0, 34.0)))
WITH_HOLE = Polygon(ring=SQUARE.ring, holes=(((45.4, 34.4), (45.6, 34.4), (45.6, 34.6), (45.4, 34.6), (45.4, 34.4)),))


def _place(**known: object) -> Place:
    return msgspec.convert({"name": "x", "precision": "exact"} | known, Place)


IRAQ = _place(country="IQ", precision="country")
IN_DIYALA = _place(country="IQ", admin1="IQG10", precision="governorate")
IN_KHANAQIN = _place(country="IQ", admin1="IQG10", admin2="IQG10Q05", precision="district")
IN_KIRKUK = _place(country="IQ", admin1="IQG13", precision="governorate")
IN_SYRIA = _place(country="SY", precision="country")


@pytest.mark.parametrize(
    ("place", "area", "expected"),
    [
        (IN_KHANAQIN, DIYALA, Relation.INSIDE),
        (IN_KHANAQIN, KHANAQIN, Relation.INSIDE),
        (IN_DIYALA, KHANAQIN, Relation.POSSIBLY),
        (IRAQ, KHANAQIN, Relation.POSSIBLY),
        (IN_KIRKUK, KHANAQIN, Relation.OUTSIDE),
        (IN_KIRKUK, DIYALA, Relation.OUTSIDE),
        (IN_SYRIA, DIYALA, Relation.OUTSIDE),
        (_place(), DIYALA, Relation.POSSIBLY),
        (None, DIYALA, Relation.POSSIBLY),
        (IN_KHANAQIN, CodedArea(codes=("IQ",)), Relation.INSIDE),
        (_place(country="IQ", admin1="IQG10", lat=34.4, lon=45.4), AROUND_KHANAQIN, Relation.INSIDE),
        (_place(country="IQ", admin1="IQG10", lat=33.7, lon=44.6), AROUND_KHANAQIN, Relation.OUTSIDE),
        (IN_KHANAQIN, AROUND_KHANAQIN, Relation.POSSIBLY),
        (
            _place(country="IQ", admin1="IQG10", admin2="IQG10Q05", admin3="IQG10Q05N01"),
            AROUND_KHANAQIN,
            Relation.INSIDE,
        ),
        (_place(country="IQ", admin1="IQG10", admin2="IQG10Q01"), AROUND_KHANAQIN, Relation.OUTSIDE),
        (IRAQ, AROUND_KHANAQIN, Relation.POSSIBLY),
        (IN_SYRIA, AROUND_KHANAQIN, Relation.OUTSIDE),
        (_place(lat=34.5, lon=45.5), SQUARE, Relation.INSIDE),
        (_place(lat=34.5, lon=46.5), SQUARE, Relation.OUTSIDE),
        (_place(lat=34.5, lon=45.5), WITH_HOLE, Relation.OUTSIDE),
        (_place(lat=34.2, lon=45.5), WITH_HOLE, Relation.INSIDE),
        (IRAQ, SQUARE, Relation.POSSIBLY),
    ],
)
def test_a_place_lies_to_an_area_as_the_map_says(place: Place | None, area: Area, expected: Relation) -> None:
    assert relation(place, area) is expected


def test_an_unsettled_name_is_possible_only_where_a_bearer_of_it_lies() -> None:
    there = Candidate(name="Dara", admin1="IQG10", admin2="IQG10Q05", lat=34.4, lon=45.4)
    elsewhere = Candidate(name="Dara", admin1="IQG18", lat=36.0, lon=43.0)
    unsettled = msgspec.structs.replace(IRAQ, candidates=(there, elsewhere))
    assert relation(unsettled, DIYALA) is Relation.POSSIBLY
    assert relation(unsettled, AROUND_KHANAQIN) is Relation.POSSIBLY
    assert relation(msgspec.structs.replace(IRAQ, candidates=(elsewhere,)), DIYALA) is Relation.OUTSIDE
    assert relation(msgspec.structs.replace(IN_KHANAQIN, candidates=(elsewhere,)), DIYALA) is Relation.INSIDE


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        ("IQ", ("IQ",)),
        ("IQG10", ("IQ", "IQG10")),
        ("IQG10Q05", ("IQ", "IQG10", "IQG10Q05")),
        ("IQG10Q05N01", ("IQ", "IQG10", "IQG10Q05", "IQG10Q05N01")),
        ("SY-DY", ("SY", "SY-DY")),
    ],
)
def test_a_code_leads_down_from_its_country(code: str, codes: tuple[str, ...]) -> None:
    area = coded_area(code)
    assert area is not None
    assert area.codes == codes


@pytest.mark.parametrize("text", ["Diyala", "iq", "IQG1", "IQG10Q", "IQG10Q05N", "", "SY-", "ديالى"])
def test_what_has_no_shape_of_a_code_is_none(text: str) -> None:
    assert coded_area(text) is None


def test_precision_does_not_matter_to_the_codes() -> None:
    near = msgspec.structs.replace(IN_KHANAQIN, precision=Precision.TOWN)
    assert relation(near, DIYALA) is Relation.INSIDE


def test_a_circle_holds_what_its_radius_reaches_to_the_north_and_no_further() -> None:
    circle = Circle(lat=34.0, lon=45.0, radius_km=50.0)
    inside = Place(name="x", lat=34.449, lon=45.0, precision=Precision.EXACT, country="IQ")
    outside = Place(name="x", lat=34.451, lon=45.0, precision=Precision.EXACT, country="IQ")
    assert relation(inside, circle) is Relation.INSIDE
    assert relation(outside, circle) is Relation.OUTSIDE
