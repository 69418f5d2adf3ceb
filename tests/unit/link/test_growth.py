"""The work of a report is bounded by its place and day, not by how many incidents are open."""

import random
from datetime import UTC, datetime, timedelta

import msgspec

from services.classify.link.fold import OpenIncidents
from services.classify.link.incident import Incident
from services.classify.link.index import CandidateIndex
from services.classify.link.likeness import liken
from services.classify.link.screening import screen
from shared.events.facts import EventType, Place, Precision
from shared.events.incident import IncidentChange
from shared.events.report import Report
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING

START = datetime(2026, 1, 1, 9, tzinfo=UTC)


def report(number: int, chance: random.Random) -> Report:
    """A report of an attack anywhere in 18 governorates within 110 days."""
    governorate, district, day = chance.randrange(1, 19), chance.randrange(1, 7), chance.randrange(110)
    admin1 = f"IQG{governorate:02}"
    village = Place(
        name=f"village {number}", geonameid=1_000 + number, precision=Precision.EXACT, country="IQ", admin1=admin1,
        admin2=f"{admin1}Q{district:02}", lat=30.0 + governorate * 0.35 + chance.random() * 0.3,
        lon=42.0 + district * 0.8 + chance.random() * 0.8,
    )  # fmt: skip
    published = START + timedelta(days=day)
    fact = facts(village, event_type=chance.choice(list(EventType)), on=published.date(), killed=chance.randrange(9))
    return told(f"n{number}", fact, published=published)


def fold_of(size: int) -> OpenIncidents:
    fold, chance = OpenIncidents(), random.Random(size)
    for number in range(size):
        fold.apply(report(number, chance), LINKING)
    return fold


def test_a_report_meets_few_of_many_incidents() -> None:
    fold = fold_of(2_000)
    index = CandidateIndex()
    for state in fold.states():
        incident = Incident(state=state)
        incident.absorb(state)
        index.enter(incident)
    chance = random.Random(3)
    met = [
        len(index.near(telling, test=False, settings=LINKING))
        for number in range(300)
        for telling in screen(report(90_000 + number, chance), LINKING).contributions
    ]
    assert len(fold) > 1_900
    assert sum(met) / len(met) < 5
    assert max(met) < 25


def test_a_report_without_a_place_meets_a_bounded_number() -> None:
    fold = fold_of(600)
    before = len(fold)
    fold.apply(told("vague", facts(None, on=None), published=START + timedelta(days=50)), LINKING)
    assert len(fold) - before <= 1


def test_evicting_what_ended_forgets_it_and_nothing_else() -> None:
    fold = OpenIncidents()
    old, new = (
        told("old", facts(on=None), published=START),
        told("new", facts(on=None), published=START + timedelta(days=200)),
    )
    fold.apply(old, LINKING)
    (standing,) = fold.apply(new, LINKING)
    assert fold.evict(START + timedelta(days=100)) == 1
    assert fold.states() == (standing,)
    only_new = OpenIncidents()
    only_new.apply(new, LINKING)
    assert fold.contents() == only_new.contents()


def test_what_the_sieve_leaves_out_could_not_have_joined() -> None:
    fold = fold_of(2_000)
    incidents = [incident_of(state) for state in fold.states()]
    index = CandidateIndex()
    for incident in incidents:
        index.enter(incident)
    by_id = {incident.state.incident_id: incident for incident in incidents}
    chance, needed, left_out = random.Random(5), LINKING.report_threshold, 0
    for number in range(400):
        for telling in screen(near_one(number, chance), LINKING).contributions:
            every = set(index.near(telling, test=False, settings=LINKING))
            kept = set(index.near(telling, test=False, settings=LINKING, needed=needed))
            assert kept <= every
            left_out += len(every - kept)
            for incident_id in every - kept:
                likeness = liken(telling, by_id[incident_id].known(), 0.0, LINKING)
                assert likeness.veto or likeness.score < needed
    assert left_out > 200


def incident_of(state: IncidentChange) -> Incident:
    incident = Incident(state=state)
    incident.absorb(state)
    return incident


def near_one(number: int, chance: random.Random) -> Report:
    """A report of a district or a village, with as many facts as news ever gives."""
    told_of = report(90_000 + number, chance)
    assert told_of.place is not None
    place = told_of.place
    if number % 2:
        place = Place(
            name="district", precision=Precision.DISTRICT, country="IQ", admin1=place.admin1, admin2=place.admin2
        )
    return msgspec.structs.replace(told_of, place=place, targets=("army",) if number % 3 else ())
