"""What linking makes of facts that were read wrongly: one attack stays one, and what is no news of an attack opens nothing."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from shared.events.facts import Casualties, EventType, Evidence, Place, Precision
from shared.events.incident import ChangeKind
from shared.events.report import AttackFacts, Kind
from tests.support.told import PLACES, TODAY, count, facts, told
from tests.unit.link.streams import changes_of, last_of

SAME_TEXT = tuple(range(64))
T = EventType


def joins(first: AttackFacts, second: AttackFacts, *, kind: Kind = Kind.REPORT, hours: float = 2) -> bool:
    one, two = changes_of(told("first", first), told("second", second, kind=kind, hours=hours))
    return bool(two) and two[0].incident_id == one[0].incident_id


def test_a_copy_of_a_text_is_of_the_same_attack_however_its_place_is_read() -> None:
    first = told("first", facts("Baquba town", killed=2), signature=SAME_TEXT)
    copy = told("copy", facts("Kirkuk town", killed=2), signature=SAME_TEXT, hours=3)
    assert last_of(first, copy).change is ChangeKind.CORROBORATED


@pytest.mark.parametrize(("outlet", "hours"), [("outlet-first", 3), ("another", 24 * 5)])
def test_an_outlets_own_wording_or_one_of_last_week_is_no_copy(outlet: str, hours: float) -> None:
    first = told("first", facts("Baquba town", killed=2), signature=SAME_TEXT)
    again = told("again", facts("Kirkuk town", killed=2), signature=SAME_TEXT, hours=hours, outlet=outlet)
    assert last_of(first, again).change is ChangeKind.OPENED


def test_the_country_of_the_attacker_is_not_where_the_missile_fell() -> None:
    here = Place(name="Ramat Gan", lat=32.07, lon=34.82, precision=Precision.TOWN, country="IL")
    theirs = Place(name="Iran", precision=Precision.COUNTRY, country="IR")
    struck = facts(here, event_type=T.SHELLING_ARTILLERY_MISSILE, killed=1, wounded=34, perpetrator="iran")
    assert joins(struck, msgspec.structs.replace(struck, place=theirs))
    assert not joins(
        struck, msgspec.structs.replace(struck, place=theirs, perpetrator="unknown", casualties=Casualties())
    )


def test_as_many_dead_and_as_many_hurt_on_one_day_are_one_attack_wherever_the_towns_are_read() -> None:
    def bombed(place: str, killed: int, wounded: int) -> AttackFacts:
        return facts(
            place,
            event_type=T.SUICIDE_BOMB,
            killed=killed,
            wounded=wounded,
            weapons=("suicide_vest",),
            targets=("police",),
        )

    assert joins(bombed("Baquba town", 7, 19), bombed("Kirkuk town", 7, 19))
    assert not joins(bombed("Baquba town", 1, 2), bombed("Kirkuk town", 1, 2))
    assert not joins(bombed("Baquba town", 7, 19), bombed("Kirkuk town", 7, 20))
    assert not joins(bombed("Imam Ways", 7, 19), bombed("Shirwa", 7, 19))  # two named villages are two


def test_a_branch_and_its_head_are_one_perpetrator() -> None:
    taken = facts("Khanaqin town", event_type=T.ARMED_CLASH, perpetrator="isis", targets=("army",))
    coarse = facts("Iraq", event_type=T.ARMED_CLASH, perpetrator="isis_k", targets=("army",), weapons=("gun",))
    other = msgspec.structs.replace(coarse, perpetrator="pkk")
    assert joins(taken, coarse)
    assert not joins(taken, other)


def test_a_report_that_may_be_an_update_needs_less_to_join() -> None:
    def again(confidence: float) -> AttackFacts:
        return facts("Khanaqin town", on=TODAY + timedelta(days=2), confidence=confidence)

    first = facts("Khanaqin town", on=TODAY, targets=("army",))
    assert joins(first, again(0.25), hours=48)
    assert not joins(first, again(0.9), hours=48)


def test_a_rising_toll_told_from_another_town_is_of_the_only_attack_it_can_be() -> None:
    first = facts("Imam Ways", event_type=T.ARMED_CLASH, killed=3, targets=("army",))
    update = facts("Baquba town", event_type=T.ARMED_CLASH, killed=4, targets=("army",), on=None)
    one, two = changes_of(told("a", first), told("b", update, kind=Kind.UPDATE, hours=40))
    assert two[0].incident_id == one[0].incident_id
    assert two[0].place == one[0].place
    assert two[0].casualties.killed == count(4, 3, 4)


def test_an_update_that_is_nothing_like_what_is_known_opens() -> None:
    first = facts("Imam Ways", event_type=T.AIR_DRONE_STRIKE, killed=9, targets=("militants",))
    update = facts("Baquba town", event_type=T.ARMED_CLASH, killed=4, targets=("army",), on=None)
    assert not joins(first, update, kind=Kind.UPDATE, hours=40)


def test_the_freed_are_those_who_were_abducted_whatever_town_they_are_freed_in() -> None:
    taken = facts("Imam Ways", event_type=T.ABDUCTION, targets=("civilians",))
    freed = facts("Baquba town", event_type=T.ABDUCTION, targets=("civilians",), on=None, confidence=0.6)
    assert joins(taken, freed, kind=Kind.UPDATE, hours=20)


@pytest.mark.parametrize("place", [None, "Iraq"])
def test_unsure_news_from_nowhere_that_counts_nobody_opens_nothing(place: str | None) -> None:
    assert changes_of(told("a", facts(place, confidence=0.45))) == [()]
    assert changes_of(told("a", facts(place, confidence=0.45, wounded=2))) != [()]
    assert changes_of(told("a", facts(place, confidence=0.8))) != [()]


def test_the_mine_victims_of_a_year_are_no_attack() -> None:
    assert changes_of(told("a", facts("Diyala", killed=61, weapons=("mine",)))) == [()]
    assert changes_of(told("a", facts("Diyala", killed=24, weapons=("mine",)))) != [()]
    assert changes_of(told("a", facts("Diyala", killed=61, weapons=("mine", "car_bomb")))) != [()]


def test_hundreds_dead_read_unsurely_are_those_of_a_season() -> None:
    assert changes_of(told("a", facts("Diyala", killed=1_240, confidence=0.58))) == [()]
    assert changes_of(told("a", facts("Diyala", killed=1_240, confidence=0.9))) != [()]


def test_facts_of_a_telling_that_is_hardly_news_of_it_change_nothing_that_surer_ones_say() -> None:
    unsure = facts("Khanaqin town", killed=9, confidence=0.3)
    change = last_of(told("a", facts("Khanaqin", killed=2)), told("b", unsure, kind=Kind.UPDATE, hours=3))
    assert change.change is ChangeKind.CORROBORATED
    assert change.casualties.killed == count(2)


def test_a_district_and_the_town_it_is_named_after_are_one_place_to_a_reader_in_any_script() -> None:
    arabic = msgspec.structs.replace(PLACES["Khanaqin town"], name="خانقين")
    change = last_of(told("a", facts("Khanaqin", killed=2)), told("b", facts(arabic, killed=2), hours=1))
    assert (change.change, change.notify) == (ChangeKind.CORROBORATED, False)
    assert change.place == arabic
    village = last_of(told("a", facts("Khanaqin", killed=2)), told("b", facts("Imam Ways", killed=2), hours=1))
    assert village.change is ChangeKind.UPDATED


def test_a_state_that_was_named_tells_nothing_by_confirming_its_strike() -> None:
    strike = facts("Hama", event_type=T.AIR_DRONE_STRIKE, killed=2, perpetrator="israel")
    claim = msgspec.structs.replace(strike, claimed=True)
    assert last_of(told("a", strike), told("b", claim, hours=1)).change is ChangeKind.CORROBORATED
    unknown = msgspec.structs.replace(strike, perpetrator="unknown")
    assert last_of(told("a", unknown), told("b", claim, hours=1)).change is ChangeKind.UPDATED


def test_victims_do_not_vanish_because_another_story_counts_the_attacker_alone() -> None:
    both = msgspec.structs.replace(
        facts("Hama", event_type=T.ATTACK, wounded=3), casualties=Casualties(killed=count(1), wounded=count(3), attackers_killed=count(1))
    )  # fmt: skip
    alone = msgspec.structs.replace(
        facts("Hama", event_type=T.ATTACK, wounded=3),
        casualties=Casualties(wounded=count(3), attackers_killed=count(1)),
    )
    change = last_of(told("a", both), told("b", alone, hours=1))
    assert change.change is ChangeKind.CORROBORATED
    assert change.casualties.killed == count(1)


def test_a_denial_months_after_needs_more_than_a_country_and_a_kind() -> None:
    taken = facts("Hama", event_type=T.ABDUCTION, targets=("civilians",))
    denial = facts(
        Place(name="Syria", precision=Precision.COUNTRY, country="SY"),
        event_type=T.ABDUCTION,
        targets=("civilians",),
        on=None,
    )
    assert joins(taken, denial, kind=Kind.RETRACTION, hours=20)
    assert not joins(taken, denial, kind=Kind.RETRACTION, hours=24 * 60)


def test_very_unsure_news_that_counts_nobody_opens_nothing_wherever_it_is() -> None:
    assert changes_of(told("a", facts(confidence=0.35))) == [()]
    assert changes_of(told("a", facts(confidence=0.35, killed=0))) == [()], (
        "nobody hurt is what a defused bomb does too"
    )
    assert changes_of(told("a", facts(confidence=0.35, killed=1))) != [()]


def test_a_reaction_opens_by_a_day_or_by_its_dead_and_wounded_never_by_a_reference_back() -> None:
    def reacts(**said: Any) -> bool:
        return changes_of(told("a", facts("Baquba town", **said), kind=Kind.REACTION)) != [()]

    assert reacts()
    assert not reacts(on=None, back=True, killed=4)
    assert reacts(on=None, killed=4, wounded=6)


def test_what_one_reaction_said_stays_when_another_says_nothing_of_it() -> None:
    first = told("a", facts("Baquba town", killed=2, confidence=0.3), kind=Kind.REACTION)
    second = told("b", facts("Baquba town", on=None, confidence=0.9), kind=Kind.REACTION, hours=20)
    assert last_of(first, second).casualties.killed == count(2)


def test_a_reaction_that_agrees_in_its_place_joins_what_is_clearly_nearest_and_a_placeless_one_needs_more() -> None:
    bombed = facts("Khanaqin town", event_type=T.AIR_DRONE_STRIKE, targets=("army",))
    grief = facts("Diyala", event_type=T.ATTACK, on=None, targets=("civilians",))
    assert joins(bombed, grief, kind=Kind.REACTION, hours=24)
    assert not joins(bombed, facts(None, event_type=T.ATTACK, on=None), kind=Kind.REACTION, hours=24)


@pytest.mark.parametrize(("days", "is_joined"), [(10, True), (25, True), (40, False)])
def test_a_reaction_joins_up_to_a_month_after(days: int, is_joined: bool) -> None:
    grief = facts("Khanaqin town", on=None)
    assert joins(facts("Khanaqin town", killed=3), grief, kind=Kind.REACTION, hours=24 * days) is is_joined
    assert not joins(facts("Khanaqin town", killed=3), grief, hours=24 * 25)


def test_what_agrees_in_all_but_the_town_is_one_attack_unless_the_wounded_or_the_means_are_others() -> None:
    def shot(place: str, **other: Any) -> AttackFacts:
        said: dict[str, Any] = {
            "event_type": T.ATTACK,
            "killed": 5,
            "targets": ("civilians",),
            "weapons": ("gun",),
            "perpetrator": "isis",
        } | other
        return facts(place, **said)

    first = shot("Baquba town", wounded=2)
    assert joins(first, shot("Kirkuk town"))
    assert not joins(first, shot("Kirkuk town", perpetrator="unknown")), "two attacks on a bad day agree in as much"
    assert not joins(first, shot("Kirkuk town", wounded=4))
    assert not joins(first, shot("Kirkuk town", weapons=("knife",)))
    assert not joins(shot("Baquba town", killed=2), shot("Kirkuk town", killed=2))
    assert not joins(shot("Imam Ways"), shot("Shirwa"))


def test_a_day_that_no_word_says_is_no_conflict_with_the_day_before() -> None:
    def shot(on: date, *said: str) -> AttackFacts:
        words = tuple(Evidence(fact=fact, field="title", text="x", start=0, end=1) for fact in ("kind", *said))
        told_of = facts("Diyala", event_type=T.ATTACK, on=on, targets=("civilians",), weapons=("gun",))
        return msgspec.structs.replace(told_of, evidence=words)

    first = shot(TODAY, "occurred_on")
    assert joins(first, shot(TODAY + timedelta(days=1)), hours=20)
    assert not joins(first, shot(TODAY + timedelta(days=1), "occurred_on"), hours=20)
    assert not joins(first, shot(TODAY + timedelta(days=2)), hours=44)
