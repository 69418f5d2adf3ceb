"""Bare headlines of agencies give a place where a careful reader finds one; sentences of our own."""

import pytest

from services.classify.read.places import PlaceReader
from shared.events.facts import Place
from shared.geo.gazetteer import Gazetteer
from tests.support.reading import document


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader(Gazetteer.load())


def placed(reader: PlaceReader, title: str, summary: str = "") -> Place:
    place = reader.read(document(title, "en", summary=summary)).place
    assert place is not None
    return place


# fmt: off
ONLY_THE_COUNTRY = [
    ("Six villagers shot dead in Mexican town", "MX"),
    ("Armenian gunfire hits Azeri village", "AZ"),
    ("Pakistani Taliban claim attack on checkpost", "PK"),
    ("Bomb kills sergeant of Barkhane", "ML"),
    ("South Sudanese soldiers ambushed", "SS"),
    ("Central African town attacked, nine dead", "CF"),
    ("Rebels kill six in C. African Republic", "CF"),
    ("S. Sudan: clans clash, nine dead", "SS"),
    ("Army convoy hits mine in Burkina", "BF"),
    ("Chechen police post attacked", "RU"),
]
NEAR_A_CITY = [
    ("Two federal policemen shot west of Kirkuk", "IQG13Q04"),
    ("Bus bombed near Karbala", "IQG12Q03"),
    ("Bomb goes off near Iraq's Karbala", "IQG12Q03"),
    ("Mortar rounds fall on Balad air base", "IQG16Q04"),
]
# fmt: on


@pytest.mark.parametrize(("title", "country"), ONLY_THE_COUNTRY)
def test_adjectives_and_groups_give_the_country(reader: PlaceReader, title: str, country: str) -> None:
    assert placed(reader, title).country == country


@pytest.mark.parametrize(("title", "district"), NEAR_A_CITY)
def test_what_is_near_or_south_of_a_city_is_not_all_over_its_governorate(
    reader: PlaceReader, title: str, district: str
) -> None:
    place = placed(reader, title)
    assert place.admin2 == district
    assert place.lat is not None


def test_a_province_stays_a_province_however_near(reader: PlaceReader) -> None:
    assert placed(reader, "Two policemen shot in the south of Kirkuk province").admin2 is None


def test_a_ministry_speaks_from_its_capital(reader: PlaceReader) -> None:
    place = placed(
        reader, "Jets kill four in Iraq", "The strike was in the Qandil mountains, the ministry in Ankara said."
    )
    assert place.country == "IQ"


def test_what_lies_behind_a_border_is_not_the_scene(reader: PlaceReader) -> None:
    place = placed(
        reader, "Mine kills shepherd at Iran border", "He was in the hills above Maidan, in Khanaqin district."
    )
    assert place.admin2 == "IQG10Q05"


def test_the_year_of_a_mine_is_not_that_of_the_news(reader: PlaceReader) -> None:
    place = placed(reader, "Herder killed", "A mine left from 1987 killed a herder near Mandali on Monday.")
    assert place.admin2 == "IQG10Q03"


def test_a_village_around_the_town_of_the_headline_is_the_scene(reader: PlaceReader) -> None:
    summary = "The fight at Mukhisa lasted an hour, a police officer said."
    assert placed(reader, "Three die in raid north of Baquba", summary).admin2 == "IQG10Q02"


# fmt: off
UNNAMED_CAPITALS = [
    ("en", "Blast rocks Somali capital, six dead", "SO", None),
    ("en", "Rockets hit government quarter in Iraqi capital", "IQ", "IQG08"),
    ("ar", "مقتل أربعة بانفجار في العاصمة الأفغانية", "AF", None),
]
# fmt: on


@pytest.mark.parametrize(("lang", "title", "country", "admin1"), UNNAMED_CAPITALS)
def test_a_capital_need_not_be_named(
    reader: PlaceReader, lang: str, title: str, country: str, admin1: str | None
) -> None:
    place = reader.read(document(title, lang)).place
    assert place is not None
    assert place.country == country
    assert place.admin1 == admin1 if admin1 else place.lat is not None


def test_who_speaks_from_a_capital_does_not_put_the_attack_there(reader: PlaceReader) -> None:
    assert placed(reader, "Six dead in Somalia, officials in Somali capital say").lat is None
