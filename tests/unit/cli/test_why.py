"""`tocsin why`: for every item and every watch one reason out of the closed list."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.alert.reasons import REASONS
from services.cli.why import why

STREAMS = Path(__file__).parents[2] / "eval" / "streams"
DEV = Path(__file__).parents[4] / "shared" / "eval" / "dev" / "items.jsonl"
WATCHES = """
endpoints:
  desk: {channel: pull}
watches:
  diyala: {name: Diyala, places: [Diyala], endpoints: [desk]}
  grave: {name: Iraq, places: [IQ], filters: {min_severity: critical}, endpoints: [desk]}
  sure: {name: Iraq, places: [IQ], filters: {min_origins: 2}, endpoints: [desk]}
"""
NEWS = [
    {"id": "1", "title": "Gunmen kill two farmers near Khanaqin, Diyala", "published": "2026-03-14T18:00:00Z"},
    {"id": "2", "title": "Football: Diyala win 2-1", "published": "2026-03-14T18:30:00Z"},
    {"id": "3", "title": "Gunmen kill five policemen in Kirkuk city", "published": "2026-03-14T19:00:00Z"},
]


def asked(tmp_path: Path, items: Path, *arguments: str) -> list[str]:
    watches = tmp_path / "watches.yaml"
    watches.write_text(WATCHES, encoding="utf-8")
    done = CliRunner().invoke(why, ["--watches", str(watches), "--items", str(items), *arguments])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


@pytest.fixture
def news(tmp_path: Path) -> Path:
    file = tmp_path / "items.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in NEWS), encoding="utf-8")
    return file


def test_each_item_has_a_reason_for_each_watch(tmp_path: Path, news: Path) -> None:
    lines = [line.split("\t") for line in asked(tmp_path, news)]
    assert [line[3:] for line in lines] == [
        ["diyala=alert", "grave=severity", "sure=origins"],
        ["diyala=not_attack_news", "grave=not_attack_news", "sure=not_attack_news"],
        ["diyala=outside", "grave=severity", "sure=origins"],
    ]


def test_one_item_is_told_as_a_story(tmp_path: Path, news: Path) -> None:
    told = "\n".join(asked(tmp_path, news, "1", "--watch", "diyala"))
    assert "Khanaqin" in told
    assert "opened" in told
    assert "diyala: alert (told, as alert)" in told
    assert "grave" not in told


def test_nothing_known_and_a_wrong_watch_are_said(tmp_path: Path, news: Path) -> None:
    watches = tmp_path / "w.yaml"
    watches.write_text(WATCHES, encoding="utf-8")
    unknown = CliRunner().invoke(why, ["nope", "--watches", str(watches), "--items", str(news)])
    assert unknown.exit_code == 1
    assert "nothing is known of 'nope'" in unknown.output
    wrong = CliRunner().invoke(why, ["1", "--watch", "basra", "--watches", str(watches), "--items", str(news)])
    assert wrong.exit_code == 1
    assert "diyala" in wrong.output


@pytest.mark.parametrize(
    "items", [STREAMS / "garmian" / "items.jsonl", pytest.param(DEV, marks=pytest.mark.shared_data)]
)
def test_every_item_of_a_stream_has_a_reason_out_of_the_closed_list(tmp_path: Path, items: Path) -> None:
    if not items.exists():
        pytest.skip("the stream lies beside the repository and is not there")
    lines = [line.split("\t") for line in asked(tmp_path, items)]
    assert len(lines) == sum(1 for line in items.read_text(encoding="utf-8").splitlines() if line.strip())
    for line in lines:
        assert [cell.split("=")[0] for cell in line[3:]] == ["diyala", "grave", "sure"]
        assert all(cell.split("=")[1] in REASONS for cell in line[3:])
