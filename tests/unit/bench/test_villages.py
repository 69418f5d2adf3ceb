"""The villages of the gazetteer in made sentences: what counts as found."""

from bench.villages import judged
from shared.events.facts import Place, Precision
from shared.geo.rows import Entry, EntryKind

VILLAGE = Entry(
    kind=EntryKind.VILLAGE, name="Zuhayrat", lat=33.95, lon=44.79, country="IQ", admin1="IQG10", admin2="IQG10Q02"
)


def test_no_place_is_found_nowhere() -> None:
    assert judged(None, VILLAGE) == {"sentences": 1}


def test_the_village_is_found_within_five_kilometres_and_in_its_district() -> None:
    place = Place(
        name="Z", precision=Precision.EXACT, country="IQ", admin1="IQG10", admin2="IQG10Q02", lat=33.96, lon=44.79
    )
    assert judged(place, VILLAGE) == {"sentences": 1, "district": 1, "point": 1, "other governorate": 0}


def test_a_namesake_counts_as_another_governorate_and_a_coarse_place_does_not() -> None:
    away = Place(
        name="Z", precision=Precision.EXACT, country="IQ", admin1="IQG13", admin2="IQG13Q01", lat=35.3, lon=43.8
    )
    coarse = Place(name="Iraq", precision=Precision.COUNTRY, country="IQ")
    assert judged(away, VILLAGE)["other governorate"] == 1
    assert judged(coarse, VILLAGE)["other governorate"] == 0
