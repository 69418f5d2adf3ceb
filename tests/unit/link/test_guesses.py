"""News that names no place is looked at in every link region, and opens nothing in those it only may be of."""

import msgspec
import pytest

from services.classify.link.fold import OpenIncidents
from services.classify.regions import by_region
from shared.events.facts import EventType, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import AttackFacts, Kind, Report
from shared.geo.regions import LinkRegion
from tests.support.told import facts, told
from tests.unit.link.streams import LINKING

MARTE = Place(name="Marte", lat=12.36, lon=13.83, precision=Precision.TOWN, country="NG", admin1="NG-BO")


def fold_all(*reports: Report) -> dict[str, list[IncidentChange]]:
    """The changes by region, of reports that travel as the service sends them."""
    folds = {region.value: OpenIncidents() for region in LinkRegion}
    found: dict[str, list[IncidentChange]] = {region.value: [] for region in LinkRegion}
    for report in reports:
        for sent in by_region(report):
            assert sent.region is not None
            found[sent.region] += folds[sent.region].apply(sent, LINKING)
    return found


def raid(place: Place | None, killed: int) -> AttackFacts:
    return facts(
        place, event_type=EventType.ARMED_CLASH, killed=killed, perpetrator="iswap", targets=("army",), on=None
    )


@pytest.mark.parametrize(("kind", "change"), [(Kind.UPDATE, ChangeKind.UPDATED), (Kind.REACTION, ChangeKind.REACTED)])
def test_an_update_or_reaction_without_a_place_is_linked_where_its_incident_is(kind: Kind, change: ChangeKind) -> None:
    speaking = told("b", raid(None, 9), kind=kind, hours=9)
    found = fold_all(told("a", msgspec.structs.replace(raid(MARTE, 7))), speaking)
    assert [one.change for one in found["africa"]] == [ChangeKind.OPENED, change]
    assert all(not found[region] for region in found if region != "africa")


def test_it_opens_nothing_and_joins_nothing_that_is_only_alike_by_kind_and_day() -> None:
    vague = told("b", facts(None, event_type=EventType.ARMED_CLASH, on=None), kind=Kind.REACTION, hours=9)
    found = fold_all(told("a", raid(MARTE, 7)), vague)
    assert [one.change for one in found["africa"]] == [ChangeKind.OPENED]
    assert not found["mena"]
