"""Impossible reports are kept out or cut down, counted, and never stop the fold."""

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classify.link.fold import OpenIncidents, Outcome
from shared.codec import decode, encode
from shared.events.facts import Casualties, Count, EventType, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Kind
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


def test_a_version_from_an_impossible_time_takes_nothing_back() -> None:
    fold = OpenIncidents()
    (opened,) = fold.apply(told("a"), LINKING)
    assert fold.apply(told("a", version=2, published=datetime(9999, 12, 31, tzinfo=UTC)), LINKING) == ()
    assert fold.states() == (opened,)


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


wild_places = st.one_of(
    st.none(),
    st.builds(
        Place,
        name=st.text(max_size=5),
        geonameid=st.none() | st.integers(),
        lat=st.none() | st.floats(),
        lon=st.none() | st.floats(),
        precision=st.sampled_from(list(Precision)),
        country=st.sampled_from([None, "", "IQ", "XX", "??"]),
        admin1=st.sampled_from([None, "", "IQG10"]),
        admin2=st.sampled_from([None, "", "IQG10Q05"]),
    ),
)
wild_counts = st.none() | st.builds(Count, best=st.integers(), low=st.integers(), high=st.integers())
wild_facts = st.builds(
    AttackFacts,
    event_type=st.none() | st.sampled_from(list(EventType)),
    place=wild_places,
    occurred_on=st.none() | st.dates(),
    casualties=st.builds(Casualties, killed=wild_counts, wounded=wild_counts, attackers_killed=wild_counts),
    perpetrator=st.text(max_size=3),
    claimed=st.booleans(),
    targets=st.lists(st.text(max_size=2), max_size=3).map(tuple),
    is_back_reference=st.booleans(),
    confidence=st.floats(),
)
wild_times = st.one_of(
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])),
    st.datetimes(min_value=datetime(2026, 4, 10), max_value=datetime(2026, 4, 13)),  # noqa: DTZ001  # times without a zone are the point,
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(wild_facts, wild_times, st.sampled_from(list(Kind)), st.sampled_from("abc"), st.integers(-3, 3)),
        max_size=6,
    )
)
def test_no_report_that_decodes_stops_the_fold(
    stream: list[tuple[AttackFacts, datetime, Kind, str, int]],
) -> None:
    fold = OpenIncidents()
    for wild, published, kind, name, version in stream:
        report = told(name, wild, published=published, kind=kind, version=version, others=(wild,))
        for change in fold.apply(report, LINKING):
            assert decode(IncidentChange, encode(change)) == change


@pytest.mark.parametrize(
    "published", [datetime.max.replace(tzinfo=UTC), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))]
)
def test_a_desk_decision_at_an_impossible_time_is_refused(published: datetime) -> None:
    fold = OpenIncidents()
    (opened,) = fold.apply(told("a"), LINKING)
    action = DeskAction(verb=DeskVerb.HOLD, incident_id=opened.incident_id, who="x", why="y")
    outcome = fold.link(told("d", kind=Kind.OTHER, desk=action, published=published), LINKING)
    assert [flag.value for flag in outcome.flags] == ["impossible_publication"]


def test_an_unknown_country_and_an_empty_name_are_survived() -> None:
    odd = Place(name="", precision=Precision.EXACT, lat=0.0, lon=0.0, country="ZZ")
    for kind in Kind:
        OpenIncidents().link(told("a", facts(odd), kind=kind), LINKING)
