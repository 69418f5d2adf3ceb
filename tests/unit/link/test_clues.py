"""What the words of two texts say beside their facts: a misread fact is overcome, and nothing is merged by a place's name alone."""

from itertools import permutations

import msgspec
import pytest

from services.classify.link.clues import NOTHING, clues_of, shared
from services.classify.link.fold import OpenIncidents
from services.classify.link.incident import profile_of
from services.classify.link.picture import draw
from services.classify.link.screening import screen
from shared.events.facts import EventType
from shared.events.incident import ChangeKind
from shared.events.report import AttackFacts, Report
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING, changes_of, partition

T = EventType
HEADMAN = ("6cheadman", "7nrhm", "5pxnkn", "2cevening")
OTHER = ("5cgoldsmith", "7nsmr", "6nkrm")


def joins(first: Report, second: Report) -> bool:
    one, two = changes_of(first, second)
    return bool(two) and two[0].incident_id == one[0].incident_id


def accounts(
    first: AttackFacts, second: AttackFacts, *, langs: tuple[str, str] = ("en", "ckb")
) -> tuple[Report, Report]:
    return told("first", first, lang=langs[0]), told("second", second, lang=langs[1], hours=2)


@pytest.mark.parametrize("place", ["Shirwa", "Tulul", "Kirkuk town", "Hama"])
def test_a_place_read_wrongly_is_overcome_by_names_and_a_rare_victim(place: str) -> None:
    one, two = (facts(where, event_type=T.ATTACK, killed=1, clues=HEADMAN) for where in ("Imam Ways", place))
    assert joins(*accounts(one, two))


def test_without_them_two_villages_are_two_attacks() -> None:
    one = facts("Imam Ways", event_type=T.ATTACK, killed=1, clues=HEADMAN)
    two = facts("Tulul", event_type=T.ATTACK, killed=1, clues=OTHER)
    assert not joins(*accounts(one, two))


def test_the_name_of_the_other_town_alone_is_no_ground() -> None:
    one = facts("Baquba town", event_type=T.ATTACK, killed=4, clues=("6pbkb", "6pkrkk", "5cbank"))
    two = facts("Kirkuk town", event_type=T.ATTACK, killed=4, clues=("6pkrkk", "6pbkb", "5cschool"))
    assert not joins(*accounts(one, two))


def test_names_of_the_district_say_nothing_where_the_places_agree() -> None:
    telling = screen(told("a", facts("Khanaqin town", clues=("5pxnkn", "6pbkb"))), LINKING).contributions[0]
    found = shared(telling, clues_of(telling), profile_of(draw([telling], LINKING), [telling], test=False))
    assert found.words == 0
    assert found.all > 0


def test_two_names_that_everybody_knows_or_one_rare_word_find_no_incident_elsewhere() -> None:
    one = facts("Imam Ways", event_type=T.ATTACK, killed=1, clues=("7nrhm", "4cschool"))
    two = facts("Shirwa", event_type=T.ATTACK, killed=1, clues=("7nrhm", "4cbank"))
    assert not joins(*accounts(one, two))


def test_a_type_and_a_toll_read_wrongly_are_overcome() -> None:
    one = facts("Khanaqin", event_type=T.ATTACK, killed=2, targets=("tribal",), clues=HEADMAN)
    two = facts("Khanaqin", event_type=T.REMOTE_EXPLOSIVE_LANDMINE_IED, killed=1, clues=HEADMAN)
    assert joins(*accounts(one, two))
    bare = [msgspec.structs.replace(facts_of, clues=()) for facts_of in (one, two)]
    assert not joins(*accounts(*bare))


def test_texts_of_one_language_need_to_share_more() -> None:
    (telling,) = screen(told("a", facts(clues=("5cheadman",)), lang="en"), LINKING).contributions
    known = profile_of(draw([telling], LINKING), [telling], test=False)
    (foreign,) = screen(told("b", facts(clues=("5cheadman",)), lang="ar"), LINKING).contributions
    assert shared(foreign, clues_of(foreign), known).words > shared(telling, clues_of(telling), known).words


def test_an_incident_found_by_its_clues_alone_is_days_and_a_country_away_at_most() -> None:
    one = facts("Imam Ways", event_type=T.ATTACK, killed=1, clues=HEADMAN)
    late = facts("Shirwa", event_type=T.ATTACK, killed=1, on=None, clues=HEADMAN)
    assert not joins(told("first", one), told("second", late, lang="ckb", hours=24 * 8))


@pytest.mark.parametrize("clue", ["", "x", "9", "0nabc", "é", "-1w", "8" * 4000])
def test_a_clue_of_no_known_form_is_worth_nothing_or_little_and_never_raises(clue: str) -> None:
    report = told("odd", facts(clues=(clue,) * 500))
    (change,) = changes_of(report)[0]
    assert len(change.contributions[0].facts.clues) <= 48
    assert change.change is ChangeKind.OPENED


def test_reports_without_clues_share_nothing() -> None:
    (telling,) = screen(told("a"), LINKING).contributions
    assert shared(telling, clues_of(telling), profile_of(draw([telling], LINKING), [telling], test=False)) == NOTHING


def test_clues_are_restored_and_forgotten_with_their_incident() -> None:
    fold, restored = OpenIncidents(), OpenIncidents()
    report = told("first", facts(clues=HEADMAN))
    stored = fold.apply(report, LINKING)
    restored.replay(f"{report.item_id}|1|{report.event_id}|", stored)
    assert restored.contents() == fold.contents()
    assert fold.contents()["index"] != OpenIncidents().contents()["index"]
    fold.evict(report.published.replace(year=report.published.year + 1))
    assert fold.contents()["index"] == OpenIncidents().contents()["index"]


def test_whichever_account_comes_first_the_misread_one_ends_with_the_others() -> None:
    right, other, wrong = (
        told(name, facts(place, event_type=T.ATTACK, killed=1, clues=HEADMAN), lang=lang, hours=hour)
        for hour, (name, place, lang) in enumerate(
            [("a", "Imam Ways", "en"), ("b", "Imam Ways", "ar"), ("c", "Shirwa", "ckb")]
        )
    )
    outcomes = [partition(order) for order in permutations((right, other, wrong))]
    assert all(outcome == outcomes[0] and len(outcome) == 1 for outcome in outcomes)
