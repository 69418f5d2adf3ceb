"""``tocsin watches`` without any server."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from services.alert.cli import deliveries, watches
from shared.codec import encode
from tests.support.incidents import opened, reacted, updated

SHIPPED = Path(__file__).parents[3] / "config" / "watches.yaml"


def test_the_shipped_watch_is_shown_as_understood() -> None:
    result = CliRunner().invoke(watches, ["list", "--file", str(SHIPPED)])
    assert result.exit_code == 0
    assert (
        "diyala: Diyala\n  where: IQG10 (narrowed when vague)\n  tells: nobody: no endpoint is enabled\n"
        "  how: sign of life at 08:00, at most 20 an hour for a district (Asia/Baghdad)" in result.output
    )


def test_a_wrong_file_ends_with_a_sentence_and_2(tmp_path: Path) -> None:
    wrong = tmp_path / "watches.yaml"
    wrong.write_text("watches: {a: {places: [Diyalaa Provinze]}}", encoding="utf-8")
    result = CliRunner().invoke(watches, ["list", "--file", str(wrong)])
    assert result.exit_code == 2
    assert "watches.a: places has 'Diyalaa Provinze', which is not a place that is known" in result.output


def test_a_watch_is_tried_on_recorded_changes(tmp_path: Path) -> None:
    first = opened()
    changes = [first, updated(first), reacted(updated(first))]
    lines = tmp_path / "changes.jsonl"
    lines.write_bytes(b"\n".join(encode(change) for change in changes) + b"\n\n")
    result = CliRunner().invoke(watches, ["test", "--file", str(SHIPPED), str(lines)])
    assert result.exit_code == 0
    assert result.stdout.count("diyala (alert)") == 2
    assert result.stdout.count("diyala (update)") == 2
    assert "4 deliveries" in result.output


def test_a_line_that_is_no_change_is_named(tmp_path: Path) -> None:
    lines = tmp_path / "changes.jsonl"
    lines.write_bytes(encode(opened()) + b"\n{}\n")
    result = CliRunner().invoke(watches, ["test", "--file", str(SHIPPED), str(lines)])
    assert result.exit_code == 1
    assert "line 2: not a valid incident-change message" in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["replay"], "name a delivery, --endpoint or --since"),
        (["list", "--since", "yesterday"], "neither a time such as 2026-06-13T20:00 nor an age such as 90m"),
        (["list", "--limit", "0"], "0 is not in the range"),
    ],
)
def test_a_wrong_use_of_deliveries_is_a_sentence(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(deliveries, arguments)
    assert result.exit_code == 2
    assert sentence in result.output


def test_deliveries_without_a_database_name_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_ALERT_POSTGRES_DSN", raising=False)
    result = CliRunner().invoke(deliveries, ["list"])
    assert result.exit_code == 1
    assert "TOCSIN_ALERT_POSTGRES_DSN" in result.output
