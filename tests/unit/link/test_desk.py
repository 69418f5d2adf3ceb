"""What a person of the desk decides is ordered, folded and told like news."""

from datetime import date

import msgspec

from services.classify.link.fold import OpenIncidents
from shared.codec import encode
from shared.events.facts import Evidence
from shared.events.incident import ChangeKind, IncidentChange, Status
from shared.events.item import ItemChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Kind, Report
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING


class Desk:
    """A fold with a person beside it."""

    def __init__(self, *reports: Report) -> None:
        self.fold = OpenIncidents()
        self.changes = [self.fold.apply(report, LINKING) for report in reports]
        self._acts = 0

    def act(
        self,
        verb: DeskVerb,
        incident_id: str,
        *,
        into: str | None = None,
        items: tuple[str, ...] = (),
        right: AttackFacts | None = None,
        release: bool = False,
    ) -> tuple[IncidentChange, ...]:
        self._acts += 1
        action = DeskAction(
            verb=verb, incident_id=incident_id, who="duty editor", why="seen the scene", into_incident_id=into,
            item_ids=items, facts=right, release=release,
        )  # fmt: skip
        report = told(f"desk-{self._acts}", facts(None), kind=Kind.OTHER, hours=30 + self._acts, desk=action)
        return self.fold.apply(report, LINKING)


def test_a_retraction_by_hand_notifies_and_a_correction_brings_the_incident_back() -> None:
    desk = Desk(told("a", facts(killed=3)))
    incident = desk.changes[0][0].incident_id
    (gone,) = desk.act(DeskVerb.RETRACT, incident)
    assert (gone.change, gone.notify, gone.status) == (ChangeKind.RETRACTED, True, Status.RETRACTED)
    assert gone.decision is not None
    assert gone.decision.rule == "desk retract: seen the scene (duty editor)"
    (back,) = desk.act(DeskVerb.CORRECT, incident, right=facts(None, event_type=None, on=None, killed=2))
    assert (back.change, back.notify, back.status) == (ChangeKind.UPDATED, True, Status.ACTIVE)
    assert back.casualties.killed is not None
    assert (back.casualties.killed.best, back.best_reason) == (2, "set by the desk")


def test_a_correction_by_hand_outlasts_what_the_news_say_later() -> None:
    desk = Desk(told("a", facts("Imam Ways", killed=3)))
    incident = desk.changes[0][0].incident_id
    desk.act(DeskVerb.CORRECT, incident, right=facts("Tulul", killed=4, event_type=None, on=None))
    (later,) = desk.fold.apply(told("b", facts("Khanaqin", killed=9), hours=40), LINKING)
    assert (later.incident_id, later.notify) == (incident, False)
    assert later.place is not None
    assert later.place.name == "Tulul"
    assert later.casualties.killed is not None
    assert later.casualties.killed.best == 4
    assert later.source_count == 2, "the desk is no source"


def test_a_merge_moves_the_sources_and_leaves_a_pointer() -> None:
    desk = Desk(told("a", facts("Imam Ways", killed=2)), told("b", facts("Tulul", killed=5), hours=1))
    left, into = desk.changes[0][0].incident_id, desk.changes[1][0].incident_id
    gone, grown = desk.act(DeskVerb.MERGE, left, into=into)
    assert (gone.status, gone.merged_into, gone.notify) == (Status.MERGED, into, False)
    assert (grown.incident_id, grown.source_count) == (into, 2)
    (later,) = desk.fold.apply(told("c", facts("Tulul", killed=5), hours=40), LINKING)
    assert later.incident_id == into
    assert desk.act(DeskVerb.RETRACT, left) == ()


def test_a_merge_leaves_earlier_decisions_about_the_merged_incident_behind() -> None:
    desk = Desk(told("a", facts("Imam Ways", killed=2)), told("b", facts("Tulul", killed=5), hours=1))
    left, into = desk.changes[0][0].incident_id, desk.changes[1][0].incident_id
    desk.act(DeskVerb.RETRACT, left)
    _, grown = desk.act(DeskVerb.MERGE, left, into=into)
    assert grown.status is Status.ACTIVE


def test_a_merge_into_what_is_retracted_is_refused() -> None:
    desk = Desk(told("a", facts("Imam Ways", killed=2)), told("b", facts("Tulul", killed=5), hours=1))
    left, into = desk.changes[0][0].incident_id, desk.changes[1][0].incident_id
    desk.act(DeskVerb.RETRACT, into)
    assert desk.act(DeskVerb.MERGE, left, into=into) == ()


def test_a_merge_of_many_long_articles_makes_changes_below_256_kb_that_replay() -> None:
    words = tuple(
        Evidence(fact=fact, field="content", text="ب" * 400, start=0, end=400)
        for fact in ("place", "killed")
        for _ in range(20)
    )
    long = msgspec.structs.replace(facts("Imam Ways", killed=2), evidence=words)
    many = [
        told(f"n{number}", long, hours=number / 60, title="ب" * 2_000, signature=tuple(range(64)))
        for number in range(90)
    ]
    desk = Desk(*many, told("b", facts("Tulul", killed=5), hours=1))
    left, into = desk.changes[0][0].incident_id, desk.changes[-1][0].incident_id
    changes = desk.act(DeskVerb.MERGE, left, into=into)
    assert max(len(encode(change)) for change in changes) < 256_000
    assert changes[-1].source_count == 91
    restored = OpenIncidents()
    for number, entry in enumerate([*desk.changes, changes]):
        restored.replay(f"{entry[0].item_id}|1|{number}|", entry)
    assert restored.contents() == desk.fold.contents()


def test_a_split_opens_an_incident_that_names_where_it_came_from() -> None:
    first, second = told("a", facts(killed=2)), told("b", facts(killed=7), hours=1)
    desk = Desk(first, second)
    incident = desk.changes[0][0].incident_id
    left, opened = desk.act(DeskVerb.SPLIT, incident, items=(second.item_id,))
    assert (left.incident_id, left.source_count, left.change) == (incident, 1, ChangeKind.UPDATED)
    assert (opened.change, opened.notify, opened.split_from) == (ChangeKind.OPENED, True, incident)
    assert [source.item_id for source in opened.sources] == [second.item_id]


def test_a_split_of_everything_or_nothing_is_refused_and_counted() -> None:
    first = told("a")
    desk = Desk(first)
    incident = desk.changes[0][0].incident_id
    assert desk.act(DeskVerb.SPLIT, incident, items=(first.item_id,)) == ()
    assert desk.act(DeskVerb.SPLIT, incident, items=("nobody",)) == ()


def test_a_hold_marks_the_incident_until_it_is_released() -> None:
    desk = Desk(told("a"))
    incident = desk.changes[0][0].incident_id
    (held,) = desk.act(DeskVerb.HOLD, incident)
    assert (held.held, held.notify) == (True, False)
    (later,) = desk.fold.apply(told("b", facts(killed=3), hours=31), LINKING)
    assert later.held
    (free,) = desk.act(DeskVerb.HOLD, incident, release=True)
    assert not free.held


def test_an_unknown_incident_is_counted() -> None:
    action = DeskAction(verb=DeskVerb.RETRACT, incident_id="a_nowhere", who="x", why="y")
    outcome = OpenIncidents().link(told("d", kind=Kind.OTHER, desk=action), LINKING)
    assert [flag.value for flag in outcome.flags] == ["unknown_incident"]


def test_a_correction_of_the_day_alone_is_told() -> None:
    desk = Desk(told("a", facts(killed=3)))
    incident = desk.changes[0][0].incident_id
    (moved,) = desk.act(DeskVerb.CORRECT, incident, right=facts(None, event_type=None, on=date(2026, 4, 10)))
    assert (moved.change, moved.notify, moved.occurred_on) == (ChangeKind.UPDATED, True, date(2026, 4, 10))
    assert [change.fact for change in moved.changed] == ["occurred_on"]


def test_a_correction_to_what_is_known_already_is_not_told() -> None:
    desk = Desk(told("a", facts(killed=3)))
    incident = desk.changes[0][0].incident_id
    (same,) = desk.act(DeskVerb.CORRECT, incident, right=facts(None, event_type=None, on=None, killed=3))
    assert (same.change, same.notify, same.changed) == (ChangeKind.CORROBORATED, False, ())


def test_the_same_decision_a_second_time_is_refused_and_counted() -> None:
    desk = Desk(told("a"))
    incident = desk.changes[0][0].incident_id
    assert desk.act(DeskVerb.HOLD, incident, release=True) == ()
    assert len(desk.act(DeskVerb.HOLD, incident)) == 1
    assert desk.act(DeskVerb.HOLD, incident) == ()
    assert len(desk.act(DeskVerb.RETRACT, incident)) == 1
    assert desk.act(DeskVerb.RETRACT, incident) == ()


def test_a_note_of_the_desk_is_no_item_that_a_split_could_take() -> None:
    first = told("a", facts(killed=2))
    desk = Desk(first)
    incident = desk.changes[0][0].incident_id
    (noted,) = desk.act(DeskVerb.CORRECT, incident, right=facts(None, event_type=None, on=None, killed=5))
    assert desk.act(DeskVerb.SPLIT, incident, items=(noted.item_id,)) == ()
    assert desk.act(DeskVerb.SPLIT, incident, items=(first.item_id,)) == (), "nothing but the note would be left"


def test_what_every_source_took_back_can_be_released_and_nothing_else() -> None:
    desk = Desk(told("a"))
    incident = desk.changes[0][0].incident_id
    desk.act(DeskVerb.HOLD, incident)
    (gone,) = desk.fold.apply(told("a", version=2, change=ItemChange.WITHDRAWN, hours=20), LINKING)
    assert (gone.status, gone.held) == (Status.WITHDRAWN, True)
    right = facts(None, event_type=None, on=None, killed=5)
    assert desk.act(DeskVerb.CORRECT, incident, right=right) == ()
    assert desk.act(DeskVerb.RETRACT, incident) == ()
    (free,) = desk.act(DeskVerb.HOLD, incident, release=True)
    assert (free.held, free.status, free.change, free.changed) == (False, Status.WITHDRAWN, ChangeKind.CORROBORATED, ())


def test_a_correction_of_what_is_known_from_old_news_alone_stays_silent_until_fresh_news() -> None:
    desk = Desk(told("a", facts(killed=3), backfill=True))
    incident = desk.changes[0][0].incident_id
    (right,) = desk.act(DeskVerb.CORRECT, incident, right=facts(None, event_type=None, on=None, killed=5))
    assert (right.notify, right.backfill, right.casualties.killed is not None) == (False, True, True)
    (fresh,) = desk.fold.apply(told("b", facts(killed=3), hours=40), LINKING)
    assert (fresh.incident_id, fresh.change, fresh.notify) == (incident, ChangeKind.OPENED, True)
    assert fresh.casualties.killed is not None
    assert fresh.casualties.killed.best == 5
