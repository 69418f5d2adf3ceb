"""The desk's corrections as they are typed: what is understood, and the sentence for what is not."""

from datetime import UTC, date, datetime

import pytest

from services.classify.correction import Correction, CorrectionError, known_perpetrators, read_correction
from services.classify.link.settings import LinkSettings
from shared.events.facts import EventGroup, EventType, Place, Precision
from shared.events.report import AttackFacts
from shared.geo.gazetteer import Gazetteer

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def read(gazetteer: Gazetteer, **said: str | bool) -> AttackFacts:
    return read_correction(Correction(**said), gazetteer, LinkSettings(), now=NOW, country="IQ")  # type: ignore[arg-type]  # by name


def place(gazetteer: Gazetteer, words: str) -> Place:
    found = read(gazetteer, place=words).place
    assert found is not None
    return found


def refused(gazetteer: Gazetteer, **said: str | bool) -> str:
    with pytest.raises(CorrectionError) as caught:
        read(gazetteer, **said)
    return str(caught.value)


def test_facts_not_given_stay_open(gazetteer: Gazetteer) -> None:
    facts = read(gazetteer, killed="7")
    assert facts.casualties.killed is not None
    assert (facts.casualties.killed.best, facts.casualties.killed.low, facts.casualties.killed.high) == (7, 7, 7)
    assert (facts.casualties.wounded, facts.place, facts.occurred_on, facts.event_type) == (None, None, None, None)
    assert facts.perpetrator == "unknown"


def test_all_facts_are_read(gazetteer: Gazetteer) -> None:
    facts = read(
        gazetteer, wounded="5-7", attackers_killed="0", occurred_on="2026-06-12", event_type="air drone-strike",
        perpetrator="ISIS", claimed=True,
    )  # fmt: skip
    toll = facts.casualties
    assert toll.wounded is not None
    assert (toll.wounded.best, toll.wounded.high) == (5, 7)
    assert toll.attackers_killed is not None
    assert toll.attackers_killed.best == 0
    assert facts.occurred_on == date(2026, 6, 12)
    assert (facts.event_type, facts.event_group) == (
        EventType.AIR_DRONE_STRIKE,
        EventGroup.EXPLOSIONS_REMOTE_VIOLENCE,
    )
    assert (facts.perpetrator, facts.claimed) == ("isis", True)


def test_a_name_is_the_town_and_a_code_is_the_unit(gazetteer: Gazetteer) -> None:
    town, unit = place(gazetteer, "Khanaqin"), place(gazetteer, "iqg10q05")
    assert (town.precision, town.admin2, town.lat is not None) == (Precision.TOWN, "IQG10Q05", True)
    assert (unit.precision, unit.admin1, unit.admin2, unit.lat) == (Precision.DISTRICT, "IQG10", "IQG10Q05", None)
    assert place(gazetteer, "خانقين") == town
    assert place(gazetteer, "Diyala").precision is Precision.GOVERNORATE
    assert place(gazetteer, "SY-DY").country == "SY"


def test_a_namesake_is_told_apart_by_what_holds_it(gazetteer: Gazetteer) -> None:
    assert place(gazetteer, "Salman, Muthanna").admin1 == "IQG03"
    assert place(gazetteer, "Salman, Najaf").admin1 == "IQG04"
    assert place(gazetteer, "Paris, France").country == "FR"


def test_a_point_takes_its_units_and_the_name_of_what_is_near(gazetteer: Gazetteer) -> None:
    point = place(gazetteer, "34.3482, 45.3907")
    assert (point.precision, point.admin2, point.name) == (Precision.EXACT, "IQG10Q05", "Khanaqin")
    abroad = place(gazetteer, "35.336,40.141")
    assert (abroad.country, abroad.admin1) == ("SY", "SY-DY")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Khanaqinn City", "is not a place that is known; did you mean Khanaqin"),
        ("Dara", "'Dara' may mean Dar‘ā (town in Daraa"),
        ("0, 0", "0, 0 is in no country that is known"),
        ("91, 45", "latitude from -90 to 90"),
        ("", "'' is not a place that is known"),
        ("IQG99", "'IQG99' is not a place that is known"),
    ],
)
def test_a_place_that_is_not_known_is_a_sentence(gazetteer: Gazetteer, words: str, sentence: str) -> None:
    assert sentence in refused(gazetteer, place=words)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "nothing to correct"),
        ({"killed": "many"}, "--killed is 'many'; a number is accepted"),
        ({"killed": "-3"}, "--killed is '-3'"),
        ({"killed": "99999"}, "up to 3000 is accepted"),
        ({"wounded": "7-5"}, "the range ends below where it begins"),
        ({"occurred_on": "13.6.2026"}, "a day such as 2026-06-13"),
        ({"occurred_on": "2026-06-16"}, "--date is 2026-06-16; a day from 1980 to today"),
        ({"occurred_on": "1970-01-01"}, "--date is 1970-01-01"),
        ({"event_type": "drone strike"}, "did you mean air_drone_strike"),
        ({"perpetrator": "isiss"}, "did you mean isis"),
        ({"perpetrator": "unknown"}, "cannot be made unknown again"),
        ({"claimed": True, "killed": "1"}, "name them with --perpetrator"),
    ],
)
def test_a_fact_that_cannot_be_is_a_sentence(gazetteer: Gazetteer, said: dict[str, str | bool], sentence: str) -> None:
    assert sentence in refused(gazetteer, **said)


def test_the_perpetrators_are_those_that_reading_knows() -> None:
    assert {"isis", "pkk", "turkey"} <= set(known_perpetrators())
