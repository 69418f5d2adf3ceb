"""The shipped gazetteer: names, units, points, and the faults of its sources that are mended."""

import csv
from pathlib import Path

import pytest

from shared.geo.gazetteer import Gazetteer, contains, same_place
from shared.geo.rows import EntryKind

KHANAQIN = ("Khanaqin", "Khanikin", "Xaneqin", "khanaqeen", "خانقين", "خانەقین")
DIYALA = ("Diyala", "Diala", "Dyala", "ديالى", "دیالە")


@pytest.mark.parametrize("name", KHANAQIN)
def test_khanaqin_is_found_in_every_spelling(gazetteer: Gazetteer, name: str) -> None:
    kinds = {match.entry.kind: match.entry for match in gazetteer.lookup(name)}
    assert kinds[EntryKind.DISTRICT].code == "IQG10Q05"
    assert kinds[EntryKind.TOWN].admin2 == "IQG10Q05"


@pytest.mark.parametrize("name", DIYALA)
def test_diyala_is_found_in_every_spelling(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.lookup(name)[0].entry.code == "IQG10"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Sulaimani", "IQG06"), ("Slemani", "IQG06"), ("سلێمانی", "IQG06"), ("Hewler", "IQG11"), ("هەولێر", "IQG11"), ("Nineveh", "IQG15"),
        ("Ninewa", "IQG15"), ("Salahaddin", "IQG16"), ("Saladin", "IQG16"), ("Dhi Qar", "IQG17"), ("Thi Qar", "IQG17"), ("Anbar", "IQG01"),
        ("کەرکووک", "IQG13"), ("Wasit", "IQG18"), ("Dohuk", "IQG09"), ("دهۆک", "IQG09"),
    ],
)  # fmt: skip
def test_newsroom_spellings_of_governorates(gazetteer: Gazetteer, name: str, code: str) -> None:
    assert any(match.entry.code == code for match in gazetteer.lookup(name))


def test_every_governorate_and_district_has_a_name_in_three_languages(gazetteer: Gazetteer) -> None:
    assert (len(gazetteer.units(1)), len(gazetteer.units(2)), len(gazetteer.units(3))) == (18, 101, 294)
    nameless = [
        unit.code for level in (1, 2) for unit in gazetteer.units(level) if not (unit.name and unit.ar and unit.ckb)
    ]
    assert nameless == []


def test_every_unit_has_its_parent(gazetteer: Gazetteer) -> None:
    for level in (1, 2, 3):
        for unit in gazetteer.units(level):
            parent = gazetteer.parent_of(unit.code or "")
            assert parent is not None
            assert gazetteer.unit(parent) is not None
    assert gazetteer.parent_of("SY-DY") == "SY"
    assert gazetteer.parent_of("IQ") is None


def test_baladruz_has_its_own_arabic_name(gazetteer: Gazetteer) -> None:
    baladruz = gazetteer.unit("IQG10Q03")
    assert baladruz is not None
    assert baladruz.ar == "بلدروز"
    assert all(match.entry.code != "IQG10Q03" for match in gazetteer.lookup("مندلي"))


def test_taza_khurmatu_is_not_tuz_khurmatu(gazetteer: Gazetteer) -> None:
    assert all(match.entry.admin2 != "IQG16Q07" for match in gazetteer.lookup("Taza Khurmatu"))
    assert any(match.entry.admin3 == "IQG13Q04N01" for match in gazetteer.lookup("Taza Khurmatu"))


@pytest.mark.parametrize(
    "name", ["Naft Khanah", "Imam Weis", "Sayed Jarad", "Qaya", "Ain al-Asad", "کۆرمۆر", "حقل كورمور"]
)
def test_places_that_the_sources_lack_are_known(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.lookup(name)


def test_every_own_place_says_why_it_is_there() -> None:
    path = Path(__file__).parents[3] / "shared" / "geo" / "sources" / "extra_places.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        assert [row["en"] for row in csv.DictReader(lines) if not row["reason"]] == []


def test_a_shortened_name_leads_to_the_full_one_and_says_so(gazetteer: Gazetteer) -> None:
    short = [match for match in gazetteer.lookup("كهريز") if match.is_short]
    assert any(match.entry.admin2 == "IQG10Q05" for match in short)


def test_a_point_is_located_to_the_subdistrict(gazetteer: Gazetteer) -> None:
    assert gazetteer.locate(34.3482, 45.39065) == ("IQG10", "IQG10Q05", "IQG10Q05N02")


@pytest.mark.parametrize(("lat", "lon"), [(48.85, 2.35), (0.0, 0.0), (35.6892, 51.389)])
def test_a_point_outside_iraq_is_in_no_unit(gazetteer: Gazetteer, lat: float, lon: float) -> None:
    assert gazetteer.locate(lat, lon) == (None, None, None)


def test_places_agree_with_the_polygons(gazetteer: Gazetteer) -> None:
    for geonameid, district in ((94591, "IQG10Q05"), (97990, "IQG10Q04"), (90026, "IQG16Q07"), (94220, "IQG11Q03")):
        place = gazetteer.by_geonameid(geonameid)
        assert place is not None
        assert place.lat is not None
        assert place.lon is not None
        assert gazetteer.locate(place.lat, place.lon)[1] == district == place.admin2


def test_the_polygon_of_a_district_is_the_union_of_its_subdistricts(gazetteer: Gazetteer) -> None:
    whole = gazetteer.polygon(["IQG10"])
    parts = gazetteer.polygon([unit.code or "" for unit in gazetteer.units(2) if unit.admin1 == "IQG10"])
    assert whole.symmetric_difference(parts).area < 1e-9
    with pytest.raises(KeyError):
        gazetteer.polygon(["IQG99"])


def test_an_unknown_name_gets_the_nearest_ones(gazetteer: Gazetteer) -> None:
    assert "Khanaqin" in [entry.name for entry in gazetteer.suggest("Khanakeen")]
    assert "Baqubah" in [entry.name for entry in gazetteer.suggest("Baqouqa")]
    assert gazetteer.suggest("") == ()


def test_names_are_shown_in_the_readers_language(gazetteer: Gazetteer) -> None:
    khanaqin = gazetteer.unit("IQG10Q05")
    assert khanaqin is not None
    assert [gazetteer.display_name(khanaqin, lang) for lang in ("en", "ar", "ckb")] == ["Khanaqin", "خانقين", "خانەقین"]
    name = gazetteer.place_display_name("ckb", geonameid=None, admin2=None, admin1="IQG10", country="IQ")
    assert name == "دیالە"
    assert gazetteer.place_display_name("en", geonameid=None, admin2=None, admin1=None, country=None) is None


def test_the_world_has_cities_with_their_division(gazetteer: Gazetteer) -> None:
    for name, country, division in (("Peshawar", "PK", "PK-KP"), ("خاركيف", "UA", "UA-63"), ("قامیشلۆ", "SY", "SY-HA")):
        town = next(
            m.entry for m in gazetteer.lookup(name) if m.entry.kind is EntryKind.TOWN and m.entry.country == country
        )
        assert town.admin1 == division
        assert town.lat is not None


@pytest.mark.parametrize(("word", "country"), [("iraqi", "IQ"), ("turkish", "TR"), ("سوريه", "SY"), ("التركيه", "TR")])
def test_adjectives_speak_of_a_country(gazetteer: Gazetteer, word: str, country: str) -> None:
    assert gazetteer.country_of_demonym(word) == country


def test_a_unit_contains_its_places_and_not_itself(gazetteer: Gazetteer) -> None:
    diyala, khanaqin, town = gazetteer.unit("IQG10"), gazetteer.unit("IQG10Q05"), gazetteer.by_geonameid(94591)
    assert diyala is not None
    assert khanaqin is not None
    assert town is not None
    assert contains(diyala, khanaqin)
    assert contains(khanaqin, town)
    assert not contains(khanaqin, diyala)
    assert not contains(khanaqin, khanaqin)
    assert same_place(town, town)
