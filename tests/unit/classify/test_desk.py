"""A decision of the desk before it is written: what speaks against it, where it goes, and under which id."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from services.classify.backtest import Backtest
from services.classify.desk import desk_record, desk_report, objection, region_of_incident, tellings_in
from services.classify.link.fold import OpenIncidents
from services.classify.link.settings import LinkSettings
from shared.codec import decode
from shared.events.facts import Place, Precision
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.item import ItemChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Report
from shared.geo.regions import LinkRegion, partition_of
from tests.support.told import facts, told

AT = datetime(2026, 4, 12, 9, 30, tzinfo=UTC)
LINKING = LinkSettings()
KABUL = Place(name="Kabul", lat=34.53, lon=69.17, precision=Precision.TOWN, country="AF")


class Newsroom:
    """A fold of reports and decisions that keeps each incident's changes, as the ledger does."""

    def __init__(self, *reports: Report) -> None:
        self._fold = OpenIncidents()
        self._changes: dict[str, list[IncidentChange]] = {}
        for one in reports:
            self.take(one)

    def take(self, one: Report) -> None:
        for change in self._fold.apply(one, LINKING):
            self._changes.setdefault(change.incident_id, []).append(change)

    def decide(self, verb: DeskVerb, incident: int, **more: object) -> None:
        self.take(desk_report(self.action(verb, incident, **more), LinkRegion.MENA, AT))

    def action(self, verb: DeskVerb, incident: int, **more: object) -> DeskAction:
        plain = DeskAction(verb=verb, incident_id=self.history(incident)[0].incident_id, who="w", why="y")
        return msgspec.structs.replace(plain, **more)

    def history(self, incident: int) -> Sequence[IncidentChange]:
        """All changes of the incident-th incident to be opened."""
        return list(self._changes.values())[incident]

    def against(self, verb: DeskVerb, incident: int = 0, *, into: int | None = None, **more: object) -> str | None:
        others = self.history(into) if into is not None else ()
        if others:
            more["into_incident_id"] = others[0].incident_id
        return objection(self.action(verb, incident, **more), self.history(incident), others)


def test_nothing_speaks_against_a_first_decision() -> None:
    first, second = told("a", facts(killed=2)), told("b", facts(killed=2), hours=1)
    room = Newsroom(first, second, told("c", facts("Tulul", killed=5), hours=2))
    assert len(room.history(0)) == 2
    assert room.against(DeskVerb.RETRACT) is None
    assert room.against(DeskVerb.CORRECT, facts=AttackFacts()) is None
    assert room.against(DeskVerb.HOLD) is None
    assert room.against(DeskVerb.MERGE, into=1) is None
    assert room.against(DeskVerb.SPLIT, item_ids=(second.item_id,)) is None


def test_an_unknown_incident_is_named() -> None:
    action = DeskAction(verb=DeskVerb.RETRACT, incident_id="a_nowhere", who="w", why="y")
    assert objection(action, ()) == "there is no incident a_nowhere; 'tocsin incidents list' shows the latest"


def test_a_decision_that_was_made_already_is_refused() -> None:
    room = Newsroom(told("a"))
    room.decide(DeskVerb.RETRACT, 0)
    room.decide(DeskVerb.HOLD, 0)
    assert "is retracted already" in (room.against(DeskVerb.RETRACT) or "")
    assert "is held already" in (room.against(DeskVerb.HOLD) or "")
    assert room.against(DeskVerb.HOLD, release=True) is None
    assert room.against(DeskVerb.CORRECT, facts=AttackFacts()) is None


def test_the_release_of_what_is_not_held_is_refused() -> None:
    assert "is not held" in (Newsroom(told("a")).against(DeskVerb.HOLD, release=True) or "")


def test_what_was_merged_away_points_to_where_it_went() -> None:
    room = Newsroom(told("a", facts("Imam Ways", killed=2)), told("b", facts("Tulul", killed=5), hours=1))
    room.decide(DeskVerb.MERGE, 0, into_incident_id=room.history(1)[0].incident_id)
    into = room.history(1)[0].incident_id
    assert f"was merged into {into}" in (room.against(DeskVerb.RETRACT) or "")
    assert f"was itself merged into {into}" in (room.against(DeskVerb.MERGE, 1, into=0) or "")


def test_what_every_source_took_back_has_nothing_left_to_decide_about() -> None:
    room = Newsroom(told("a"), told("b", facts("Tulul", killed=5), hours=1))
    room.take(told("a", version=2, change=ItemChange.WITHDRAWN, hours=2))
    assert "nothing left to correct" in (room.against(DeskVerb.CORRECT, facts=AttackFacts()) or "")
    assert "merge the other way round" in (room.against(DeskVerb.MERGE, 1, into=0) or "")


def test_a_merge_into_what_is_retracted_is_refused() -> None:
    room = Newsroom(told("a"), told("b", facts("Tulul", killed=5), hours=1))
    room.decide(DeskVerb.RETRACT, 1)
    assert "would not hear so" in (room.against(DeskVerb.MERGE, 0, into=1) or "")
    assert room.against(DeskVerb.MERGE, 1, into=0) is None


def test_a_merge_with_itself_with_a_test_or_across_regions_is_refused() -> None:
    room = Newsroom(told("a"), told("b", facts(KABUL), hours=1), told("c", facts("Tulul"), hours=2, test=True))
    assert "cannot be merged into itself" in (room.against(DeskVerb.MERGE, into=0) or "")
    assert "one of the two is a test" in (room.against(DeskVerb.MERGE, into=2) or "")
    assert "linked with news of mena" in (room.against(DeskVerb.MERGE, into=1) or "")


@pytest.mark.parametrize("absent", ["nobody", ""])
def test_a_split_of_an_item_that_is_not_there_lists_those_that_are(absent: str) -> None:
    first, second = told("a", facts(killed=2)), told("b", facts(killed=2), hours=1)
    sentence = Newsroom(first, second).against(DeskVerb.SPLIT, item_ids=(absent, second.item_id)) or ""
    assert "has no source" in sentence
    assert first.item_id in sentence


def test_a_split_of_everything_is_refused_and_notes_of_the_desk_do_not_count() -> None:
    first, second = told("a", facts(killed=2)), told("b", facts(killed=2), hours=1)
    room = Newsroom(first, second)
    room.decide(DeskVerb.CORRECT, 0, facts=facts(None, killed=4))
    assert set(tellings_in(room.history(0))) == {first.item_id, second.item_id}
    assert "every source out" in (room.against(DeskVerb.SPLIT, item_ids=(first.item_id, second.item_id)) or "")


def test_the_region_is_that_of_the_news_until_a_correction_puts_the_incident_into_another() -> None:
    room = Newsroom(told("a"), told("b", facts(KABUL), hours=1))
    assert region_of_incident(room.history(0)) is LinkRegion.MENA
    room.decide(DeskVerb.CORRECT, 0, facts=facts(KABUL, event_type=None, on=None))
    assert room.history(0)[-1].place == KABUL
    assert region_of_incident(room.history(0)) is LinkRegion.ASIA
    assert region_of_incident(room.history(1)) is LinkRegion.ASIA


def test_the_record_goes_where_the_region_s_news_go_and_reads_back() -> None:
    action = DeskAction(verb=DeskVerb.HOLD, incident_id="a_x", who="w", why="y")
    record = desk_record(desk_report(action, LinkRegion.ASIA, AT))
    assert (record.key, record.partition) == (b"asia", partition_of("asia"))
    assert decode(Report, record.value).desk == action
    said = dict(record.headers)
    assert (said["occurred-at"], said["event-type"]) == (AT.isoformat().encode(), b"report")


def test_the_same_decision_has_the_same_id_and_another_has_another() -> None:
    action = DeskAction(verb=DeskVerb.HOLD, incident_id="a_x", who="w", why="y")
    one = desk_report(action, LinkRegion.MENA, AT)
    assert desk_report(action, LinkRegion.MENA, AT).item_id == one.item_id
    others = [
        desk_report(msgspec.structs.replace(action, **changed), LinkRegion.MENA, AT).item_id
        for changed in ({"who": "v"}, {"verb": DeskVerb.RETRACT}, {"incident_id": "a_y"}, {"release": True})
    ]
    assert len({one.item_id, *others}) == 5


def test_a_dump_with_decisions_folds_to_the_same_changes() -> None:
    reports = [told("a", facts(killed=2)), told("b", facts("Tulul", killed=5), hours=1)]
    sent = [msgspec.structs.replace(one, region="mena", parts=(0,)) for one in reports]
    room = Newsroom(*sent)
    decisions = [
        desk_report(room.action(DeskVerb.RETRACT, 0), LinkRegion.MENA, AT),
        desk_report(room.action(DeskVerb.HOLD, 1), LinkRegion.MENA, AT),
    ]
    for one in decisions:
        room.take(one)
    folding = Backtest()
    changes = [change for one in [*sent, *decisions, *decisions] for change in folding.take(one)]
    assert sorted(changes, key=repr) == sorted([*room.history(0), *room.history(1)], key=repr)
    assert [change.change for change in room.history(0)] == [ChangeKind.OPENED, ChangeKind.RETRACTED]
