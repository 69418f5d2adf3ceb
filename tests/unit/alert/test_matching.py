"""Filters, verdicts, and finding the right watches among many."""

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.area import Circle, CodedArea, Relation
from services.alert.matching import WatchIndex
from services.alert.watch import Filters, Refusal, Watch, WhenVague
from shared.events.facts import Candidate, Casualties, EventGroup, EventType, Place, Precision
from shared.events.incident import IncidentChange, Severity, Status
from tests.support.incidents import KIRKUK_CITY, exactly, opened, source

DIYALA = CodedArea(codes=("IQ", "IQG10"))
KHANAQIN = CodedArea(codes=("IQ", "IQG10", "IQG10Q05"))


def _watch(watch_id: str = "w", **changed: object) -> Watch:
    fields: dict[str, object] = {"id": watch_id, "name": watch_id, "areas": (DIYALA,), "endpoints": ("desk",)}
    return Watch(**(fields | changed))  # type: ignore[arg-type]  # tests replace any field


@pytest.mark.parametrize(
    ("filters", "refused"),
    [
        (Filters(), None),
        (Filters(groups=(EventGroup.VIOLENCE_AGAINST_CIVILIANS,)), None),
        (Filters(groups=(EventGroup.BATTLES,)), Refusal.GROUP),
        (Filters(types=(EventType.ABDUCTION,)), Refusal.TYPE),
        (Filters(min_severity=Severity.SEVERE), None),
        (Filters(min_severity=Severity.CRITICAL), Refusal.SEVERITY),
        (Filters(min_killed=4), None),
        (Filters(min_killed=5), Refusal.KILLED),
        (Filters(min_confidence=0.9), Refusal.CONFIDENCE),
        (Filters(min_origins=2), Refusal.ORIGINS),
        (Filters(languages=("en",)), None),
        (Filters(languages=("ar", "ckb")), Refusal.LANGUAGE),
    ],
)
def test_each_filter_refuses_with_its_own_reason(filters: Filters, refused: Refusal | None) -> None:
    assert WatchIndex([_watch(filters=filters)]).verdict("w", opened()).refused is refused


def test_an_unstated_toll_passes_no_minimum_but_zero() -> None:
    unstated = opened(casualties=Casualties())
    assert WatchIndex([_watch(filters=Filters(min_killed=1))]).verdict("w", unstated).refused is Refusal.KILLED
    assert WatchIndex([_watch(filters=Filters(min_killed=0))]).verdict("w", unstated).refused is None


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"test": True}, Refusal.TEST),
        ({"backfill": True, "notify": False}, Refusal.BACKFILL),
        ({"status": Status.RETRACTED}, Refusal.NOT_STANDING),
        ({"status": Status.WITHDRAWN}, Refusal.NOT_STANDING),
        ({"held": True}, Refusal.HELD),
        ({"place": KIRKUK_CITY}, Refusal.OUTSIDE),
    ],
)
def test_a_state_that_must_not_ring_is_refused(changed: dict[str, Any], refused: Refusal) -> None:
    index = WatchIndex([_watch()])
    assert index.verdict("w", opened(**changed)).refused is refused
    assert index.passing(opened(**changed)) == ()


def test_only_a_watch_that_asks_for_tests_hears_a_canary() -> None:
    index = WatchIndex([_watch("real"), _watch("canary", receives_tests=True)])
    assert [verdict.watch_id for verdict in index.passing(opened(test=True))] == ["canary"]


IN_DIYALA = Place(name="Diyala", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG10")
IN_IRAQ = Place(name="Iraq", precision=Precision.COUNTRY, country="IQ")
THERE, ELSEWHERE = Candidate(name="Dara", admin1="IQG10", admin2="IQG10Q05"), Candidate(name="Dara", admin1="IQG18")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (opened().place, {"tells", "narrowed", "holds"}),
        (IN_DIYALA, {"tells", "narrowed"}),
        (IN_IRAQ, {"tells"}),
        (None, {"tells"}),
        (msgspec.structs.replace(IN_IRAQ, candidates=(THERE, ELSEWHERE)), {"tells", "narrowed"}),
        (msgspec.structs.replace(IN_IRAQ, candidates=(ELSEWHERE,)), set()),
    ],
)
def test_a_vague_place_is_told_as_possible_or_held_as_the_watch_says(place: Place | None, told: set[str]) -> None:
    index = WatchIndex([
        _watch("tells", areas=(KHANAQIN,), when_vague=WhenVague.TELL),
        _watch("narrowed", areas=(KHANAQIN,)),
        _watch("holds", areas=(KHANAQIN,), when_vague=WhenVague.HOLD),
    ])  # fmt: skip
    passing = index.passing(opened(place=place))
    assert {verdict.watch_id for verdict in passing} == told
    expected = Relation.INSIDE if place == opened().place else Relation.POSSIBLY
    assert {verdict.relation for verdict in passing} <= {expected}


def test_the_nearest_of_several_areas_counts() -> None:
    index = WatchIndex([_watch(areas=(CodedArea(codes=("SY",)), KHANAQIN))])
    assert index.verdict("w", opened()).relation is Relation.INSIDE


_PLACES = st.sampled_from([
    None,
    Place(name="?", precision=Precision.COUNTRY),
    Place(name="?", precision=Precision.GOVERNORATE, admin1="IQG10"),
    Place(name="Iraq", precision=Precision.COUNTRY, country="IQ"),
    Place(name="Diyala", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG10"),
    Place(name="Khanaqin", precision=Precision.DISTRICT, country="IQ", admin1="IQG10", admin2="IQG10Q05"),
    Place(name="Khanaqin", precision=Precision.TOWN, country="IQ", admin1="IQG10", admin2="IQG10Q05", lat=34.35, lon=45.39),
    KIRKUK_CITY,
    Place(name="Deir ez-Zor", precision=Precision.TOWN, country="SY", admin1="SY-DY", lat=35.33, lon=40.14),
    Place(name="Suva", precision=Precision.TOWN, country="FJ", lat=-18.1, lon=179.9),
])  # fmt: skip
_AREAS = st.sampled_from([
    CodedArea(codes=("IQ",)), DIYALA, KHANAQIN, CodedArea(codes=("SY", "SY-DY")),
    Circle(lat=34.35, lon=45.39, radius_km=40.0), Circle(lat=-18.0, lon=-179.9, radius_km=80.0),
])  # fmt: skip


@given(place=_PLACES, areas=st.lists(_AREAS, min_size=1, max_size=6))
def test_the_index_finds_exactly_the_watches_that_pass_one_by_one(place: Place | None, areas: list[CodedArea]) -> None:
    watches = [_watch(f"w{number}", areas=(area,)) for number, area in enumerate(areas)]
    index = WatchIndex(watches)
    state = msgspec.structs.replace(opened(), place=place)
    one_by_one = {watch.id for watch in watches if index.verdict(watch.id, state).refused is None}
    assert {verdict.watch_id for verdict in index.passing(state)} == one_by_one


def test_ten_thousand_watches_are_matched_in_under_ten_milliseconds() -> None:
    watches = [
        _watch(
            f"p{number}",
            areas=(Circle(lat=29 + number % 97 * 0.09, lon=39 + number % 89 * 0.1, radius_km=5 + number % 40),),
        )
        for number in range(4_000)
    ]
    watches += [
        _watch(f"c{number}", areas=((KHANAQIN, DIYALA, CodedArea(codes=("IQ", f"IQG{number % 18 + 1:02}")))[number % 3],),
               filters=Filters(min_killed=number % 50, min_origins=number % 3))
        for number in range(6_000)
    ]  # fmt: skip
    index = WatchIndex(watches)
    place = Place(
        name="Khanaqin", precision=Precision.TOWN, country="IQ", admin1="IQG10", admin2="IQG10Q05", lat=34.35, lon=45.39
    )
    states: list[IncidentChange] = [
        opened(number, place=place, casualties=Casualties(killed=exactly(7)), sources=(source(),))
        for number in range(20)
    ]
    taken = []
    for state in states:
        started = time.perf_counter()
        passing = index.passing(state)
        taken.append(time.perf_counter() - started)
    assert len(passing) > 100
    assert min(taken) < 0.010  # the quickest of 20: other programs on the machine must not decide
