"""A correction that puts an incident into another link region: one incident, one id, revisions without a gap, found there by the news."""

from datetime import timedelta

from services.classify.link.fold import OpenIncidents, entry_key
from services.classify.regions import by_region
from shared import codec
from shared.desk.decision import desk_report, region_of_incident
from shared.events.facts import EventType, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange, Status
from shared.events.item import ItemChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Kind, Report
from shared.geo.regions import LinkRegion
from tests.support.told import NOON, facts, told
from tests.unit.link.streams import LINKING

KHANSOR = Place(
    name="Khansor", lat=36.4, lon=41.7, precision=Precision.TOWN, country="IQ", admin1="IQG15", admin2="IQG15Q07"
)
KHOST = Place(name="Khost", lat=33.34, lon=69.92, precision=Precision.TOWN, country="AF", admin1="AF-KHO")


class Topic:
    """The reports topic: every region folded by itself, what is handed over sent on like any report, stored outcomes kept."""

    def __init__(self) -> None:
        self.folds = {region.value: OpenIncidents() for region in LinkRegion}
        self.stored: dict[str, list[tuple[str, object]]] = {region.value: [] for region in LinkRegion}
        self.changes: list[IncidentChange] = []

    def send(self, report: Report) -> list[IncidentChange]:
        made: list[IncidentChange] = []
        for sent in (report,) if report.region is not None else by_region(report):
            assert sent.region is not None
            travelled = codec.decode(Report, codec.encode(sent))
            outcome = self.folds[sent.region].link(travelled, LINKING)
            self.stored[sent.region].append((entry_key(travelled), outcome))
            made += outcome.changes
            self.changes += outcome.changes
            for handed in outcome.handed:
                made += self.send(handed)
        return made

    def decide(
        self, incident_id: str, verb: DeskVerb, right: AttackFacts | None = None, *, hours: float = 3
    ) -> list[IncidentChange]:
        history = [change for change in self.changes if change.incident_id == incident_id]
        action = DeskAction(verb=verb, incident_id=incident_id, who="duty editor", why="the wrong Kh", facts=right)
        return self.send(desk_report(action, region_of_incident(history), NOON + timedelta(hours=hours)))


def attack(place: Place, killed: int = 4) -> AttackFacts:
    return facts(place, event_type=EventType.SUICIDE_BOMB, killed=killed, targets=("religious",))


def moved() -> tuple[Topic, str]:
    topic = Topic()
    (opened,) = topic.send(told("a", attack(KHANSOR)))
    topic.send(told("b", attack(KHANSOR), hours=1))
    topic.decide(opened.incident_id, DeskVerb.CORRECT, AttackFacts(place=KHOST, confidence=1.0))
    return topic, opened.incident_id


def test_it_keeps_its_id_its_sources_and_its_revisions_and_tells_of_the_correction_once() -> None:
    topic, incident_id = moved()
    assert {change.incident_id for change in topic.changes} == {incident_id}
    assert [change.revision for change in topic.changes] == [1, 2, 3, 4]
    correction, adoption = topic.changes[2:]
    assert (correction.change, correction.notify, correction.moved_to) == (ChangeKind.UPDATED, True, "asia")
    assert (adoption.change, adoption.notify, adoption.moved_to, adoption.moved_from) == (
        ChangeKind.CORROBORATED,
        False,
        None,
        "mena",
    )
    assert (adoption.place, adoption.source_count, adoption.casualties) == (KHOST, 2, correction.casualties)


def test_later_news_from_there_joins_it_and_none_from_where_it_was_does() -> None:
    topic, incident_id = moved()
    (joined,) = topic.send(told("c", attack(KHOST, 9), kind=Kind.UPDATE, hours=6))
    assert (joined.incident_id, joined.revision, joined.change) == (incident_id, 5, ChangeKind.UPDATED)
    assert joined.place == KHOST
    (other,) = topic.send(told("d", attack(KHANSOR), hours=7))
    assert (other.incident_id != incident_id, other.change) == (True, ChangeKind.OPENED)


def test_later_decisions_find_it_where_it_is_and_it_can_come_back() -> None:
    topic, incident_id = moved()
    back = topic.decide(incident_id, DeskVerb.CORRECT, AttackFacts(place=KHANSOR, confidence=1.0), hours=5)
    assert [change.revision for change in back] == [5, 6]
    (joined,) = topic.send(told("c", attack(KHANSOR, 9), kind=Kind.UPDATE, hours=6))
    assert (joined.incident_id, joined.revision) == (incident_id, 7)
    (retracted,) = topic.decide(incident_id, DeskVerb.RETRACT, hours=8)
    assert (retracted.status, retracted.revision) == (Status.RETRACTED, 8)


def test_a_new_version_of_its_item_changes_nothing_and_its_withdrawal_is_taken_back() -> None:
    topic, incident_id = moved()
    assert topic.send(told("a", attack(KHANSOR, 5), version=2, hours=5)) == []
    (back,) = topic.send(told("a", attack(KHANSOR), version=3, change=ItemChange.WITHDRAWN, hours=6))
    assert (back.incident_id, back.source_count, back.revision) == (incident_id, 1, 5)


def test_an_incident_of_many_sources_goes_in_several_pieces_and_ends_the_same() -> None:
    topic = Topic()
    (opened,) = topic.send(told("a", attack(KHANSOR)))
    for number in range(30):
        topic.send(told(f"more{number}", attack(KHANSOR), hours=1))
    made = topic.decide(opened.incident_id, DeskVerb.CORRECT, AttackFacts(place=KHOST, confidence=1.0))
    assert [change.revision for change in made] == list(range(32, 36))
    (joined,) = topic.send(told("last", attack(KHOST), hours=6))
    assert (joined.incident_id, joined.source_count, joined.origins, joined.place) == (
        opened.incident_id,
        32,
        32,
        KHOST,
    )


def test_every_region_is_restored_from_its_own_outcomes() -> None:
    topic, _ = moved()
    topic.send(told("c", attack(KHOST, 9), kind=Kind.UPDATE, hours=6))
    for region, stored in topic.stored.items():
        restored = OpenIncidents()
        for key, outcome in reversed(stored):
            restored.replay(key, outcome.changes, outcome.waiting)  # type: ignore[attr-defined]
        assert restored.contents() == topic.folds[region].contents()


def test_a_hand_over_that_cannot_be_read_does_nothing() -> None:
    broken = DeskAction(verb=DeskVerb.ADOPT, incident_id="a_x", who="", why="", adopted=b"no")
    assert Topic().send(desk_report(broken, LinkRegion.ASIA, NOON)) == []
