"""Linking alone, on labelled streams of the repository and the one beside it: true facts in, so that every error is linking's own."""

import json
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import pytest

from services.classify.backtest import Backtest
from shared import ids
from shared.events.facts import GROUP_OF, Casualties, EventType, Place, Precision
from shared.events.incident import ChangeKind, IncidentChange
from shared.events.report import Kind, Report
from tests.support.told import count

HERE = Path(__file__).resolve().parent
BESIDE = HERE.parents[2] / "shared" / "eval" / "dev"
STREAMS = [
    HERE / "streams" / "garmian",
    HERE / "streams" / "levant",
    pytest.param(
        BESIDE,
        marks=[
            pytest.mark.shared_data,
            pytest.mark.skipif(not (BESIDE / "gold.jsonl").exists(), reason="no labelled stream beside the repository"),
        ],
    ),
]

Row = dict[str, object]


def rows(stream: Path, name: str) -> list[Row]:
    return [json.loads(line) for line in (stream / name).read_text(encoding="utf-8").splitlines()]


def place_of(gold: Row) -> Place | None:
    if gold["country"] is None:
        return None
    admin1, admin2, lat = gold["admin1"], gold["admin2"], gold["lat"]
    precision = Precision.TOWN if lat else Precision.DISTRICT if admin2 else Precision.GOVERNORATE
    if not (lat or admin1):
        precision = Precision.COUNTRY
    found = {key: gold.get(key) for key in ("geonameid", "lat", "lon", "country", "admin1", "admin2")}
    return Place(name=str(gold["place"] or ""), precision=precision, **found)  # type: ignore[arg-type]  # JSON values


def true_report(gold: Row, item: Row) -> Report:
    event_type = EventType(str(gold["event_type"])) if gold["event_type"] else None
    toll = {key: count(gold[key]) for key in ("killed", "wounded", "attackers_killed")}  # type: ignore[arg-type]  # JSON values
    return Report(
        item_id=str(gold["id"]),
        event_id=ids.item_event_id(str(gold["id"]), "1"),
        kind=Kind(str(gold["kind"])),
        lang=str(item["lang"]),
        feed=str(item["feed"]),
        outlet=str(item["feed"]),
        url=str(item["url"]),
        title=str(item["title"]),
        published=datetime.fromisoformat(str(item["published"])),
        event_type=event_type,
        event_group=GROUP_OF[event_type] if event_type else None,
        place=place_of(gold),
        occurred_on=date.fromisoformat(str(gold["occurred_on"])) if gold["occurred_on"] else None,
        casualties=Casualties(**toll),
        perpetrator=str(gold["perpetrator"] or "unknown"),
        confidence=0.9,
    )


@pytest.fixture(scope="module", params=STREAMS, ids=lambda path: path.name)
def stream(request: pytest.FixtureRequest) -> Path:
    """The folder of a labelled stream."""
    return Path(request.param)


@pytest.fixture(scope="module")
def linked(stream: Path) -> list[tuple[Row, IncidentChange]]:
    """Each change with the truth of the item that caused it."""
    folding = Backtest()
    items = {str(item["id"]): item for item in rows(stream, "items.jsonl")}
    return [
        (gold, change)
        for gold in rows(stream, "gold.jsonl")
        for change in folding.take(true_report(gold, items[str(gold["id"])]))
    ]


def test_nearly_every_incident_is_alerted_exactly_once(stream: Path, linked: list[tuple[Row, IncidentChange]]) -> None:
    alerts: dict[object, int] = defaultdict(int)
    for gold, change in linked:
        alerts[gold["incident"]] += change.change is ChangeKind.OPENED and change.notify
    incidents = [row["incident"] for row in rows(stream, "incidents.jsonl")]
    assert all(alerts[incident] >= 1 for incident in incidents)
    assert sum(alerts[incident] == 1 for incident in incidents) / len(incidents) >= 0.95


def test_no_two_incidents_are_merged(linked: list[tuple[Row, IncidentChange]]) -> None:
    truths: dict[str, set[object]] = defaultdict(set)
    for gold, change in linked:
        truths[change.incident_id].add(gold["incident"])
    assert [found for found in truths.values() if len(found) > 1] == []


def test_every_false_alarm_is_retracted_and_nothing_else(
    stream: Path, linked: list[tuple[Row, IncidentChange]]
) -> None:
    false_alarms = {row["incident"] for row in rows(stream, "incidents.jsonl") if row["false_alarm"]}
    assert {gold["incident"] for gold, change in linked if change.change is ChangeKind.RETRACTED} == false_alarms


def test_the_last_toll_is_the_true_one(stream: Path, linked: list[tuple[Row, IncidentChange]]) -> None:
    last = {gold["incident"]: change.casualties for gold, change in linked}
    wrong = [
        row["incident"]
        for row in rows(stream, "incidents.jsonl")
        if not row["false_alarm"]
        and (((killed := last[row["incident"]].killed) and killed.best) or 0) != (row["final_killed"] or 0)
    ]
    assert wrong == []
