"""Input lines of ``tocsin classify``: what is accepted, and how the rest is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.classify.backtest import backtest
from services.classify.cli import classify
from services.classify.items import InputError, item_of, item_of_line
from shared.events.item import ItemChange

GOOD = {
    "id": "i1",
    "feed": "outlet-en",
    "lang": "en",
    "url": "https://outlet.example/1",
    "title": "Gunmen kill two in Hatra",
    "summary": "",
    "content": None,
    "published": "2026-03-10T08:00:00Z",
}


def test_a_line_of_the_contract_becomes_an_item() -> None:
    item = item_of_line(json.dumps(GOOD))
    assert (item.item_id, item.feed, item.title, item.content, item.lang) == (
        "i1",
        "outlet-en",
        GOOD["title"],
        None,
        "en",
    )
    assert item.published.isoformat() == "2026-03-10T08:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": None}, "id"), ({"id": ""}, "id"), ({"id": 7}, "id"), ({"title": None}, "title"), ({"title": ["x"]}, "title"), ({"published": None}, "published"),
        ({"published": "yesterday"}, "published"), ({"published": 1}, "published"), ({"published": "0001-01-01T00:00:00Z"}, "published"), ({"summary": 5}, "summary"),
        ({"content": {}}, "content"), ({"backfill": "yes"}, "backfill"), ({"tier": 0}, "tier"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_what_is_accepted(change: dict[str, object], field: str) -> None:
    with pytest.raises(InputError, match=f"field '{field}'.*accepted: ") as caught:
        item_of_line(json.dumps(GOOD | change))
    assert caught.value.field == field


@pytest.mark.parametrize("line", ["", "{", "[]", '"x"', "7", "null", "[" * 100_000])
def test_a_line_that_is_no_object_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="the line"):
        item_of_line(line)


def test_half_a_surrogate_pair_is_replaced() -> None:
    line = json.dumps(GOOD | {"title": "bomb \ud83d here"})
    assert item_of_line(line).title == "bomb \ufffd here"


def test_bad_lines_are_named_and_the_others_read() -> None:
    lines = "\n".join(
        [
            json.dumps(GOOD),
            "nonsense",
            "",
            json.dumps(GOOD | {"id": "i4", "published": "soon"}),
            json.dumps(GOOD | {"id": "i5"}),
        ]
    )
    result = CliRunner().invoke(classify, input=lines)
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert [report["item_id"] for report in reports] == ["i1", "i5"]
    assert result.exit_code == 1
    assert "line 2: the line: not JSON" in result.stderr
    assert "line 4: field 'published'" in result.stderr


def test_a_report_line_has_the_fields_of_the_contract() -> None:
    result = CliRunner().invoke(classify, input=json.dumps(GOOD))
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert {
        "item_id",
        "kind",
        "confidence",
        "backfill",
        "event_type",
        "event_group",
        "place",
        "occurred_on",
        "casualties",
        "perpetrator",
        "lang",
        "evidence",
        "other_events",
    } <= report.keys()
    assert set(report["casualties"]) == {"killed", "wounded", "attackers_killed", "counted_by"}
    assert report["casualties"]["killed"] == {"best": 2, "low": 2, "high": 2}


def test_one_text_is_read_from_the_command_line() -> None:
    result = CliRunner().invoke(
        classify, ["--text", "Gunmen kill two in Hatra on Monday", "--published", "2026-03-10T08:00:00Z", "--pretty"]
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout)["occurred_on"] == "2026-03-09"


def test_a_wrong_time_on_the_command_line_is_refused() -> None:
    result = CliRunner().invoke(classify, ["--text", "x", "--published", "noon"])
    assert result.exit_code == 2
    assert "published" in result.stderr


def test_published_without_a_text_is_refused() -> None:
    assert CliRunner().invoke(classify, ["--published", "2026-03-10T08:00:00Z"]).exit_code == 2


def test_a_withdrawn_version_takes_back_what_the_item_said_in_a_backtest(tmp_path: Path) -> None:
    told = GOOD | {"version": 1}
    gone = GOOD | {"version": 2, "change": "withdrawn"}
    source = tmp_path / "items.jsonl"
    source.write_text("\n".join(json.dumps(line) for line in (told, gone)), encoding="utf-8")
    result = CliRunner().invoke(backtest, [str(source)])
    changes = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(c["change"], c["status"], c["notify"]) for c in changes] == [
        ("opened", "active", True),
        ("updated", "withdrawn", True),
    ]
    assert changes[1]["incident_id"] == changes[0]["incident_id"]


def test_a_later_version_is_a_new_text_unless_it_says_otherwise() -> None:
    assert item_of(GOOD).change is ItemChange.NEW
    assert item_of(GOOD | {"version": 2}).change is ItemChange.TEXT
    assert item_of(GOOD | {"version": 2, "change": "title"}).change is ItemChange.TITLE
    assert item_of(GOOD).event_id != item_of(GOOD | {"change": "withdrawn"}).event_id
    with pytest.raises(InputError, match='"withdrawn"'):
        item_of(GOOD | {"change": "gone"})
