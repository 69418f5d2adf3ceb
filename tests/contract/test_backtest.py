"""``tocsin backtest`` keeps the contract: items or reports in, one change a line out, the service's own bytes."""

import json
from pathlib import Path

from click.testing import CliRunner

from services.classify.backtest import SAMPLE, Backtest, backtest
from shared.codec import decode, encode
from shared.events.incident import IncidentChange
from shared.events.report import Kind, Report
from tests.support.told import facts, told

STATE = {
    "event_type", "place", "casualties", "occurred_on", "perpetrator", "sources", "first_seen", "confidence", "severity",
    "status", "split_from",
}  # fmt: skip


def lines_of(*reports: Report) -> bytes:
    return b"".join(encode(report) + b"\n" for report in reports)


def test_reports_become_change_lines_with_the_whole_state() -> None:
    stream = lines_of(
        told("a", facts(killed=2), others=(facts("Tulul"),)),
        told("b", facts(killed=3), hours=1),
        told("c", kind=Kind.REACTION, hours=2),
    )
    result = CliRunner().invoke(backtest, ["--reports"], input=stream)
    assert result.exit_code == 0, result.output
    changes = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(change["change"], change["notify"]) for change in changes] == [
        ("opened", True),
        ("opened", True),
        ("updated", True),
        ("reacted", False),
    ]
    assert changes[1]["item_id"] == changes[0]["item_id"] + "#1"
    assert all({"item_id", "incident_id", "revision", *STATE} <= change.keys() for change in changes)
    assert {"item_id", "outlet", "origin", "url", "time"} <= changes[0]["sources"][0].keys()


def test_a_report_given_twice_changes_nothing_the_second_time() -> None:
    stream = lines_of(told("a"), told("a"), told("b", hours=1), told("a"))
    result = CliRunner().invoke(backtest, ["--reports"], input=stream)
    assert len(result.stdout.splitlines()) == 2


def test_the_lines_are_the_bytes_that_the_service_publishes() -> None:
    report = told("a", facts(killed=2))
    (change,) = Backtest().take(report)
    result = CliRunner().invoke(backtest, ["--reports"], input=lines_of(report))
    assert result.stdout_bytes == encode(change) + b"\n"
    assert decode(IncidentChange, result.stdout_bytes) == change


def test_each_region_is_folded_by_itself_and_a_report_of_two_goes_to_both() -> None:
    report = told("a", facts("Imam Ways"), others=(facts("Hama"),))
    assert len(list(Backtest().take(report))) == 2


def test_a_line_that_is_no_report_is_named_and_the_rest_is_read() -> None:
    result = CliRunner().invoke(backtest, ["--reports"], input=b"{}\n" + lines_of(told("a")) + b"nonsense\n")
    assert result.exit_code == 1
    assert "line 1: " in result.stderr
    assert "line 3: " in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_what_is_kept_out_is_counted_on_standard_error() -> None:
    result = CliRunner().invoke(backtest, ["--reports"], input=lines_of(told("a", kind=Kind.RETRACTION)))
    assert result.stdout == ""
    assert result.stderr == "kept out: nothing_to_retract 1\n"


def test_the_sample_rings_once_for_each_attack_and_takes_the_false_alarm_back() -> None:
    result = CliRunner().invoke(backtest, ["--sample"])
    assert result.exit_code == 0, result.output
    changes = [json.loads(line) for line in result.stdout.splitlines()]
    mandali = [change for change in changes if change["incident_id"] == changes[0]["incident_id"]]
    assert [change["change"] for change in mandali].count("opened") == 1
    assert mandali[-1]["casualties"]["killed"]["best"] == 3
    assert mandali[-1]["claimed"]
    assert [change["change"] for change in changes].count("opened") == 4
    assert [change["change"] for change in changes].count("retracted") == 1


def test_the_sample_is_a_stream_in_order_of_publication_with_three_languages() -> None:
    items = [json.loads(line) for line in Path(SAMPLE).read_text(encoding="utf-8").splitlines()]
    assert [item["published"] for item in items] == sorted(item["published"] for item in items)
    assert {item["lang"] for item in items} == {"en", "ar", "ckb"}
    assert len({item["id"] for item in items}) == len(items) == 25


def test_a_further_attack_of_an_item_claims_the_item_for_no_second_incident() -> None:
    """An evaluation that goes by the sources' item ids must find each item in the incident of its main attack alone."""
    stream = lines_of(
        told("a", facts(killed=2), others=(facts("Tulul"),)),
        told("b", facts("Tulul"), hours=1),
    )
    result = CliRunner().invoke(backtest, ["--reports"], input=stream)
    last = {change["incident_id"]: change for change in map(json.loads, result.stdout.splitlines())}
    listed = sorted(
        [(source["item_id"], source["telling"]) for source in change["sources"]] for change in last.values()
    )
    ids = {name: told(name).item_id for name in "ab"}
    assert listed == sorted([[(ids["a"], ids["a"])], [("", f"{ids['a']}#1"), (ids["b"], ids["b"])]])
