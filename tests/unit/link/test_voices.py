"""Where voices conflict, an official or medical count is believed, and the reason says so."""

from itertools import permutations

import msgspec
import pytest

from shared.events.facts import Count, CountedBy
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import AttackFacts, Kind
from tests.support.told import told
from tests.unit.link.streams import last_of
from tests.unit.link.test_tolls import said

C = CountedBy


def counted(killed: int, who: CountedBy | None, field: str = "summary", *, confidence: float = 0.9) -> AttackFacts:
    plain = said(field, killed=killed, confidence=confidence)
    return msgspec.structs.replace(plain, casualties=msgspec.structs.replace(plain.casualties, counted_by=who))


def killed(change: IncidentChange) -> tuple[int, int, int]:
    toll = change.casualties.killed
    assert toll is not None
    return toll.low, toll.best, toll.high


@pytest.mark.parametrize("authority", [C.OFFICIAL, C.MEDICAL])
def test_an_official_or_medical_count_outweighs_a_higher_one_of_residents(authority: CountedBy) -> None:
    residents = told("a", counted(40, C.WITNESS, "title"))
    change = last_of(residents, told("b", counted(12, authority), hours=2))
    assert (change.change, killed(change)) == (ChangeKind.UPDATED, (12, 12, 40))
    assert (change.best_reason, change.casualties.counted_by) == ("an official or medical count", authority)


@pytest.mark.parametrize("who", [C.UNKNOWN, C.POLICE, C.WITNESS, C.OTHER, None])
def test_nobody_elses_lower_count_does(who: CountedBy | None) -> None:
    residents = told("a", counted(40, C.WITNESS, "title"))
    assert killed(last_of(residents, told("b", counted(12, who), hours=2))) == (12, 40, 40)


def test_a_count_whose_voice_is_not_named_is_no_bystanders() -> None:
    unnamed = told("a", counted(40, C.UNKNOWN, "title"))
    assert killed(last_of(unnamed, told("b", counted(12, C.MEDICAL), hours=2))) == (12, 40, 40)


def test_two_origins_of_residents_stand_against_one_official() -> None:
    residents = (told("a", counted(40, C.WITNESS)), told("b", counted(40, C.WITNESS), hours=1))
    assert killed(last_of(*residents, told("c", counted(12, C.OFFICIAL), hours=2))) == (12, 40, 40)


def test_residents_alone_do_not_raise_what_a_hospital_counted_but_an_update_rings_at_once() -> None:
    hospital = told("a", counted(12, C.MEDICAL))
    report = last_of(hospital, told("b", counted(40, C.WITNESS, "title"), hours=2))
    assert (report.notify, killed(report), report.best_reason) == (False, (12, 12, 40), "an official or medical count")
    update = last_of(hospital, told("b", counted(40, C.WITNESS, "title"), kind=Kind.UPDATE, hours=2))
    assert (update.notify, killed(update)) == (True, (12, 40, 40))
    second = told("c", counted(40, C.WITNESS, "title"), hours=3)
    assert killed(last_of(hospital, told("b", counted(40, C.WITNESS, "title"), hours=2), second)) == (12, 40, 40)


def test_a_medical_count_in_the_summary_raises_what_two_unnamed_voices_agreed_on() -> None:
    agreed = (told("a", counted(3, C.UNKNOWN, "title")), told("b", counted(3, C.POLICE), hours=1))
    assert killed(last_of(*agreed, told("c", counted(5, C.UNKNOWN), hours=2))) == (3, 3, 5)
    assert killed(last_of(*agreed, told("c", counted(5, C.MEDICAL), hours=2))) == (3, 5, 5)


def test_who_counted_by_their_own_words_moves_nothing_where_anybody_else_counts() -> None:
    others = told("a", counted(3, C.POLICE, "title"))
    boast = told("b", counted(22, C.CLAIMANT, "title"), kind=Kind.UPDATE, hours=4)
    assert killed(last_of(others, boast)) == (3, 3, 22)


def test_a_story_of_a_claim_that_names_an_official_count_raises_the_toll() -> None:
    facts = msgspec.structs.replace(counted(5, C.OFFICIAL), perpetrator="isis", claimed=True)
    claim = told("b", facts, kind=Kind.UPDATE, hours=4, title="IS claims Quetta blast")
    assert killed(last_of(told("a", counted(3, C.POLICE, "title")), claim)) == (3, 5, 5)


def test_the_choice_among_voices_does_not_depend_on_the_order_of_arrival() -> None:
    reports = [
        told("a", counted(40, C.WITNESS, "title")),
        told("b", counted(12, C.MEDICAL), hours=2),
        told("c", counted(30, C.CLAIMANT), hours=3),
        told("d", counted(9, C.UNKNOWN), hours=4),
    ]
    assert {killed(last_of(*order)) for order in permutations(reports)} == {(9, 12, 40)}


def test_a_figure_that_a_story_of_a_claim_only_implies_counts_for_nothing() -> None:
    first, claim = (
        msgspec.structs.replace(
            one, casualties=msgspec.structs.replace(one.casualties, wounded=Count(best=n, low=n, high=n))
        )
        for one, n in ((counted(5, C.MEDICAL, "title"), 10), (counted(5, C.OFFICIAL), 15))
    )
    claim = msgspec.structs.replace(claim, perpetrator="isis", claimed=True)
    change = last_of(told("a", first), told("b", claim, kind=Kind.UPDATE, hours=9))
    assert change.casualties.wounded == Count(best=10, low=10, high=15)
