"""Whatever the desk decides, of whatever incident, in whatever order: nothing raises, and replay ends the same."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.classify.link.fold import OpenIncidents, Outcome, entry_key
from shared.codec import encode
from shared.events.incident import Status
from shared.events.report import DeskAction, DeskVerb, Kind, Report
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING
from tests.unit.link.test_replay import PHASES, attacks, reports

NOWHERE = "a_nowhere"
decisions = st.tuples(
    st.sampled_from(list(DeskVerb)),
    st.integers(0, 5),
    st.integers(0, 5),
    st.lists(st.sampled_from(["a", "b", "c", "desk-1", "desk-2"]), max_size=3).map(tuple),
    st.one_of(st.none(), attacks),
    st.booleans(),
)


def decided(number: int, drawn: tuple[DeskVerb, int, int, tuple[str, ...], object, bool], known: list[str]) -> Report:
    """The decision as a report; it names incidents that are known by then, or one that is not."""
    verb, of, into, items, right, release = drawn
    ids = [*known, NOWHERE]
    action = DeskAction(
        verb=verb,
        incident_id=ids[of % len(ids)],
        who="w",
        why="y",
        into_incident_id=ids[into % len(ids)],
        item_ids=tuple(told(item).item_id for item in items),
        facts=right,  # type: ignore[arg-type]  # drawn facts or None
        release=release,
    )
    return told(f"desk-{number}", facts(None), kind=Kind.OTHER, hours=number, desk=action)


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(st.lists(st.one_of(reports, decisions), min_size=4, max_size=24), st.randoms(use_true_random=False))
def test_any_decisions_among_any_news_fold_and_replay_to_the_same(
    stream: list[Report | tuple[DeskVerb, int, int, tuple[str, ...], object, bool]], chance: random.Random
) -> None:
    fold = OpenIncidents()
    stored: dict[str, Outcome] = {}
    for number, one in enumerate(stream):
        known = [state.incident_id for state in fold.states()]
        report = one if isinstance(one, Report) else decided(number, one, known)
        if (key := entry_key(report)) in stored:
            continue
        before = {state.incident_id: state.revision for state in fold.states()}
        stored[key] = fold.link(report, LINKING)
        for change in stored[key].changes:
            assert change.revision == before.get(change.incident_id, 0) + 1, "revisions have no gaps"
            before[change.incident_id] = change.revision
            assert len(encode(change)) < 256_000
            assert change.source_count > 0 or change.status in {Status.WITHDRAWN, Status.MERGED}
    entries = list(stored.items())
    chance.shuffle(entries)
    restored = OpenIncidents()
    for key, outcome in entries:
        restored.replay(key, outcome.changes, outcome.waiting)
    assert restored.contents() == fold.contents()
