"""Same attack or not: what joins, what stays apart, what touches nothing."""

import random
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from services.classify.link.fold import OpenIncidents
from shared.events.facts import Candidate, EventType, Place, Precision
from shared.events.incident import ChangeKind
from shared.events.report import AttackFacts, Kind
from tests.support.told import PLACES, TODAY, facts, told
from tests.unit.link.streams import LINKING, changes_of, last_of, partition

T = EventType


def joins(first: AttackFacts, second: AttackFacts, *, kind: Kind = Kind.REPORT, hours: float = 2) -> bool:
    one, two = changes_of(told("first", first), told("second", second, kind=kind, hours=hours))
    return bool(two) and two[0].incident_id == one[0].incident_id


@pytest.mark.parametrize(
    ("coarse", "fine"),
    [
        ("Khanaqin", "Imam Ways"),
        ("Khanaqin town", "Imam Ways"),
        ("Diyala", "Imam Ways"),
        ("Diyala", "Khanaqin"),
        ("Khanaqin", "Khanaqin town"),
    ],
)
def test_news_that_knows_only_the_district_or_governorate_joins_what_names_the_village_in_either_order(
    coarse: str, fine: str
) -> None:
    assert joins(facts(coarse, killed=2), facts(fine, killed=2))
    assert joins(facts(fine, killed=2), facts(coarse, killed=2))


def test_two_villages_of_one_district_on_one_evening_stay_apart() -> None:
    assert not joins(facts("Imam Ways", killed=2), facts("Tulul", killed=2))


def test_villages_stay_apart_however_much_else_agrees() -> None:
    def attack(place: str) -> AttackFacts:
        return facts(place, killed=4, wounded=7, perpetrator="isis", targets=("army",), weapons=("ied",))

    assert not joins(attack("Imam Ways"), attack("Tulul"))


def test_one_district_one_evening_and_one_type_but_other_targets_and_tolls_stay_apart() -> None:
    assert not joins(
        facts("Imam Ways", killed=2, targets=("army",)), facts("Khanaqin", killed=9, wounded=20, targets=("civilians",))
    )


def test_another_governorate_vetoes() -> None:
    assert not joins(facts("Diyala", killed=6), facts("Kirkuk", killed=6))


def test_another_country_vetoes() -> None:
    assert not joins(facts("Imam Ways", killed=6), facts("Hama", killed=6))


def test_the_same_village_a_week_later_is_another_attack() -> None:
    first, second = facts(on=TODAY - timedelta(days=7)), facts(on=TODAY)
    one, two = changes_of(told("first", first, hours=-168), told("second", second))
    assert two[0].change is ChangeKind.OPENED
    assert two[0].incident_id != one[0].incident_id


def test_a_day_of_disagreement_on_the_date_is_forgiven() -> None:
    assert joins(facts(on=TODAY - timedelta(days=1), killed=2), facts(on=TODAY, killed=2))


def test_bombs_in_one_town_on_two_days_with_other_tolls_are_two_attacks() -> None:
    first = facts("Khanaqin town", on=TODAY - timedelta(days=1), killed=3)
    assert not joins(first, facts("Khanaqin town", killed=5))
    assert joins(first, facts("Khanaqin town", killed=3))
    assert joins(first, facts("Khanaqin town", killed=5), kind=Kind.UPDATE)


def test_an_explosion_turns_out_to_be_a_suicide_bomb() -> None:
    change = last_of(
        told("flash", facts("Khanaqin town")),
        told("full", facts("Khanaqin town", event_type=T.SUICIDE_BOMB, killed=5), hours=1),
    )
    assert change.change is ChangeKind.UPDATED
    assert change.event_type is T.SUICIDE_BOMB


def test_a_clash_and_an_attack_are_accounts_of_one_gunfight() -> None:
    assert joins(facts(event_type=T.ATTACK, killed=3), facts(event_type=T.ARMED_CLASH, killed=3))


def test_a_bomb_and_an_abduction_in_one_village_are_two() -> None:
    assert not joins(facts(event_type=T.REMOTE_EXPLOSIVE_LANDMINE_IED), facts(event_type=T.ABDUCTION))


def test_a_town_taken_and_bombed_back_the_next_day_are_two() -> None:
    taken = facts("Hama", event_type=T.NON_STATE_OVERTAKES_TERRITORY, on=TODAY - timedelta(days=1), killed=20)
    assert not joins(taken, facts("Hama", event_type=T.AIR_DRONE_STRIKE), hours=24)


def test_even_a_reaction_to_another_kind_of_attack_by_others_does_not_join() -> None:
    taken = facts("Hama", event_type=T.NON_STATE_OVERTAKES_TERRITORY, killed=20, perpetrator="isis")
    bombed = facts("Hama", event_type=T.AIR_DRONE_STRIKE, killed=20, perpetrator="russia")
    assert not joins(taken, bombed, kind=Kind.REACTION)


def test_a_namesake_that_could_be_the_village_elsewhere_does_not_veto() -> None:
    here = PLACES["Imam Ways"]
    misread = Place(
        name="Imam Ways", geonameid=77, lat=36.1, lon=43.0, precision=Precision.EXACT, country="IQ",
        admin1="IQG15", admin2="IQG15Q01",
        candidates=(Candidate(name="Imam Ways", lat=here.lat, lon=here.lon, admin1="IQG10", admin2="IQG10Q05"),),
    )  # fmt: skip
    assert not joins(facts(here, killed=4), facts(msgspec.structs.replace(misread, candidates=()), killed=4))
    # The index looks near the misread point; the news that speaks of a known attack looks further.
    assert joins(facts(here, killed=4), facts(misread, killed=4), kind=Kind.UPDATE)


def test_an_unresolved_village_whose_name_also_exists_elsewhere_does_not_join_an_attack_there() -> None:
    there = PLACES["Shirwa"]
    unresolved = msgspec.structs.replace(
        PLACES["Khanaqin"],
        name="Shirwana",
        candidates=(Candidate(name="Shirwa", lat=there.lat, lon=there.lon, admin1="IQG16", admin2="IQG16Q07"),),
    )
    assert not joins(facts(there, killed=2), facts(unresolved, killed=2))


def test_a_copy_of_the_text_joins_without_a_place_and_is_one_origin() -> None:
    text = tuple(range(64))
    change = last_of(
        told("wire", facts(killed=2), signature=text),
        told("copy", facts(None, event_type=None, on=None), signature=text, hours=3, outlet="elsewhere"),
    )
    assert change.change is ChangeKind.CORROBORATED
    assert change.decision is not None
    assert change.decision.rule == "copy of a known text"
    assert (change.source_count, change.origins) == (2, 1)


def test_a_template_with_another_village_is_no_copy() -> None:
    text = tuple(range(64))
    one, two = changes_of(
        told("one", facts("Imam Ways"), signature=text), told("two", facts("Tulul"), signature=text, hours=1)
    )
    assert two[0].incident_id != one[0].incident_id


def test_a_reference_back_attaches_where_a_report_would_open() -> None:
    first = facts("Imam Ways", killed=2, targets=("army",))
    vague = facts("Diyala", event_type=None, on=None)
    assert not joins(first, vague)
    assert joins(first, msgspec.structs.replace(vague, is_back_reference=True))


def test_a_reference_back_to_what_nobody_reported_opens() -> None:
    (change,) = changes_of(told("only", facts(back=True)))[0]
    assert change.change is ChangeKind.OPENED


@pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.REACTION, Kind.RETRACTION])
def test_what_speaks_of_an_unknown_attack_without_a_place_touches_nothing(kind: Kind) -> None:
    assert changes_of(told("only", facts(None), kind=kind)) == [()]


def test_news_without_a_place_attaches_to_the_one_attack_it_fits() -> None:
    first = facts("Khanaqin", event_type=T.ABDUCTION)
    other = facts("Daquq", event_type=T.ARMED_CLASH)
    found = facts(None, event_type=T.ABDUCTION, killed=2)
    one, _, three = changes_of(told("a", first), told("b", other), told("c", found, kind=Kind.UPDATE, hours=20))
    assert [change.incident_id for change in three] == [one[0].incident_id]


def test_news_without_a_place_that_fits_two_attacks_touches_neither() -> None:
    changes = changes_of(
        told("a", facts("Khanaqin")), told("b", facts("Daquq")), told("c", facts(None), kind=Kind.UPDATE, hours=5)
    )
    assert changes[-1] == ()


def test_an_update_may_correct_the_governorate_and_moves_the_incident() -> None:
    known = facts("Imam Ways", killed=5, wounded=3, targets=("police",), perpetrator="isis")
    moved = facts("Shirwa", killed=5, wounded=3, targets=("police",), perpetrator="isis")
    change = last_of(told("first", known), told("correction", moved, kind=Kind.UPDATE, hours=8))
    assert change.change is ChangeKind.UPDATED
    assert change.place is not None
    assert change.place.admin1 == "IQG16"
    assert {"admin1", "admin2", "point"} <= {found.fact for found in change.changed}


def test_an_update_elsewhere_that_shares_only_day_and_type_corrects_nothing() -> None:
    one, two = changes_of(told("first", facts("Imam Ways")), told("other", facts("Shirwa"), kind=Kind.UPDATE, hours=8))
    assert two[0].incident_id != one[0].incident_id


def test_an_archive_story_joins_what_it_tells_of_and_opens_nothing() -> None:
    old = facts(on=TODAY - timedelta(days=14), killed=7)
    first = told("first", old, hours=-14 * 24)
    again = told("again", old)
    assert last_of(first, again).change is ChangeKind.CORROBORATED
    assert changes_of(again) == [()]


def test_test_reports_meet_test_incidents_only() -> None:
    assert len(partition([told("a"), told("b", test=True, hours=1), told("c", test=True, hours=2)])) == 2


def test_a_test_report_does_not_join_even_what_it_copies() -> None:
    text = tuple(range(64))
    one, two = changes_of(told("a", signature=text), told("b", signature=text, test=True, hours=1))
    assert two[0].incident_id != one[0].incident_id
    assert (one[0].test, two[0].test) == (False, True)


def test_kind_other_touches_nothing() -> None:
    assert changes_of(told("a"), told("b", kind=Kind.OTHER, hours=1))[-1] == ()


def test_further_attacks_of_an_item_open_their_own_incidents_with_less_confidence() -> None:
    (main, further) = changes_of(told("round", facts("Imam Ways", killed=2), others=(facts("Tulul", killed=1),)))[0]
    assert further.item_id == f"{main.item_id}#1"
    assert further.incident_id != main.incident_id
    assert further.notify
    assert further.confidence < main.confidence


def test_an_update_told_from_the_hospitals_town_joins_and_moves_nothing() -> None:
    first = told("a", facts("Tulul", killed=2, targets=("army",), weapons=("ied",)))
    third = facts("Baquba town", killed=3, targets=("army",), weapons=("ied",))
    one, two = changes_of(first, told("b", third, kind=Kind.UPDATE, hours=15))
    (change,) = two
    assert change.incident_id == one[0].incident_id
    assert [found.fact for found in change.changed] == ["killed"]
    assert change.decision is not None
    assert change.decision.rule == "same attack, told from elsewhere"
    corrected = told("b", third, kind=Kind.UPDATE, hours=15, version=2)
    assert changes_of(first, told("b", third, kind=Kind.UPDATE, hours=15), corrected)[-1][0].changed == ()


def test_an_update_of_another_village_may_be_of_an_attack_still_to_be_reported() -> None:
    first = told("a", facts("Tulul", killed=2, targets=("army",)))
    other = told("b", facts("Imam Ways", killed=3, targets=("army",)), kind=Kind.UPDATE, hours=15)
    assert changes_of(first, other)[-1][0].change is ChangeKind.OPENED


def test_a_funeral_far_away_does_not_open_what_is_known() -> None:
    first = told("a", facts("Tulul", killed=2, targets=("police",)))
    funeral = told("b", facts("Kirkuk town", killed=2, targets=("police",)), kind=Kind.REACTION, hours=30)
    assert [change.change for changes in changes_of(first, funeral)[1:] for change in changes] in (
        [],
        [ChangeKind.REACTED],
    )


def test_a_toll_update_that_knows_only_the_country_opens_when_nothing_is_known_of_it() -> None:
    update = told("b", facts("Iraq", killed=9), kind=Kind.UPDATE, hours=20)
    assert changes_of(update)[0][0].change is ChangeKind.OPENED
    assert changes_of(told("b", facts("Iraq"), kind=Kind.UPDATE)) == [()], "without a toll it says too little"
    known = told("a", facts("Hama", killed=9, event_type=T.ABDUCTION))
    assert changes_of(known, update)[-1][0].change is ChangeKind.OPENED
    assert joins(facts("Tulul", killed=7), facts("Iraq", killed=9), kind=Kind.UPDATE)


def test_what_became_of_the_abducted_joins_a_week_later_whatever_its_own_day() -> None:
    taken = facts("Tulul", event_type=T.ABDUCTION)
    freed = facts("Tulul", event_type=T.ABDUCTION, on=TODAY + timedelta(days=6))
    assert joins(taken, freed, kind=Kind.UPDATE, hours=6 * 24)
    assert not joins(taken, freed, hours=6 * 24), "a report of an abduction is another abduction"


def test_a_rising_toll_counts_for_an_update_that_knows_the_governorate_alone() -> None:
    first = facts("Imam Ways", killed=18, event_type=T.NON_STATE_OVERTAKES_TERRITORY)
    assert joins(first, facts("Diyala", killed=26, event_type=T.ATTACK, on=None), kind=Kind.UPDATE, hours=6)


def test_first_hand_news_with_and_without_a_place_join_only_when_much_agrees() -> None:
    somewhere = facts(None, killed=2, wounded=3, event_type=T.ATTACK)
    assert not joins(somewhere, facts("Tulul", killed=1, wounded=2, event_type=T.ATTACK))
    assert not joins(somewhere, facts("Tulul", killed=3, event_type=T.ARMED_CLASH))
    assert not joins(facts("Tulul", killed=1, event_type=T.ATTACK), facts(None, killed=1, event_type=T.ARMED_CLASH))
    assert joins(
        facts("Tulul", event_type=T.SUICIDE_BOMB, killed=11, wounded=23),
        facts(None, event_type=T.SUICIDE_BOMB, killed=11, wounded=23),
    )


def test_a_report_without_any_place_and_hardly_sure_opens_nothing() -> None:
    assert changes_of(told("a", facts(None, confidence=0.3))) == [()]
    assert changes_of(told("a", facts("Diyala", killed=1, confidence=0.3)))[0][0].change is ChangeKind.OPENED


@pytest.mark.parametrize(
    ("further", "is_another"),
    [
        (facts("Imam Ways"), False),
        (facts("Imam Ways", wounded=3), False),
        (facts("Khanaqin", killed=2), False),
        (facts("Imam Ways", killed=1), True),
        (facts("Imam Ways", event_type=T.ABDUCTION), True),
        (facts("Imam Ways", on=TODAY - timedelta(days=1)), True),
        (facts("Tulul"), True),
        (facts("Muqdadiya"), True),
        (facts(None, killed=1), False),
    ],
)
def test_a_further_attack_is_another_one_in_place_day_kind_or_toll_and_says_where(
    further: AttackFacts, is_another: bool
) -> None:
    changes = changes_of(told("round", facts("Imam Ways", killed=2), others=(further,)))[0]
    assert [change.change for change in changes] == [ChangeKind.OPENED] * (2 if is_another else 1)


def test_one_item_tells_of_one_attack_once() -> None:
    changes = changes_of(told("a", facts("Imam Ways"), others=(facts("Imam Ways"),)))[0]
    assert len({change.incident_id for change in changes}) == len(changes)


def test_what_turns_out_to_be_two_attacks_is_split_and_the_source_moves() -> None:
    first = told("first", facts("Imam Ways", killed=2, targets=("army",)))
    vague = told("vague", facts("Khanaqin", killed=3, targets=("army", "police")), hours=1)
    other = told("other", facts("Tulul", killed=3, wounded=8, targets=("police",)), hours=3)
    one, two, three = changes_of(first, vague, other)
    assert two[0].incident_id == one[0].incident_id, "the district-level report joined the only attack known then"
    left, opened = three
    assert left.incident_id == one[0].incident_id
    assert left.removed == (vague.item_id,)
    assert left.notify, "its toll falls back to 2"
    assert opened.change is ChangeKind.OPENED
    assert opened.split_from == left.incident_id
    assert {source.item_id for source in opened.sources} == {vague.item_id, other.item_id}


def test_the_partition_and_the_facts_do_not_depend_on_order() -> None:
    reports = []
    for number, (place, day, event_type) in enumerate(
        [
            ("Imam Ways", 0, T.ATTACK),
            ("Tulul", 0, T.ATTACK),
            ("Daquq", 0, T.ARMED_CLASH),
            ("Imam Ways", 9, T.SUICIDE_BOMB),
            ("Hama", 1, T.GRENADE),
        ]
    ):
        on = TODAY + timedelta(days=day)
        for outlet, killed in enumerate((2, 3, 3)):
            fact = facts(place, event_type=event_type, on=on, killed=killed + number)
            reports.append(told(f"{number}-{outlet}", fact, hours=day * 24 + outlet))
        toll = facts(place, event_type=event_type, on=on, killed=5 + number)
        reports.append(told(f"{number}-toll", toll, kind=Kind.UPDATE, hours=day * 24 + 9))
        reports.append(
            told(
                f"{number}-visit",
                msgspec.structs.replace(fact, casualties=toll.casualties),
                kind=Kind.REACTION,
                hours=day * 24 + 12,
            )
        )

    def outcome(order: list[int]) -> set[object]:
        fold = OpenIncidents()
        for index in order:
            fold.apply(reports[index], LINKING)
        return {
            (
                frozenset(s.item_id for s in state.sources),
                state.casualties,
                state.place,
                state.occurred_on,
                state.event_type,
                state.origins,
                state.confidence,
            )
            for state in fold.states()
        }

    straight = outcome(list(range(len(reports))))
    assert len(straight) == 5
    chance = random.Random(7)
    for _ in range(25):
        order = list(range(len(reports)))
        chance.shuffle(order)
        assert outcome(order) == straight


def test_ties_are_broken_the_same_way_every_time() -> None:
    stream = [
        told("a", facts("Imam Ways", killed=2)),
        told("b", facts("Tulul", killed=2), hours=1),
        told("c", facts("Khanaqin", killed=2), hours=2),
    ]
    outcomes = [changes_of(*stream) for _ in range(3)]
    assert all(one == two for one, two in pairwise(outcomes))
