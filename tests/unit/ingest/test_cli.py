"""The commands that need no server, and the words that the others use."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from services.ingest.cli import feeds, ingest
from services.ingest.feed_check import ago, health_line, health_table, until
from tests.support.ingest_fakes import NOON

ROW = {
    "url": "https://dijla.example/rss",
    "retired_at": None,
    "is_active": True,
    "failures": 0,
    "last_error": None,
    "last_error_at": None,
    "last_outcome": "not_modified",
    "last_polled_at": NOON - timedelta(seconds=30),
    "last_success_at": NOON - timedelta(minutes=5),
    "next_poll_at": NOON + timedelta(seconds=90),
    "interval_seconds": 120.0,
    "interval_reason": "item_gap",
    "average_gap_seconds": 3600.0,
    "newest_item_at": NOON - timedelta(hours=3),
    "identity_mode": "guid",
    "etag": '"v1"',
    "last_modified": None,
    "moved_to": None,
    "moved_since": None,
    "hub": None,
}
HUB = {"hub": "https://hub.example/", "hub_state": "active", "hub_until": NOON + timedelta(days=3), "hub_due_at": NOON + timedelta(minutes=10), "last_push_at": None, "hub_error": None}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "ok 5 min ago; next poll in 90 s"),
        ({"failures": 3, "last_error": "answered 500"}, "failing 3 times in a row: answered 500; next poll in 90 s"),
        (
            {"retired_at": NOON - timedelta(days=2), "last_error": "answered 410 Gone"},
            "retired 2 d ago: answered 410 Gone; 'tocsin feeds resume' polls it again",
        ),
        ({"last_success_at": None}, "not polled yet"),
        ({"is_active": False}, "paused or no longer configured"),
    ],
)
def test_a_feeds_state_is_one_line(changes, line):
    assert health_line({**ROW, **changes}, NOON) == line


def test_everything_known_of_a_feed_is_told():
    table = dict(health_table(ROW, NOON))
    assert table["interval"] == "120 s (item_gap)"
    assert table["pace"] == "one item in 60 minutes"
    assert table["validators"] == 'etag "v1"'
    assert table["last error"] == "none"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "https://hub.example/: active, lease ends in 3 d, last push never"),
        ({"hub_until": NOON}, "https://hub.example/: its lease has ended, asked next in 10 min, last push never"),
        (
            {"hub_state": "refused", "hub_error": "the hub answered 403 where 202 was expected"},
            "https://hub.example/: refused, asked next in 10 min, last push never; the hub answered 403 where 202 was expected",
        ),
    ],
)
def test_the_hub_that_pushes_a_feed_is_told(changes, words):
    assert dict(health_table({**ROW, **HUB, **changes}, NOON))["pushed by"] == words
    assert "pushed by" not in dict(health_table(ROW, NOON))


def test_times_are_said_in_words():
    assert ago(None, NOON) == "never"
    assert ago(NOON - timedelta(hours=50), NOON) == "2 d ago"
    assert until(NOON, NOON) == "now"


@pytest.fixture
def environment(tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text(
        "feeds:\n  - slug: here\n    url: http://127.0.0.1:9/feed\n    outlet: Here\n    language: en\n    tier: 1\n"
    )
    return {"TOCSIN_INGEST_FEEDS_FILE": str(path)}


def test_trying_feeds_says_which_do_not_answer_and_why(environment):
    result = CliRunner(env=environment).invoke(feeds, ["test", "--all"])
    assert result.exit_code == 1
    assert "FAIL here" in result.output
    assert "connection to 127.0.0.1 refused: it lies in 127.0.0.0/8" in result.output
    assert "0 of 1 answer" in result.output


def test_trying_nothing_is_told(environment):
    assert "name feeds, or give --all" in CliRunner(env=environment).invoke(feeds, ["test"]).output
    assert "there is no feed nowhere" in CliRunner(env=environment).invoke(feeds, ["test", "nowhere"]).output


def test_a_wrong_feeds_file_is_a_sentence(tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("feeds: 3\n")
    result = CliRunner(env={"TOCSIN_INGEST_FEEDS_FILE": str(path)}).invoke(feeds, ["list"])
    assert result.exit_code == 1
    assert "must be a mapping with the key 'feeds'" in result.output


def test_a_time_that_is_none_is_a_sentence(environment):
    result = CliRunner(env=environment).invoke(ingest, ["republish", "--since", "yesterday"])
    assert result.exit_code == 2
    assert "'yesterday' is neither an age" in result.output


def test_a_database_that_is_away_is_one_line_and_no_log(environment, capfd):
    there = {**environment, "TOCSIN_INGEST_POSTGRES_DSN": "postgresql://127.0.0.1:1/tocsin"}
    result = CliRunner(env=there).invoke(feeds, ["test", "nowhere"])
    printed = [line for line in (result.output + "".join(capfd.readouterr())).splitlines() if line]
    assert len(printed) == 2, printed
    assert printed[0].endswith("are known: PostgreSQL at 127.0.0.1:1/tocsin did not answer within 1 s: [Errno 111] Connect call failed ('127.0.0.1', 1)")  # fmt: skip
