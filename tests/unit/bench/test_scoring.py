"""Reading and linking scored on a stream of five items whose figures can be worked out by hand."""

from datetime import UTC, datetime

import msgspec
import pytest

from bench.scoring.linking import assignment, score_linking
from bench.scoring.reading import score_reading, wrong_facts
from bench.scoring.stream import Stream, TrueIncident, Truth
from services.classify.backtest import Backtest
from shared.events.facts import Casualties, Count, EventType, Place, Precision
from shared.events.incident import IncidentChange
from shared.events.report import Kind, Report

KHANAQIN = Place(
    name="Khanaqin",
    lat=34.35,
    lon=45.39,
    precision=Precision.TOWN,
    country="IQ",
    admin1="IQG10",
    admin2="IQG10Q05",
)
HIT = Place(name="Hit", lat=33.64, lon=42.83, precision=Precision.TOWN, country="IQ", admin1="IQG01", admin2="IQG01Q05")

BASRA = Place(
    name="Basra", lat=30.51, lon=47.78, precision=Precision.TOWN, country="IQ", admin1="IQG02", admin2="IQG02Q03"
)


def truth(key: str, **facts: object) -> Truth:
    kind = facts.pop("kind", "report")
    incident = facts.pop("incident", "a1" if kind != "other" else None)
    return msgspec.convert({"id": key, "kind": kind, "incident": incident, **facts}, Truth)


def report(key: str, kind: Kind, *, place: Place | None = KHANAQIN, killed: int | None = None, hour: int = 6) -> Report:
    return Report(
        item_id=key,
        event_id=f"v-{key}",
        kind=kind,
        feed=f"feed-{key}",
        outlet=f"outlet-{key}",
        url="",
        title=key,
        published=datetime(2026, 3, 2, hour, tzinfo=UTC),
        event_type=EventType.ARMED_CLASH if kind is not Kind.OTHER else None,
        place=place if kind is not Kind.OTHER else None,
        occurred_on=datetime(2026, 3, 1, tzinfo=UTC).date() if kind is not Kind.OTHER else None,
        casualties=Casualties(killed=Count(best=killed, low=killed, high=killed) if killed is not None else None),
        lang="en",
        confidence=0.9,
    )


IN_KHANAQIN = {
    "event_type": "armed_clash",
    "country": "IQ",
    "admin1": "IQG10",
    "admin2": "IQG10Q05",
    "lat": 34.35,
    "lon": 45.39,
}


def test_facts_are_judged_where_the_truth_knows_them_and_a_missing_report_is_wrong() -> None:
    truths = [
        truth("1", **IN_KHANAQIN, killed=3),
        truth("2", kind="update", **IN_KHANAQIN),
        truth("3", kind="other"),
        truth("4", kind="reaction"),
    ]
    reports = {
        "1": report("1", Kind.REPORT, killed=3),
        "3": report("3", Kind.REPORT),
        "4": report("4", Kind.REACTION, place=None),
    }
    found = score_reading(truths, reports)
    assert (found.items, found.unread) == (4, 1)
    assert (found.attack_news.precision, found.attack_news.recall) == pytest.approx((2 / 3, 2 / 3))
    assert (found.killed.right, found.killed.of) == (2, 2)  # none stated and none read agree
    assert (found.killed_where_given.right, found.killed_where_given.of) == (1, 1)
    assert (found.district.right, found.district.of) == (1, 2)
    assert (found.within_5_km.right, found.within_5_km.of) == (1, 2)
    assert found.date.value is None
    assert found.kinds["other"] == {"report": 1}


def test_what_was_read_wrongly_is_named_the_kind_first() -> None:
    facts = wrong_facts(truth("1", **IN_KHANAQIN, killed=3), report("1", Kind.REACTION, place=HIT, killed=2))
    assert facts == ("kind", "governorate", "district", "point", "killed")


def stream(*truths: Truth, incidents: tuple[TrueIncident, ...]) -> Stream:
    return Stream(name="made", items=(), truths=truths, incidents=incidents)


def changes_of(*reports: Report) -> list[IncidentChange]:
    folding = Backtest()
    return [change for one in reports for change in folding.take(one)]


def test_one_attack_told_twice_is_alerted_once() -> None:
    made = stream(
        truth("1", **IN_KHANAQIN, killed=3),
        truth("2", kind="update", **IN_KHANAQIN, killed=4),
        incidents=(TrueIncident(incident="a1", admin1="IQG10", final_killed=4),),
    )
    changes = changes_of(report("1", Kind.REPORT, killed=3), report("2", Kind.UPDATE, killed=4, hour=9))
    found = score_linking(made, changes)
    assert found.alerted_once.value == 1.0
    assert found.alerted_at_first_report.value == 1.0
    assert (found.false_alerts, found.repeated_alerts, found.hidden_by_merge) == (0, 0, 0)
    assert found.final_killed.value == 1.0
    assert found.updates_with_news.value == 1.0
    assert found.watch.f1 == 1.0
    assert found.b_cubed.f1 == 1.0


def test_two_alerts_of_one_attack_are_a_repetition_and_an_alert_of_none_is_false() -> None:
    made = stream(
        truth("1", **IN_KHANAQIN, killed=3),
        truth("2", **IN_KHANAQIN, killed=3),
        truth("3", kind="other"),
        incidents=(TrueIncident(incident="a1", admin1="IQG10", final_killed=3),),
    )
    changes = changes_of(
        report("1", Kind.REPORT, killed=3),
        report("2", Kind.REPORT, place=HIT, killed=3, hour=7),
        report("3", Kind.REPORT, place=BASRA, killed=40, hour=8),
    )
    found = score_linking(made, changes)
    assert found.alerted_once.value == 0.0
    assert found.repeated_alerts == 1
    assert (found.false_alerts, found.ordinary_attached) == (1, 1)
    assert (found.openings_right.right, found.openings_right.of) == (1, 3)
    assert found.b_cubed.recall < 1.0


def test_an_attack_hidden_in_another_ones_incident_is_counted() -> None:
    made = stream(
        truth("1", **IN_KHANAQIN, killed=3),
        truth("2", incident="a2", **IN_KHANAQIN, killed=3),
        incidents=(TrueIncident(incident="a1", admin1="IQG10"), TrueIncident(incident="a2", admin1="IQG10")),
    )
    found = score_linking(made, changes_of(report("1", Kind.REPORT, killed=3), report("2", Kind.REPORT, killed=3)))
    assert found.hidden_by_merge == 1
    assert found.alerted.value == 0.5
    assert found.watch.recall == 0.5


def test_an_item_belongs_where_the_last_state_counts_it() -> None:
    changes = changes_of(report("1", Kind.REPORT, killed=3), report("2", Kind.REPORT, killed=3, hour=7))
    assert len(set(assignment(changes).values())) == 1
    assert set(assignment(changes)) == {"1", "2"}
