"""An attack first known from a reaction keeps what the reaction said until somebody reports it better."""

import msgspec

from shared.events.facts import CountedBy
from shared.events.incident import ChangeKind
from shared.events.report import Kind
from tests.support.told import TODAY, count, facts, told
from tests.unit.link.streams import last_of

FIRST = told("a", facts("Khanaqin town", killed=8, wounded=7), kind=Kind.REACTION)


def test_what_a_reaction_told_first_is_not_unsaid_by_a_report_that_leaves_it_out() -> None:
    change = last_of(FIRST, told("b", facts("Khanaqin", on=None), hours=2))
    assert (change.casualties.killed, change.casualties.wounded) == (count(8), count(7))
    assert change.occurred_on == TODAY
    assert not change.notify


def test_those_who_did_it_do_not_outbid_the_count_of_a_reaction() -> None:
    boast = facts("Khanaqin town", killed=22)
    boast = msgspec.structs.replace(
        boast, casualties=msgspec.structs.replace(boast.casualties, counted_by=CountedBy.CLAIMANT)
    )
    change = last_of(FIRST, told("b", boast, kind=Kind.UPDATE, hours=2))
    assert change.casualties.killed == count(8, 8, 22)


def test_the_count_of_a_report_replaces_that_of_a_reaction() -> None:
    change = last_of(FIRST, told("b", facts("Khanaqin town", killed=5), hours=2))
    assert (change.change, change.casualties.killed) == (ChangeKind.UPDATED, count(5))


def test_a_reaction_to_what_was_reported_tells_no_facts() -> None:
    reported = told("a", facts("Khanaqin town"))
    change = last_of(reported, told("b", facts("Khanaqin town", killed=8), kind=Kind.REACTION, hours=2))
    assert (change.change, change.notify, change.casualties.killed) == (ChangeKind.REACTED, False, None)
