"""Places abroad: new divisions, regions that no division covers, and names that a lesser place must not take."""

import pytest

from shared.geo.gazetteer import Gazetteer
from shared.geo.rows import EntryKind


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Hiraan", "SO-HI"), ("Galgaduud", "SO-GA"), ("Togdheer", "SO-TO"), ("West Kordofan", "SD-GK"), ("غرب كردفان", "SD-GK"),
        ("Laikipia", "KE-20"), ("Ituri", "CD-IT"), ("إيتوري", "CD-IT"), ("Cabo Delgado", "MZ-P"), ("Menaka", "ML-9"),
        ("South Darfur", "SD-DS"), ("Katsina", "NG-KT"), ("كاتسينا", "NG-KT"), ("Khyber Pakhtunkhwa", "PK-KP"), ("Oruzgan", "AF-URU"),
    ],
)  # fmt: skip
def test_divisions_abroad_are_found_as_newsrooms_write_them(gazetteer: Gazetteer, name: str, code: str) -> None:
    assert code in {match.entry.code for match in gazetteer.lookup(name)}


@pytest.mark.parametrize(
    ("name", "country"), [("Darfur", "SD"), ("Sinai", "EG"), ("Donbas", "UA"), ("Walikale", "CD"), ("Waziristan", "PK")]
)
def test_a_region_without_a_division_has_its_country(gazetteer: Gazetteer, name: str, country: str) -> None:
    match = gazetteer.lookup(name)[0]
    assert (match.entry.kind, match.entry.country, match.entry.lat) == (EntryKind.REGION, country, None)


def test_alexandria_is_egypts(gazetteer: Gazetteer) -> None:
    assert gazetteer.lookup("Alexandria")[0].entry.country == "EG"


def test_towns_of_a_new_division_lie_in_it(gazetteer: Gazetteer) -> None:
    towns = {name: gazetteer.lookup(name)[0].entry.admin1 for name in ("Bunia", "Nyala", "Burao")}
    assert towns == {"Bunia": "CD-IT", "Nyala": "SD-DS", "Burao": "SO-TO"}
