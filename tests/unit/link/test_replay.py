"""State rebuilt from stored outcomes is the state that deciding left (design, promises 3 and 4)."""

import random
from datetime import timedelta
from itertools import permutations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.classify.link.fold import OpenIncidents, Outcome, entry_key
from services.classify.link.settings import LinkSettings
from shared import codec
from shared.events.facts import EventType
from shared.events.incident import IncidentChange
from shared.events.item import ItemChange
from shared.events.report import Kind, Report
from tests.support.told import TODAY, facts, told

LINKING = LinkSettings()
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: it takes minutes, and the pinned examples below are small."""

attacks = st.builds(
    facts,
    st.sampled_from(
        ["Imam Ways", "Tulul", "Khanaqin", "Khanaqin town", "Diyala", "Kirkuk", "Daquq", "Iraq", "Shirwa", None]
    ),
    event_type=st.sampled_from(
        [EventType.REMOTE_EXPLOSIVE_LANDMINE_IED, EventType.ATTACK, EventType.SUICIDE_BOMB, None]
    ),
    on=st.sampled_from([None, TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=5)]),
    killed=st.sampled_from([None, 0, 2, 5]),
    wounded=st.sampled_from([None, 3]),
    back=st.booleans(),
)
reports = st.builds(
    told,
    st.sampled_from(["a", "b", "c", "d", "e", "f"]),
    attacks,
    hours=st.integers(0, 72),
    kind=st.sampled_from(list(Kind)),
    outlet=st.sampled_from(["x", "y", "z"]),
    version=st.integers(1, 3),
    change=st.sampled_from([None, None, None, ItemChange.WITHDRAWN]),
    backfill=st.booleans(),
    test=st.sampled_from([False, False, False, True]),
    others=st.lists(attacks, max_size=2).map(tuple),
    signature=st.sampled_from([(), tuple(range(64)), tuple(range(1, 65))]),
)


def applied(stream: list[Report]) -> tuple[OpenIncidents, dict[str, Outcome]]:
    """Fold a stream as the app does: a key seen before is answered from the store."""
    fold, store = OpenIncidents(), dict[str, Outcome]()
    for report in stream:
        if (key := entry_key(report)) not in store:
            store[key] = fold.link(report, LINKING)
    return fold, store


def through_the_wire(change: IncidentChange) -> IncidentChange:
    return codec.decode(IncidentChange, codec.encode(change))


@settings(max_examples=150, deadline=None, phases=PHASES)
@given(st.lists(reports, max_size=14), st.randoms(use_true_random=False))
def test_replay_in_any_order_restores_the_state_that_deciding_left(stream: list[Report], chance: random.Random) -> None:
    fold, store = applied(stream)
    entries = list(store.items())
    chance.shuffle(entries)
    restored = OpenIncidents()
    for key, outcome in entries:
        restored.replay(key, tuple(through_the_wire(change) for change in outcome.changes), outcome.waiting)
    assert restored.contents() == fold.contents()


def test_a_telling_that_moved_twice_is_found_where_it_went_whatever_order_its_moves_are_told_in() -> None:
    first, second, third = (
        told(name, facts(place, killed=2)) for name, place in (("a", "Imam Ways"), ("b", "Tulul"), ("c", "Shirwa"))
    )
    moves = [facts("Imam Ways", killed=2), facts("Tulul", killed=2), facts("Shirwa", killed=2)]
    versions = [told("m", place, version=number, hours=number) for number, place in enumerate(moves, start=1)]
    fold, store = applied([first, second, third, *versions])
    assert [len(outcome.changes) for outcome in store.values()] == [1, 1, 1, 1, 2, 2]
    for entries in permutations(store.items()):
        restored = OpenIncidents()
        for key, outcome in entries:
            restored.replay(key, outcome.changes, outcome.waiting)
        assert restored.contents() == fold.contents()


@settings(max_examples=80, deadline=None, phases=PHASES)
@given(st.lists(reports, max_size=10), st.lists(reports, max_size=6))
def test_a_fold_that_was_restored_decides_as_the_one_that_never_stopped(
    before: list[Report], after: list[Report]
) -> None:
    fold, store = applied(before)
    restored = OpenIncidents()
    for key, outcome in reversed(store.items()):
        restored.replay(key, outcome.changes, outcome.waiting)
    for report in after:
        if entry_key(report) not in store:
            store[entry_key(report)] = fold.link(report, LINKING)
            assert restored.link(report, LINKING) == store[entry_key(report)]


@settings(max_examples=80, deadline=None, phases=PHASES)
@given(st.lists(reports, max_size=14))
def test_revisions_have_no_gaps_and_only_facts_notify(stream: list[Report]) -> None:
    _, store = applied(stream)
    last: dict[str, int] = {}
    for change in (change for outcome in store.values() for change in outcome.changes):
        assert change.revision == last.get(change.incident_id, 0) + 1
        last[change.incident_id] = change.revision
        if change.notify:
            assert change.change.value in {"opened", "updated", "retracted"}
        assert not (change.notify and change.backfill)
