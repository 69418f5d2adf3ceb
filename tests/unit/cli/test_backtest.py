"""`tocsin backtest --watch`: what the watches of a file would have been sent."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from services.cli.backtest import backtest

DIYALA = "watches:\n  diyala: {name: Diyala, places: [IQG10], endpoints: [desk]}\n"
BASRA = "watches:\n  basra: {name: Basra, places: [IQG02], endpoints: [desk]}\n"
ENDPOINTS = "endpoints:\n  desk: {channel: email, to: desk@watch.example}\n"


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


def test_a_watch_over_the_place_is_told_in_its_own_words(runner: CliRunner, tmp_path: Path) -> None:
    watches = tmp_path / "watches.yaml"
    watches.write_text(ENDPOINTS + DIYALA, encoding="utf-8")
    found = runner.invoke(backtest, ["--sample", "--watch", str(watches)])
    assert found.exit_code == 0, found.output
    assert "desk  diyala (alert)" in found.stdout
    assert "Mandali" in found.stdout


def test_a_watch_over_another_place_is_told_nothing(runner: CliRunner, tmp_path: Path) -> None:
    watches = tmp_path / "watches.yaml"
    watches.write_text(ENDPOINTS + BASRA, encoding="utf-8")
    found = runner.invoke(backtest, ["--sample", "--watch", str(watches)])
    assert found.exit_code == 0, found.output
    assert found.stdout == ""


def test_a_line_that_cannot_be_read_is_still_told_by_the_exit_status(runner: CliRunner, tmp_path: Path) -> None:
    watches = tmp_path / "watches.yaml"
    watches.write_text(ENDPOINTS + DIYALA, encoding="utf-8")
    found = runner.invoke(backtest, ["--watch", str(watches)], input="{broken\n")
    assert found.exit_code == 1
    assert "line 1" in found.stderr
