"""The final partition into incidents, and their facts, do not depend on the order in which the news arrive.

Ids and revisions may differ; what came first to us is nobody's fact. A retraction never opens an incident, so it is
told after some news of what it denies.
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from services.classify.link.fold import OpenIncidents
from shared.events.facts import EventType
from shared.events.incident import IncidentChange, Status
from shared.events.report import Kind, Report
from tests.support.told import TODAY, facts, told
from tests.unit.link.streams import LINKING

T = EventType


def outcome(reports: Sequence[Report]) -> set[object]:
    """What stands at the end, without ids and revisions."""
    fold = OpenIncidents()
    for report in reports:
        fold.apply(report, LINKING)
    return {_facts(state) for state in fold.states()}


def _facts(state: IncidentChange) -> object:
    return (
        frozenset(source.item_id for source in state.sources),
        state.casualties,
        state.best_reason,
        state.place,
        state.occurred_on,
        state.event_type,
        state.perpetrator,
        state.claimed,
        state.origins,
        state.confidence,
        state.status,
    )


def test_a_coarse_report_ends_with_the_attack_it_fits_best_whichever_was_told_first() -> None:
    first = told("first", facts("Imam Ways", killed=2, targets=("army",)))
    vague = told("vague", facts("Khanaqin", killed=3, targets=("army", "police")), hours=1)
    other = told("other", facts("Tulul", killed=3, wounded=8, targets=("police",)), hours=3)
    outcomes = [outcome(order) for order in permutations((first, vague, other))]
    assert all(len(one) == 2 for one in outcomes)
    assert all(one == outcomes[0] for one in outcomes)


def story(name: str, number: int, place: str, event_type: T, *, is_false: bool) -> list[Report]:
    """An attack as three outlets, updates, a claim and a visit tell it; a false one is denied by two and nobody is hurt."""
    day = timedelta(days=number * 3)
    hours = number * 72.0
    on = TODAY + day
    tolls: tuple[int | None, ...] = (None, None) if is_false else (2, 3, 3)
    found = [
        told(f"{name}-{n}", facts(place, event_type=event_type, on=on, killed=killed), hours=hours + n)
        for n, killed in enumerate(tolls)
    ]
    if is_false:
        denial = facts(place, event_type=event_type, on=on)
        return [*found, *(told(f"{name}-no{n}", denial, kind=Kind.RETRACTION, hours=hours + 5 + n) for n in (0, 1))]
    rise = facts(place, event_type=event_type, on=on, killed=5)
    fall = facts(place, event_type=event_type, on=on, killed=4)
    claim = facts(place, event_type=event_type, on=on, killed=9, perpetrator="isis", claimed=True)
    visit = facts(place, event_type=event_type, on=on, killed=6)
    return [
        *found,
        told(f"{name}-rise", rise, kind=Kind.UPDATE, hours=hours + 8),
        told(f"{name}-fall", fall, kind=Kind.UPDATE, hours=hours + 20),
        told(f"{name}-claim", claim, kind=Kind.UPDATE, hours=hours + 22),
        told(f"{name}-visit", visit, kind=Kind.REACTION, hours=hours + 30),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_reports_updates_claims_reactions_and_retractions_in_any_order(seed: int) -> None:
    stories = [
        story("a", 0, "Imam Ways", T.ATTACK, is_false=False),
        story("b", 0, "Tulul", T.REMOTE_EXPLOSIVE_LANDMINE_IED, is_false=False),
        story("c", 1, "Daquq", T.ARMED_CLASH, is_false=False),
        story("d", 2, "Imam Ways", T.SHELLING_ARTILLERY_MISSILE, is_false=True),
        story("e", 1, "Hama", T.SUICIDE_BOMB, is_false=False),
        story("f", 4, "Khanaqin town", T.SUICIDE_BOMB, is_false=True),
    ]
    straight = outcome([report for reports in stories for report in reports])
    assert len(straight) == len(stories)
    assert sum(Status.RETRACTED in facts for facts in straight if isinstance(facts, tuple)) == 2
    chance = random.Random(seed)
    for _ in range(12):
        order = [report for reports in stories for report in reports]
        chance.shuffle(order)
        order.sort(key=lambda report: report.kind is Kind.RETRACTION)  # stable: what is denied has been told
        assert outcome(order) == straight
