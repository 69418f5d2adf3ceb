"""What an incident's sources say together, and which changes are news."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.classify.link.severity import severity_of
from shared.codec import encode
from shared.events.facts import Casualties, EventType, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange, Severity, Status
from shared.events.report import AttackFacts, Kind, Report
from tests.support.told import NOON, TODAY, count, facts, told
from tests.unit.link.streams import changes_of, last_of

T = EventType


def killed(change: IncidentChange) -> tuple[int, int, int] | None:
    toll = change.casualties.killed
    return (toll.low, toll.best, toll.high) if toll else None


def facts_changed(change: IncidentChange) -> set[str]:
    return {found.fact for found in change.changed}


# Tolls


def test_a_rising_toll_is_an_update_that_says_from_what_to_what() -> None:
    change = last_of(told("a", facts(killed=3)), told("b", facts(killed=7), hours=2))
    assert (change.change, change.notify) == (ChangeKind.UPDATED, True)
    (found,) = change.changed
    assert (found.fact, found.before, found.after) == ("killed", "3", "7")
    assert killed(change) == (3, 7, 7)
    assert change.best_reason == "a later report with a higher figure"


def test_a_first_number_is_an_update() -> None:
    change = last_of(told("a", facts()), told("b", facts(killed=0), hours=2))
    assert (change.change, facts_changed(change)) == (ChangeKind.UPDATED, {"killed"})


def test_a_lower_figure_of_another_report_widens_the_range_alone() -> None:
    change = last_of(told("a", facts(killed=7)), told("b", facts(killed=5), hours=2))
    assert (change.change, change.notify) == (ChangeKind.CORROBORATED, False)
    assert killed(change) == (5, 7, 7)
    assert change.best_reason == "the highest of conflicting figures"


def test_an_update_with_a_new_lower_figure_corrects_downward_and_stale_reports_do_not_lift_it_again() -> None:
    one, two, three, four = changes_of(
        told("a", facts(killed=14)),
        told("b", facts(killed=12), kind=Kind.UPDATE, hours=5),
        told("c", facts(killed=14), hours=6),
        told("d", facts(killed=15), hours=7),
    )
    assert (two[0].change, killed(two[0])) == (ChangeKind.UPDATED, (12, 12, 14))
    assert two[0].best_reason == "corrected downward"
    assert (three[0].change, killed(three[0])) == (ChangeKind.CORROBORATED, (12, 12, 14))
    assert killed(four[0]) == (12, 15, 15), "a figure nobody had corrected is news"
    assert one[0].revision == 1


@pytest.mark.parametrize(
    "title",
    ["Toll revised down to three", "تصحيح حصيلة التفجير إلى ثلاثة", "ژمارەی کوژراوان بۆ سێ کەس ڕاستکرایەوە"],
)
def test_a_correction_to_a_figure_told_before_must_call_itself_one(title: str) -> None:
    before = (told("a", facts(killed=3)), told("b", facts(killed=6), hours=1))
    repeats = told("c", facts(killed=3), kind=Kind.UPDATE, hours=2, title="Claim for the village bombing")
    corrects = told("c", facts(killed=3), kind=Kind.UPDATE, hours=2, title=title)
    assert killed(last_of(*before, repeats)) == (3, 6, 6)
    assert killed(last_of(*before, corrects)) == (3, 3, 6)


def test_a_claim_with_a_lower_figure_lowers_nothing() -> None:
    claim = facts(killed=2, perpetrator="isis", claimed=True)
    change = last_of(told("a", facts(killed=5)), told("b", claim, kind=Kind.UPDATE, hours=9))
    assert killed(change) == (2, 5, 5)
    assert facts_changed(change) == {"claim"}
    assert change.change is ChangeKind.UPDATED


def test_the_wounded_come_from_who_gives_the_best_figure_of_killed() -> None:
    change = last_of(
        told("a", facts(killed=1, wounded=5)), told("b", facts(killed=2, wounded=4), kind=Kind.UPDATE, hours=5)
    )
    assert change.casualties.wounded is not None
    assert change.casualties.wounded.best == 4


def test_a_reaction_changes_no_fact_of_what_was_reported() -> None:
    change = last_of(told("a", facts(killed=3)), told("b", facts(killed=9), kind=Kind.REACTION, hours=9))
    assert (change.change, change.notify, killed(change)) == (ChangeKind.REACTED, False, (3, 3, 3))


def test_the_toll_history_keeps_every_figure_with_its_outlet_and_time() -> None:
    change = last_of(told("a", facts(killed=3), outlet="x"), told("b", facts(killed=7), outlet="y", hours=2))
    assert [(entry.outlet, entry.time, entry.casualties.killed) for entry in change.tolls] == [
        ("x", NOON, count(3)),
        ("y", NOON + timedelta(hours=2), count(7)),
    ]


def test_the_best_toll_does_not_depend_on_the_order_of_arrival() -> None:
    reports = [
        told("a", facts(killed=4)),
        told("b", facts(killed=6), hours=1),
        told("c", facts(killed=5), kind=Kind.UPDATE, hours=5),
        told("d", facts(killed=4), hours=6),
    ]
    assert {killed(last_of(*order)) for order in permutations(reports)} == {(4, 5, 6)}


# Place, type, perpetrator


def test_a_village_becoming_known_is_an_update() -> None:
    change = last_of(told("a", facts("Diyala", killed=2)), told("b", facts("Imam Ways", killed=2), hours=1))
    assert change.change is ChangeKind.UPDATED
    assert facts_changed(change) == {"admin2", "precision"}


@pytest.mark.parametrize(("claimed", "moves"), [(False, True), (True, False)])
def test_an_update_that_names_another_town_moves_the_incident_a_claim_does_not(claimed: bool, moves: bool) -> None:
    def at(place: str, *, claimed: bool = False) -> AttackFacts:
        return facts(place, killed=4, targets=("army",), weapons=("ied",), perpetrator="isis", claimed=claimed)

    change = last_of(
        told("a", at("Khanaqin town")), told("b", at("Baquba town", claimed=claimed), kind=Kind.UPDATE, hours=9)
    )
    assert ("point" in facts_changed(change)) is moves


def test_a_coarser_place_changes_nothing() -> None:
    change = last_of(told("a", facts("Imam Ways")), told("b", facts("Diyala"), hours=1))
    assert change.change is ChangeKind.CORROBORATED
    assert change.place is not None
    assert change.place.name == "Imam Ways"


def test_another_event_group_is_an_update_another_type_is_not() -> None:
    flash = told("a", facts(event_type=T.REMOTE_EXPLOSIVE_LANDMINE_IED))
    assert last_of(flash, told("b", facts(event_type=T.SUICIDE_BOMB), hours=1)).change is ChangeKind.CORROBORATED
    clash = told("a", facts(event_type=T.ARMED_CLASH))
    twice = (told("b", facts(event_type=T.ATTACK), hours=1), told("c", facts(event_type=T.ATTACK), hours=2))
    _, two, three = changes_of(clash, *twice)
    assert two[0].change is ChangeKind.CORROBORATED, "one against one changes nothing"
    assert "event_group" in facts_changed(three[0])


def test_a_named_perpetrator_is_no_update_a_claim_is() -> None:
    first = told("a", facts())
    assert last_of(first, told("b", facts(perpetrator="isis"), hours=1)).change is ChangeKind.CORROBORATED
    claim = told("b", facts(perpetrator="isis", claimed=True), kind=Kind.UPDATE, hours=1)
    change = last_of(first, claim)
    assert (change.change, change.perpetrator, change.claimed) == (ChangeKind.UPDATED, "isis", True)


def test_a_claim_by_whom_two_origins_had_named_is_no_news_one_is_not_enough() -> None:
    claim = told("c", facts(perpetrator="isis", claimed=True), kind=Kind.UPDATE, hours=3)
    one, two = (told(name, facts(perpetrator="isis"), hours=1) for name in ("a", "b"))
    assert last_of(one, claim).change is ChangeKind.UPDATED
    confirmed = last_of(one, two, claim)
    assert (confirmed.change, confirmed.notify, confirmed.claimed) == (ChangeKind.CORROBORATED, False, True)
    assert [(c.fact, c.before, c.after) for c in confirmed.changed] == [("claim", "isis", "isis")]
    other = told("c", facts(perpetrator="militia", claimed=True), kind=Kind.UPDATE, hours=3)
    assert last_of(one, two, other).change is ChangeKind.UPDATED


def test_the_first_seen_is_the_earliest_publication_even_when_it_arrives_late() -> None:
    change = last_of(told("a", hours=5), told("b", hours=1))
    assert change.first_seen == NOON + timedelta(hours=1)
    assert change.last_seen == NOON + timedelta(hours=5)


# Origins, confidence, expiry, severity


def test_origins_count_outlets_not_articles() -> None:
    change = last_of(told("a", outlet="x"), told("b", outlet="x", hours=1), told("c", outlet="y", hours=2))
    assert (change.source_count, change.origins) == (3, 2)


def test_another_origin_and_a_better_tier_raise_confidence() -> None:
    alone = last_of(told("a", tier=3)).confidence
    assert last_of(told("a", tier=1)).confidence > alone
    assert last_of(told("a", tier=3), told("b", tier=3, hours=1)).confidence > alone
    assert last_of(told("a", tier=3, outlet="x"), told("b", tier=3, outlet="x", hours=1)).confidence == alone


def test_an_alert_expires_48_hours_after_the_day_of_the_attack_unless_updated() -> None:
    first, more, silent = (
        told("a", facts(killed=1)),
        told("b", facts(killed=2), hours=40),
        told("c", facts(killed=2), hours=45),
    )
    one, two, three = changes_of(first, more, silent)
    assert one[0].expires == datetime(2026, 4, 13, tzinfo=UTC)
    assert two[0].expires == more.published + timedelta(hours=48)
    assert three[0].expires == two[0].expires


def test_without_a_day_an_alert_expires_48_hours_after_the_first_report() -> None:
    assert last_of(told("a", facts(on=None))).expires == NOON + timedelta(hours=48)


@pytest.mark.parametrize(
    ("dead", "hurt", "event_type", "weapons", "expected"),
    [
        (10, None, T.ATTACK, (), Severity.CRITICAL),
        (None, None, T.CHEMICAL_WEAPON, (), Severity.CRITICAL),
        (0, 0, T.GRENADE, ("chemical",), Severity.CRITICAL),
        (9, None, T.ATTACK, (), Severity.SEVERE),
        (3, None, T.ATTACK, (), Severity.SEVERE),
        (2, 90, T.ATTACK, (), Severity.MODERATE),
        (1, None, T.ATTACK, (), Severity.MODERATE),
        (0, 3, T.ATTACK, (), Severity.MODERATE),
        (None, 2, T.ATTACK, (), Severity.MINOR),
        (None, None, None, (), Severity.MINOR),
    ],
)
def test_severity_follows_its_table(
    dead: int | None, hurt: int | None, event_type: T | None, weapons: tuple[str, ...], expected: Severity
) -> None:
    toll = Casualties(killed=count(dead), wounded=count(hurt), attackers_killed=count(50))
    assert severity_of(toll, event_type, weapons) is expected


# Retractions, reactions, backfill


def test_a_retraction_notifies_once_and_never_opens() -> None:
    denial = told("c", facts("Khanaqin"), kind=Kind.RETRACTION, hours=3)
    again = told("d", facts("Imam Ways"), kind=Kind.RETRACTION, hours=4)
    assert changes_of(denial) == [()]
    _, two, three = changes_of(told("a"), denial, again)
    assert (two[0].change, two[0].notify, two[0].status) == (ChangeKind.RETRACTED, True, Status.RETRACTED)
    assert (three[0].change, three[0].notify, three[0].status) == (ChangeKind.CORROBORATED, False, Status.RETRACTED)
    assert two[0].confidence <= 0.05


def test_an_outlet_takes_its_own_story_back_though_it_names_the_next_town() -> None:
    taken = told("a", facts("Khanaqin town", event_type=EventType.ABDUCTION, killed=1), outlet="x")
    never = facts("Baquba town", event_type=EventType.ABDUCTION, on=None)
    assert last_of(taken, told("b", never, kind=Kind.RETRACTION, outlet="x", hours=20)).change is ChangeKind.RETRACTED
    assert changes_of(taken, told("b", never, kind=Kind.RETRACTION, outlet="y", hours=20))[-1] == ()
    hoax = facts("Khanaqin", event_type=EventType.SUICIDE_BOMB, on=None)
    assert changes_of(taken, told("b", hoax, kind=Kind.RETRACTION, outlet="x", hours=20))[-1] == ()


def test_a_denial_that_names_no_place_takes_back_the_outlets_own_story_alone() -> None:
    story = told("a", facts("Tulul", event_type=EventType.ATTACK), outlet="x")
    false = facts(None, on=None, event_type=EventType.ATTACK)
    assert last_of(story, told("b", false, kind=Kind.RETRACTION, outlet="x", hours=5)).change is ChangeKind.RETRACTED
    assert changes_of(story, told("b", false, kind=Kind.RETRACTION, outlet="y", hours=5))[-1] == ()


def test_a_denial_that_names_hills_of_no_known_attack_takes_none_back() -> None:
    story = told("a", facts("Tulul", event_type=EventType.ARMED_CLASH, clues=("5ptll",)), outlet="x")

    def denial(named: str) -> Report:
        hills = Place(name="Hamrin", precision=Precision.COUNTRY, country="IQ")
        false = facts(hills, event_type=EventType.ARMED_CLASH, on=None, clues=(named,))
        return told("b", false, kind=Kind.RETRACTION, outlet="x", hours=20)

    assert changes_of(story, denial("5phmrn"))[-1] == ()
    assert last_of(story, denial("5ptll")).change is ChangeKind.RETRACTED


def test_a_retraction_may_come_weeks_later() -> None:
    late = told("b", facts(on=TODAY), kind=Kind.RETRACTION, hours=60 * 24)
    undated = told("b", facts(on=None), kind=Kind.RETRACTION, hours=60 * 24)
    assert last_of(told("a"), late).change is ChangeKind.RETRACTED
    assert last_of(told("a"), undated).change is ChangeKind.RETRACTED


def test_a_late_copy_of_a_retracted_report_stays_silent_but_news_of_people_hurt_rings() -> None:
    before = (told("a"), told("b", kind=Kind.RETRACTION, hours=3))
    assert not last_of(*before, told("c", hours=4)).notify
    assert last_of(*before, told("c", facts(killed=2), hours=4)).change is ChangeKind.OPENED


def test_a_lone_denial_by_an_outsider_does_not_erase_what_two_origins_attest() -> None:
    attested = (told("a", facts(killed=3), outlet="x"), told("b", facts(killed=3), outlet="y", hours=1))
    denial = told("c", facts(), kind=Kind.RETRACTION, outlet="z", hours=5)
    before, after = changes_of(*attested, denial)[-2:]
    assert (after[0].change, after[0].notify, after[0].status) == (ChangeKind.CORROBORATED, False, Status.ACTIVE)
    assert after[0].confidence == pytest.approx(before[0].confidence / 2, abs=0.01)
    second = told("d", facts(), kind=Kind.RETRACTION, outlet="w", hours=6)
    own = told("d", facts(), kind=Kind.RETRACTION, outlet="x", hours=6)
    assert last_of(*attested, denial, second).change is ChangeKind.RETRACTED
    assert last_of(*attested, denial, own).change is ChangeKind.RETRACTED
    assert last_of(*attested, own).change is ChangeKind.RETRACTED, "who reported it may take it back alone"


def test_one_denial_is_enough_where_nobody_or_one_alone_told_of_people_hurt() -> None:
    vague = (told("a", facts()), told("b", facts(), hours=1), told("c", facts(killed=2), hours=2))
    assert last_of(*vague, told("d", facts(), kind=Kind.RETRACTION, hours=5)).change is ChangeKind.RETRACTED


def test_whether_a_denial_stands_does_not_depend_on_the_order_of_arrival() -> None:
    reports = (
        told("a", facts(killed=3)),
        told("b", facts(killed=3), hours=1),
        told("c", facts(), kind=Kind.RETRACTION, hours=5),
    )
    attested_first = [order for order in permutations(reports) if order[0] is not reports[2]]
    assert {last_of(*order).status for order in attested_first} == {Status.ACTIVE}


def test_an_attack_after_a_denial_is_another_one_even_when_nobody_is_hurt() -> None:
    false, denial = told("a", facts()), told("b", facts(), kind=Kind.RETRACTION, hours=3)
    late_copy, next_day = told("c", facts(), hours=5), told("c", facts(on=TODAY + timedelta(days=1)), hours=26)
    assert last_of(false, denial, late_copy).change is ChangeKind.CORROBORATED
    assert last_of(false, denial, next_day).change is ChangeKind.OPENED


def test_a_reaction_to_an_attack_nobody_reported_opens_it_and_says_so() -> None:
    change = last_of(told("a", facts(killed=4), kind=Kind.REACTION))
    assert (change.change, change.notify) == (ChangeKind.OPENED, True)
    assert change.decision is not None
    assert change.decision.rule == "first known from a reaction"
    first_hand = last_of(told("a", facts(killed=4), kind=Kind.REACTION), told("b", facts(killed=5), hours=1))
    assert (first_hand.change, killed(first_hand)) == (ChangeKind.UPDATED, (5, 5, 5))


def test_a_reaction_read_half_surely_opens_all_the_same_for_it_may_be_the_first_report() -> None:
    change = last_of(told("a", facts(killed=3, confidence=0.4), kind=Kind.REACTION))
    assert (change.change, change.notify) == (ChangeKind.OPENED, True)
    assert changes_of(told("a", facts("Diyala", confidence=0.9), kind=Kind.REACTION)) == [()], "it says too little"


def test_backfill_is_silent_until_the_first_fresh_report_which_rings_as_opened() -> None:
    old = (told("a", facts(killed=1), backfill=True), told("b", facts(killed=2), backfill=True, hours=1))
    visit = told("c", facts(killed=2), kind=Kind.REACTION, hours=2)
    fresh, later = told("d", facts(killed=2), hours=3), told("e", facts(killed=2), hours=4)
    changes = [found[0] for found in changes_of(*old, visit, fresh, later)]
    assert [(c.change, c.notify, c.backfill) for c in changes] == [
        (ChangeKind.OPENED, False, True),
        (ChangeKind.UPDATED, False, True),
        (ChangeKind.REACTED, False, True),
        (ChangeKind.OPENED, True, False),
        (ChangeKind.CORROBORATED, False, False),
    ]


def test_a_retraction_of_what_nobody_was_told_is_silent() -> None:
    change = last_of(told("a", backfill=True), told("b", kind=Kind.RETRACTION, hours=1))
    assert (change.change, change.notify) == (ChangeKind.RETRACTED, False)


# Size


def test_a_change_of_many_sources_stays_below_256_kb() -> None:
    reports: list[Report] = [
        told(f"n{number}", facts(killed=3), hours=number / 100, title="ب" * 1_000, signature=tuple(range(64)))
        for number in range(250)
    ]
    change = last_of(*reports)
    assert change.source_count == 250
    assert len(change.sources) == 50
    assert len(encode(change)) < 256_000
