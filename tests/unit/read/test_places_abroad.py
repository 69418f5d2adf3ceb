"""Where attacks abroad are read to be: by the place named, never by the attacker's nation or an Iraqi hamlet's namesake."""

import pytest

from tests.unit.read.reading import read


@pytest.mark.parametrize(
    ("title", "country"),
    [
        ("Israeli jets hit Hodeidah port", "YE"),
        ("Russian missile hits Odesa, wounding nine", "UA"),
        ("Ukrainian drone attack kills two in Belgorod", "RU"),
        ("Houthi drone hits Eilat, wounding 20", "IL"),
        ("Iranian missiles hit Erbil, killing four", "IQ"),
        ("Al-Shabaab ambush kills three in Hiran", "SO"),
        ("Gunmen attack police in Alexandria, wounding two", "EG"),
        ("Bandits kill 11 farmers in Zamfara", "NG"),
        ("مقتل 18 في اشتباكات قبلية بغرب كردفان", "SD"),
        ("مسلحون يخطفون 30 شخصا في كاتسينا", "NG"),
    ],
)
def test_the_country_is_the_places(title: str, country: str) -> None:
    place = read(title).place
    assert place is not None
    assert place.country == country


@pytest.mark.parametrize(
    ("name", "country", "division"),
    [
        ("Port-au-Prince", "HT", "HT-OU"),
        ("East Gojjam", "ET", "ET-AM"),
        ("Mir Ali", "PK", "PK-KP"),
        ("Walikale", "CD", "CD-NK"),
        ("Gorom-Gorom", "BF", "BF-12"),
        ("Shopian", "IN", "IN-JK"),
        ("Cal Miskaad", "SO", "SO-BR"),
    ],
)
def test_districts_that_news_of_conflicts_names_are_known_by_division(name: str, country: str, division: str) -> None:
    place = read(f"Gunmen kill three in {name}").place
    assert place is not None
    assert (place.country, place.admin1) == (country, division)


def test_an_airport_is_at_its_city() -> None:
    place = read("Rocket lands near Erbil airport").place
    assert place is not None
    assert (place.admin2, place.lat is not None) == ("IQG11Q02", True)


def test_near_a_name_that_a_district_shares_is_near_the_town() -> None:
    place = read("Gunmen kill farmer in village near Khanaqin").place
    assert place is not None
    assert (place.admin2, place.lat is not None) == ("IQG10Q05", True)
