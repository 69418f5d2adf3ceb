"""The labelled streams hold together: a wrong label is worse than none, because figures rest on it."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.events.report import Kind

STREAMS = sorted(p.parent for p in (Path(__file__).parent / "streams").glob("*/items.jsonl"))
IRAQ_OFFSET = timedelta(hours=3)
STATES_FACTS = ("report", "update")

pytestmark = pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name)


def rows(stream: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (stream / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def text_of(item: dict[str, Any]) -> str:
    return " ".join(part for part in (item["title"], item["summary"], item["content"]) if part)


def test_items_and_labels_are_the_same_in_the_same_order(stream: Path) -> None:
    items, gold = rows(stream, "items"), rows(stream, "gold")
    assert [i["id"] for i in items] == [g["id"] for g in gold]
    assert len({i["id"] for i in items}) == len({i["url"] for i in items}) == len(items)
    assert [i["published"] for i in items] == sorted(i["published"] for i in items)
    assert {i["lang"] for i in items} <= {"en", "ar", "ckb"}
    assert all(re.fullmatch(rf"https://{i['feed']}\.example/\S+", i["url"]) for i in items)


def test_attack_news_names_an_incident_and_other_news_none(stream: Path) -> None:
    known = {i["incident"] for i in rows(stream, "incidents")}
    gold = rows(stream, "gold")
    assert {g["kind"] for g in gold} == {str(kind) for kind in Kind}
    assert all((g["incident"] in known) if g["kind"] != "other" else g["incident"] is None for g in gold)
    assert all((g["event_type"] is not None) == (g["kind"] in ("report", "update", "reaction")) for g in gold)
    assert {g["incident"] for g in gold if g["kind"] in STATES_FACTS} == known


def test_a_place_is_written_in_its_item(stream: Path) -> None:
    for item, gold in zip(rows(stream, "items"), rows(stream, "gold"), strict=True):
        assert gold["place"] is None or gold["place"] in text_of(item), gold["id"]


def test_no_attack_is_dated_after_its_news(stream: Path) -> None:
    for item, gold in zip(rows(stream, "items"), rows(stream, "gold"), strict=True):
        if gold["occurred_on"] is not None:
            here = (datetime.fromisoformat(item["published"]) + IRAQ_OFFSET).date()
            assert timedelta(0) <= here - date.fromisoformat(gold["occurred_on"]) <= timedelta(days=30), gold["id"]


def test_the_last_stated_toll_is_the_final_one(stream: Path) -> None:
    gold = rows(stream, "gold")
    for incident in rows(stream, "incidents"):
        if incident["false_alarm"]:
            continue
        for fact in ("killed", "wounded"):
            stated = [
                g[fact]
                for g in gold
                if g["incident"] == incident["incident"] and g["kind"] in STATES_FACTS and g[fact] is not None
            ]
            assert (stated[-1] if stated else None) == incident[f"final_{fact}"], (incident["incident"], fact, stated)


def test_each_false_alarm_and_only_those_is_retracted(stream: Path) -> None:
    retracted = {g["incident"] for g in rows(stream, "gold") if g["kind"] == "retraction"}
    assert retracted == {i["incident"] for i in rows(stream, "incidents") if i["false_alarm"]}
