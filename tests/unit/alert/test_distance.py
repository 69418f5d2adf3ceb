"""Named sites: "12 km NW of Kalar office", or that the distance is unknown, in three languages."""

import json
from dataclasses import replace
from typing import Any

import pytest

from services.alert.adapters.gazetteer import GazetteerBook
from services.alert.area import Circle, Relation
from services.alert.compose import Composer, Sender
from services.alert.distance import nearest_km, site_distances
from services.alert.manners import Manners, Site
from services.alert.matching import WatchIndex
from services.alert.routing import Message, Note, Notice
from services.alert.short_form import fits
from services.alert.watch import LANGUAGES, Language, Watch
from shared.events.facts import Place, Precision
from shared.geo.gazetteer import Gazetteer
from tests.support.incidents import opened
from tests.support.places import FewPlaces
from tests.unit.alert.test_payload import DESK, TIMES

KALAR = Site(name="Kalar office", lat=34.628, lon=45.322, radius_km=30)
ERBIL = Site(name="Erbil store", lat=36.191, lon=44.009, radius_km=20)
VILLAGE = Place(
    name="Dara", lat=34.71, lon=45.22, precision=Precision.EXACT, country="IQ", admin1="IQG06", admin2="IQG06Q06"
)
DISTRICT = Place(name="Kalar", precision=Precision.DISTRICT, country="IQ", admin1="IQG06", admin2="IQG06Q06")


@pytest.fixture(scope="module")
def offices() -> Watch:
    """A watch of two sites, as the watches file makes it."""
    book = GazetteerBook(Gazetteer.load())
    areas = tuple(book.with_extent(Circle(lat=one.lat, lon=one.lon, radius_km=one.radius_km)) for one in (KALAR, ERBIL))
    return Watch(id="offices", name="Offices", areas=areas, endpoints=("desk",), manners=Manners(sites=(KALAR, ERBIL)))


def _told(watch: Watch, place: Place, language: Language = "en") -> dict[str, Any]:
    composer = Composer(
        index=WatchIndex([watch]), names=FewPlaces(), sender=Sender(address="alerts@tocsin.example", name="Tocsin")
    )
    note = Note(watch_id=watch.id, message=Message.ALERT, relation=Relation.INSIDE)
    notice = Notice(
        endpoint_id="desk", message=Message.ALERT, notes=(note,), first_revision=None, previous_revision=None
    )
    endpoint = replace(DESK, language=language)
    (delivery,) = composer.deliveries(opened(place=place), ((notice, endpoint),), TIMES)
    data = json.loads(delivery.body)["data"]
    assert isinstance(data, dict)
    return data


def test_the_alert_says_how_far_and_where_it_is_from_the_site(offices: Watch) -> None:
    data = _told(offices, VILLAGE)
    assert "13 km NW of Kalar office" in data["told"]["headline"]
    assert "Distance: 13 km NW of Kalar office" in data["told"]["text"]
    assert data["told"]["short"].startswith("Armed attack, Dara")
    assert "13 km NW of Kalar office" in data["told"]["short"]
    assert data["watches"][0]["sites"] == [{"name": "Kalar office", "distance_km": 13.0, "direction": "NW"}]


def test_at_district_precision_the_distance_is_said_to_be_unknown_for_the_sites_it_may_concern(offices: Watch) -> None:
    data = _told(offices, DISTRICT)
    assert "Kalar office: distance unknown" in data["told"]["headline"]
    assert data["watches"][0]["sites"] == [{"name": "Kalar office", "distance_km": None, "direction": None}]


def test_a_point_of_a_place_known_to_its_district_only_is_no_distance(offices: Watch) -> None:
    vague = Place(
        name="Kalar",
        lat=34.63,
        lon=45.32,
        precision=Precision.DISTRICT,
        country="IQ",
        admin1="IQG06",
        admin2="IQG06Q06",
    )
    assert [site.km for site in site_distances(offices, vague)] == [None]
    assert nearest_km(offices, vague) is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", "على بعد 13 كم شمال غربي \u2068Kalar office\u2069"),
        ("ckb", "13 کم لە باکووری ڕۆژاوای \u2068Kalar office\u2069"),
    ],
)
def test_arabic_and_sorani_say_it_with_the_sites_name_isolated(offices: Watch, language: Language, said: str) -> None:
    data = _told(offices, VILLAGE, language)
    assert said in data["told"]["headline"]
    assert fits(data["told"]["short"], language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [VILLAGE, DISTRICT])
def test_minimal_does_not_name_the_site(offices: Watch, language: Language, place: Place) -> None:
    body = json.dumps(_told(replace(offices, minimal=True), place, language), ensure_ascii=False)
    assert "Kalar office" not in body
    if language == "en":
        assert "your site" in body


def test_the_nearest_of_all_sites_and_circles_counts(offices: Watch) -> None:
    assert nearest_km(offices, VILLAGE) == pytest.approx(13.0, abs=0.2)
    assert nearest_km(replace(offices, manners=Manners(), areas=()), VILLAGE) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_short_form_fits_whatever_a_site_is_called(offices: Watch, language: Language) -> None:
    long = replace(KALAR, name="Ö" * 60)
    watch = replace(offices, manners=Manners(sites=(long,)))
    assert fits(_told(watch, VILLAGE, language)["told"]["short"], language)
