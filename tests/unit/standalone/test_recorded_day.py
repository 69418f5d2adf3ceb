"""The recorded day keeps what the demo promises of it."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.standalone.recorded_day import (
    FeedFormat,
    RecordedDay,
    RecordedDayError,
    appears_after,
    feed_listings,
    input_lines,
    load_recorded_day,
    parse_recorded_day,
    shift,
    silenced,
    visible_count,
)

DAY = load_recorded_day()
TIMES = st.datetimes(min_value=datetime(2020, 7, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_day_is_as_large_and_as_mixed_as_promised() -> None:
    assert len(DAY.items) >= 64
    assert len(DAY.outlets) >= 7
    assert {outlet.format for outlet in DAY.outlets} == set(FeedFormat)
    assert {outlet.language for outlet in DAY.outlets} == {"en", "ar", "ckb"}
    assert set(Counter(item.outlet for item in DAY.items)) == {outlet.slug for outlet in DAY.outlets}


def test_the_attack_is_told_by_five_outlets_in_three_languages_flash_first_reaction_last() -> None:
    told = [item for item in DAY.items if item.key.startswith("dara-")]
    languages = {outlet.slug: outlet.language for outlet in DAY.outlets}

    assert told[0].key == DAY.expected.alert_item
    assert told[1].key == DAY.expected.update_item
    assert told[-1].key == DAY.expected.reaction_item
    assert len({item.outlet for item in told}) == len(told) == 5
    assert {languages[item.outlet] for item in told} == {"en", "ar", "ckb"}


def test_no_report_of_the_attack_is_in_a_feed_before_its_first_poll() -> None:
    opening = {item.key for item in DAY.items[: DAY.opening]}

    assert not {key for key in opening if key.startswith("dara-")}
    assert {item.outlet for item in DAY.items[: DAY.opening]} == {outlet.slug for outlet in DAY.outlets}


def test_the_flash_is_out_for_seconds_before_the_full_report_follows() -> None:
    flash, full = (appears_after(DAY, key, 25.0) for key in (DAY.expected.alert_item, DAY.expected.update_item))

    assert flash > 1.0
    assert full - flash > 4.0


def test_no_text_names_a_date_that_shifting_would_make_wrong() -> None:
    for item in DAY.items:
        text = " ".join((item.title, item.summary, item.content or ""))
        assert "2020" not in text, item.key
        assert "June" not in text, item.key
        assert "حزيران" not in text, item.key


@given(TIMES)
def test_a_shifted_day_lies_in_the_past_week_on_the_same_weekdays(now: datetime) -> None:
    shifted = shift(DAY, now)

    last = max(item.published for item in shifted.items)
    assert last <= now
    assert now - last < timedelta(weeks=1)
    for before, after in zip(DAY.items, shifted.items, strict=True):
        assert after.published.weekday() == before.published.weekday()
        assert after.published.time() == before.published.time()
        assert (after.published - before.published) % timedelta(weeks=1) == timedelta(0)


@given(TIMES)
def test_shifting_twice_is_shifting_once(now: datetime) -> None:
    assert shift(shift(DAY, now), now) == shift(DAY, now)


@given(st.floats(min_value=-10, max_value=100), st.floats(min_value=0, max_value=100), st.floats(0.001, 60))
def test_items_appear_and_never_vanish_as_time_passes(elapsed: float, more: float, duration: float) -> None:
    now, later = visible_count(DAY, elapsed, duration), visible_count(DAY, elapsed + more, duration)

    assert DAY.opening <= now <= later <= len(DAY.items)


def test_only_the_opening_is_there_at_first_and_everything_at_the_end() -> None:
    assert visible_count(DAY, 0.0, 25.0) == DAY.opening
    assert visible_count(DAY, 24.9, 25.0) < len(DAY.items)
    assert visible_count(DAY, 25.0, 25.0) == len(DAY.items)
    assert visible_count(DAY, 0.0, 0.0) == len(DAY.items)


def test_an_item_is_visible_from_the_moment_it_is_said_to_appear() -> None:
    for position, item in enumerate(DAY.items):
        assert visible_count(DAY, appears_after(DAY, item.key, 64.0) + 1e-6, 64.0) >= position + 1


def test_a_silenced_day_keeps_its_outlets_and_has_no_news() -> None:
    day = silenced(DAY)

    assert day.outlets == DAY.outlets
    assert visible_count(day, 5.0, 25.0) == 0


def test_every_outlet_is_listed_once_with_the_address_of_its_feed() -> None:
    listings = feed_listings(DAY, "http://127.0.0.1:1")

    assert [listing.slug for listing in listings] == [outlet.slug for outlet in DAY.outlets]
    assert listings[0].url == "http://127.0.0.1:1/feeds/sirwan-post-en.xml"


def test_the_day_can_be_piped_into_classify_and_backtest() -> None:
    lines = [json.loads(line) for line in input_lines(DAY)]

    assert [line["id"] for line in lines] == [item.key for item in DAY.items]
    assert set(lines[0]) == {"id", "feed", "lang", "url", "title", "summary", "content", "published"}
    assert lines[0]["published"] == "2020-06-12T09:05:00Z"


FILE = """
expected: {{watch_admin1: A, watch_admin2: B, alert_item: a, update_item: b, reaction_item: c, killed: 1, wounded: 1}}
outlets:
  - {{slug: one, name: One, format: rss2, language: en, country: IQ, tier: 1, site: "https://one.example/",
     link: "https://one.example/{{number}}", guid: "one-{{number}}", description: One}}
opening: [{opening}]
live: [{live}]
"""


def _entry(key: str, outlet: str = "one", number: int = 1, published: str = "2020-06-13T10:00:00Z") -> str:
    return f"{{key: {key}, outlet: {outlet}, number: {number}, published: {published}, title: T, summary: S}}"


def _parse(opening: str, live: str = "") -> RecordedDay:
    return parse_recorded_day(FILE.format(opening=opening, live=live))


@pytest.mark.parametrize(
    ("opening", "live", "complaint"),
    [
        (_entry("a", outlet="two"), "", "item a: no outlet is called two"),
        (_entry("a", published="2020-06-13T10:00:00"), "", "item a: published must be a time with its zone"),
        (_entry("a"), _entry("a", number=2), "key used twice: a"),
        (_entry("a"), _entry("b"), "guid used twice: one one-1"),
        ("", _entry("a"), "no opening item in"),
        (_entry("a"), f"{_entry('b', number=2)}, {_entry('c', number=3, published='2020-06-12T10:00:00Z')}", "order"),
    ],
)
def test_a_day_that_breaks_a_rule_is_refused_with_the_reason(opening: str, live: str, complaint: str) -> None:
    with pytest.raises(RecordedDayError, match=complaint):
        _parse(opening, live)


def test_a_small_day_reads_as_written() -> None:
    day = _parse(_entry("a"), _entry("b", number=2))

    assert [item.guid for item in day.items] == ["one-1", "one-2"]
    assert day.items[0].link == "https://one.example/1"
    assert day.opening == 1
