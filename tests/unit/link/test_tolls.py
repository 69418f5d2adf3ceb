"""Which of conflicting tolls is believed: the published rule of docs/linking.md, case by case."""

from itertools import permutations

import msgspec
import pytest

from shared.events.facts import Casualties, EventType, Evidence
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import AttackFacts, Kind
from tests.support.told import count, facts, told
from tests.unit.link.streams import last_of


def killed(change: IncidentChange) -> tuple[int, int, int] | None:
    toll = change.casualties.killed
    return (toll.low, toll.best, toll.high) if toll else None


def said(field: str, *, killed: int, confidence: float = 0.9, claimed: bool = False) -> AttackFacts:
    """Facts whose figure of killed was read in this field of the item."""
    words = Evidence(fact="killed", field=field, text="dead", start=0, end=4)
    plain = facts(killed=killed, confidence=confidence, perpetrator="isis" if claimed else "unknown", claimed=claimed)
    return msgspec.structs.replace(plain, evidence=(words,))


def attackers(dead: int, killed: int | None = None) -> AttackFacts:
    toll = Casualties(killed=count(killed), attackers_killed=count(dead))
    return msgspec.structs.replace(facts(event_type=EventType.SUICIDE_BOMB), casualties=toll)


AGREED = (told("a", said("title", killed=3)), told("b", said("summary", killed=3), hours=1))


def test_a_higher_figure_in_a_headline_is_news() -> None:
    change = last_of(*AGREED, told("c", said("title", killed=7), hours=2))
    assert (change.change, killed(change)) == (ChangeKind.UPDATED, (3, 7, 7))


def test_a_higher_figure_that_one_story_alone_has_below_its_headline_widens_the_range_where_two_agree() -> None:
    change = last_of(*AGREED, told("c", said("summary", killed=5), hours=2))
    assert (change.change, change.notify, killed(change)) == (ChangeKind.CORROBORATED, False, (3, 3, 5))
    assert change.best_reason == "a higher figure of one report is not confirmed"


def test_the_second_origin_that_says_so_confirms_it() -> None:
    change = last_of(
        *AGREED, told("c", said("summary", killed=5), hours=2), told("d", said("content", killed=5), hours=3)
    )
    assert (change.change, killed(change)) == (ChangeKind.UPDATED, (3, 5, 5))


def test_one_outlet_repeating_itself_confirms_nothing() -> None:
    change = last_of(
        *AGREED,
        told("c", said("summary", killed=5), hours=2, outlet="x"),
        told("d", said("content", killed=5), hours=3, outlet="x"),
    )
    assert killed(change) == (3, 3, 5)


def test_one_story_against_one_is_believed_when_it_is_read_as_surely() -> None:
    first = told("a", said("title", killed=3))
    assert killed(last_of(first, told("b", said("summary", killed=5), hours=2))) == (3, 5, 5)
    assert killed(last_of(first, told("b", said("summary", killed=5, confidence=0.6), hours=2))) == (3, 3, 5)
    assert killed(last_of(first, told("b", said("content", killed=5), hours=2))) == (3, 3, 5)


def test_an_update_is_believed_unless_it_is_read_half_surely() -> None:
    sure = told("c", said("content", killed=5), kind=Kind.UPDATE, hours=2)
    half = told("c", said("content", killed=5, confidence=0.4), kind=Kind.UPDATE, hours=2)
    assert killed(last_of(*AGREED, sure)) == (3, 5, 5)
    assert killed(last_of(*AGREED, half)) == (3, 3, 5)


def test_a_claimants_figure_does_not_raise_the_toll() -> None:
    claim = told("c", said("title", killed=12, claimed=True), kind=Kind.UPDATE, hours=2, title="IS claims 12 dead")
    assert killed(last_of(*AGREED, claim)) == (3, 3, 12)


def test_a_claim_told_together_with_the_toll_of_others_does() -> None:
    both = told("c", said("title", killed=5, claimed=True), kind=Kind.UPDATE, hours=2, title="IS claims it; toll now 5")
    assert killed(last_of(*AGREED, both)) == (3, 5, 5)


def test_the_outlets_own_count_in_the_headline_of_a_claim_does_too() -> None:
    title = "Separatists claim convoy blast that killed at least seven"
    both = told("c", said("title", killed=7, claimed=True), kind=Kind.UPDATE, hours=2, title=title)
    assert killed(last_of(*AGREED, both)) == (3, 7, 7)


@pytest.mark.parametrize(
    "title",
    ["IS claims killing eight soldiers in north", "Group says it killed 8 soldiers", "داعش يتبنى قتل ثمانية جنود"],
)
def test_a_headline_in_which_the_claimant_counts_does_not(title: str) -> None:
    claim = told("c", said("title", killed=8, claimed=True), kind=Kind.UPDATE, hours=2, title=title)
    assert killed(last_of(*AGREED, claim)) == (3, 3, 8)


def test_a_claimants_figure_stands_where_nobody_else_counts() -> None:
    claim = told("b", said("title", killed=4, claimed=True), kind=Kind.UPDATE, hours=2)
    assert killed(last_of(told("a", facts()), claim)) == (4, 4, 4)


def test_the_dead_bomber_is_no_victim_because_another_story_counts_him_as_one() -> None:
    change = last_of(told("a", attackers(1)), told("b", facts(killed=1, event_type=EventType.SUICIDE_BOMB), hours=1))
    assert (change.change, killed(change)) == (ChangeKind.CORROBORATED, None)
    assert change.casualties.attackers_killed == count(1)


def test_victims_beside_as_many_attackers_stay_victims() -> None:
    change = last_of(told("a", attackers(2, killed=2)), told("b", facts(killed=2), hours=1))
    assert killed(change) == (2, 2, 2)


def test_the_rule_does_not_depend_on_the_order_of_arrival() -> None:
    reports = [
        *AGREED,
        told("c", said("summary", killed=5), hours=2),
        told("d", said("summary", killed=12, claimed=True), kind=Kind.UPDATE, hours=3),
        told("e", said("content", killed=5), hours=4),
    ]
    assert {killed(last_of(*order)) for order in permutations(reports)} == {(3, 5, 12)}


def test_those_who_died_of_their_wounds_are_not_all_the_wounded() -> None:
    first = told("a", facts(killed=20, wounded=52))
    later = told("b", facts(killed=25, wounded=5), kind=Kind.UPDATE, hours=20)
    change = last_of(first, later)
    assert killed(change) == (20, 25, 25)
    assert change.casualties.wounded == count(52, 5, 52)


def test_an_update_of_one_more_death_is_no_correction_to_one() -> None:
    first = told("a", facts(killed=4))
    one_more = told("b", facts(killed=1), kind=Kind.UPDATE, hours=20, title="Mother of slain boy dies")
    assert killed(last_of(first, one_more)) == (1, 4, 4)
    corrected = told("b", facts(killed=1), kind=Kind.UPDATE, hours=20, title="Correction: one dead, not four")
    assert killed(last_of(first, corrected)) == (1, 1, 4)


def test_a_more_trusted_outlet_is_believed_a_lesser_one_needs_a_second() -> None:
    national = (told("a", said("title", killed=3), tier=2), told("b", said("summary", killed=3), tier=3, hours=1))
    local = told("c", said("content", killed=5), tier=1, hours=2)
    lesser = told("c", said("title", killed=5), tier=3, hours=2)
    second = told("d", said("summary", killed=5), tier=3, hours=3)
    assert killed(last_of(*national, local)) == (3, 5, 5)
    assert killed(last_of(*national, lesser)) == (3, 3, 5)
    assert killed(last_of(*national, lesser, second)) == (3, 5, 5)
    assert killed(last_of(national[0], lesser)) == (3, 5, 5), "one headline against one story"


def test_two_later_origins_that_agree_on_less_outvote_a_lone_first_figure_below_its_headline() -> None:
    lone = told("a", said("summary", killed=2))
    change = last_of(lone, told("b", said("title", killed=1), hours=1), told("c", said("title", killed=1), hours=2))
    assert killed(change) == (1, 1, 2)
    loud = told("a", said("title", killed=2))
    change = last_of(loud, told("b", said("title", killed=1), hours=1), told("c", said("title", killed=1), hours=2))
    assert killed(change) == (1, 2, 2)


def test_a_lone_higher_figure_is_outvoted_after_it_had_lifted_the_toll_too() -> None:
    reports = (told("a", said("summary", killed=1)), told("b", said("summary", killed=3), hours=1))
    assert killed(last_of(*reports)) == (1, 3, 3)
    one, two = told("c", said("title", killed=1), hours=2), told("d", said("title", killed=1), hours=3)
    assert killed(last_of(*reports, one)) == (1, 3, 3), "one later voice may have older news"
    assert killed(last_of(*reports, one, two)) == (1, 1, 3)
    risen = told("b", said("summary", killed=3), kind=Kind.UPDATE, hours=1)
    assert killed(last_of(reports[0], risen, one, two)) == (1, 3, 3), "an update knows what it changes"


def test_as_many_more_dead_as_fewer_wounded_are_believed_however_unsurely_the_update_was_read() -> None:
    def both(field: str, killed: int, wounded: int, confidence: float) -> AttackFacts:
        plain = said(field, killed=killed, confidence=confidence)
        return msgspec.structs.replace(
            plain, casualties=msgspec.structs.replace(plain.casualties, wounded=count(wounded))
        )

    known = (told("a", both("title", 3, 4, 0.9)), told("b", both("title", 3, 4, 0.9), hours=1))
    died = told("c", both("summary", 4, 3, 0.4), kind=Kind.UPDATE, hours=9)
    other = told("c", both("summary", 4, 4, 0.4), kind=Kind.UPDATE, hours=9)
    assert killed(last_of(*known, died)) == (3, 4, 4)
    assert killed(last_of(*known, other)) == (3, 3, 4)


def test_wounded_counted_before_some_of_them_died_do_not_come_back_by_one_story() -> None:
    before = (told("a", facts(killed=5, wounded=25)), told("b", facts(killed=5, wounded=25), hours=1))
    risen = told("c", facts(killed=8, wounded=22), kind=Kind.UPDATE, hours=9)
    old, again = (told(name, facts(killed=8, wounded=25), kind=Kind.UPDATE, hours=10) for name in "de")
    assert last_of(*before, risen, old).casualties.wounded == count(22, 22, 25)
    assert last_of(*before, risen, old, again).casualties.wounded == count(25, 22, 25)
    more = told("d", facts(killed=8, wounded=31), kind=Kind.UPDATE, hours=10)
    assert last_of(*before, risen, more).casualties.wounded == count(31, 22, 31)


@pytest.mark.parametrize(
    "title",
    [
        "Governor's office puts dead at 31, not 66",
        "Police: three, not eight, killed",
        "الداخلية: ثلاثة شهداء لا ثمانية",
        "وەزارەتی ناوخۆ: سێ شەهید نەک هەشت",
    ],
)
def test_a_headline_that_says_not_so_many_corrects_downward_by_more_than_half(title: str) -> None:
    denied = told("b", said("title", killed=3), kind=Kind.UPDATE, hours=5, title=title)
    assert killed(last_of(told("a", said("title", killed=8)), denied)) == (3, 3, 8)


@pytest.mark.parametrize(
    "words", ["toll rose to five", "number of dead to five", "إلى خمسة قتلى", "قوربانییان بوون بە پێنج", "dead to 5"]
)
def test_a_report_whose_words_say_that_the_toll_changed_is_believed_like_an_update(words: str) -> None:
    risen = said("summary", killed=5, confidence=0.6)
    risen = msgspec.structs.replace(risen, evidence=(msgspec.structs.replace(risen.evidence[0], text=words),))
    assert killed(last_of(*AGREED, told("c", risen, hours=5))) == (3, 5, 5)


def test_hacked_to_death_is_no_change_of_the_toll() -> None:
    dead = said("summary", killed=5)
    dead = msgspec.structs.replace(
        dead, evidence=(msgspec.structs.replace(dead.evidence[0], text="five hacked to death"),)
    )
    assert killed(last_of(*AGREED, told("c", dead, hours=5))) == (3, 3, 5)


def hurt(told_of: AttackFacts, wounded: int) -> AttackFacts:
    return msgspec.structs.replace(
        told_of, casualties=msgspec.structs.replace(told_of.casualties, wounded=count(wounded))
    )


def test_a_report_that_moves_as_many_from_the_wounded_to_the_dead_is_believed_below_its_headline() -> None:
    agreed = (told("a", hurt(said("title", killed=1), 3)), told("b", hurt(said("summary", killed=1), 3), hours=1))
    later = told("c", hurt(said("summary", killed=2, confidence=0.53), 2), hours=9)
    assert killed(last_of(*agreed, later)) == (1, 2, 2)
    unsure = told("c", hurt(said("summary", killed=2, confidence=0.4), 2), hours=9)
    assert killed(last_of(*agreed, unsure)) == (1, 1, 2)


def test_a_story_of_a_claim_whose_words_tell_how_the_toll_rose_is_not_the_claimants_count() -> None:
    claim = said("summary", killed=2, claimed=True)
    risen = msgspec.structs.replace(claim.evidence[0], text="the number of dead rose to two")
    told_so = told("c", msgspec.structs.replace(claim, evidence=(risen,)), kind=Kind.UPDATE, hours=9)
    assert killed(last_of(told("a", said("title", killed=1)), told_so)) == (1, 2, 2)
    silent = told("c", claim, kind=Kind.UPDATE, hours=9)
    assert killed(last_of(told("a", said("title", killed=1)), silent)) == (1, 1, 2)
