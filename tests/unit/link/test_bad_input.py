"""Impossible reports are kept out or cut down, counted, and never stop the fold."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from services.classify.link.fold import OpenIncidents, Outcome
from shared.events.facts import Casualties, Count, Place, Precision
from shared.events.incident import ChangeKind
from shared.events.report import AttackFacts, Kind
from tests.support.told import NOON, PLACES, TODAY, facts, told
from tests.unit.link.streams import LINKING, changes_of, last_of


def outcome_of(main: AttackFacts, **more: object) -> Outcome:
    return OpenIncidents().link(told("a", main, **more), LINKING)  # type: ignore[arg-type]  # forwarded keywords


@pytest.mark.parametrize("year", [1970, 2099, 9000])
def test_a_publication_at_an_impossible_time_is_kept_out(year: int) -> None:
    outcome = outcome_of(facts(), published=datetime(year, 1, 2, tzinfo=UTC))
    assert outcome.changes == ()
    assert [flag.value for flag in outcome.flags] == ["impossible_publication"]


@pytest.mark.parametrize("day", [date(2099, 1, 1), date(1970, 1, 1), TODAY + timedelta(days=2)])
def test_an_impossible_date_of_attack_is_dropped_and_the_report_goes_on(day: date) -> None:
    outcome = outcome_of(facts(on=day))
    assert [flag.value for flag in outcome.flags] == ["impossible_date"]
    assert outcome.changes[0].occurred_on is None
    assert outcome.changes[0].decision is not None
    assert outcome.changes[0].decision.flags == ("impossible_date",)


def test_one_item_from_the_future_closes_nothing() -> None:
    future = told("b", facts(on=None), published=datetime(2089, 1, 1, tzinfo=UTC))
    one, _, three = changes_of(told("a"), future, told("c", hours=2))
    assert three[0].incident_id == one[0].incident_id


@pytest.mark.parametrize(("lat", "lon"), [(48.2, 16.4), (91.0, 45.0), (33.0, -190.0), (float("nan"), 45.0)])
def test_a_point_outside_its_country_is_dropped(lat: float, lon: float) -> None:
    place = msgspec.structs.replace(PLACES["Imam Ways"], lat=lat, lon=lon)
    outcome = outcome_of(facts(place))
    assert [flag.value for flag in outcome.flags] == ["point_outside_country"]
    kept = outcome.changes[0].place
    assert kept is not None
    assert (kept.lat, kept.precision, kept.admin2) == (None, Precision.DISTRICT, "IQG10Q05")


@pytest.mark.parametrize(
    "count",
    [Count(best=-3, low=-3, high=-3), Count(best=10_000, low=10_000, high=10_000), Count(best=5, low=-1, high=5)],
)
def test_an_absurd_toll_is_dropped(count: Count) -> None:
    outcome = outcome_of(msgspec.structs.replace(facts(), casualties=Casualties(killed=count)))
    assert [flag.value for flag in outcome.flags] == ["absurd_toll"]
    assert outcome.changes[0].casualties.killed is None


def test_a_range_upside_down_is_set_right() -> None:
    told_so = msgspec.structs.replace(facts(), casualties=Casualties(killed=Count(best=5, low=9, high=2)))
    assert outcome_of(told_so).changes[0].casualties.killed == Count(best=5, low=5, high=5)


@pytest.mark.parametrize("confidence", [float("nan"), -1.0, 7.0])
def test_a_confidence_that_is_none_does_no_harm(confidence: float) -> None:
    outcome = outcome_of(facts(confidence=confidence))
    assert all(0.0 <= change.confidence <= 1.0 for change in outcome.changes)


def test_a_report_the_reader_does_not_believe_opens_nothing_but_may_join() -> None:
    doubtful = told("b", facts(confidence=0.05), hours=1)
    assert changes_of(doubtful) == [()]
    assert last_of(told("a"), doubtful).change is ChangeKind.CORROBORATED


def test_a_time_without_a_zone_is_utc() -> None:
    change = last_of(told("a", published=NOON.replace(tzinfo=None)), told("b", hours=1))
    assert change.first_seen == NOON


def test_an_unknown_country_and_an_empty_name_are_survived() -> None:
    odd = Place(name="", precision=Precision.EXACT, lat=0.0, lon=0.0, country="ZZ")
    for kind in Kind:
        OpenIncidents().link(told("a", facts(odd), kind=kind), LINKING)
