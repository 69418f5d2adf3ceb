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
