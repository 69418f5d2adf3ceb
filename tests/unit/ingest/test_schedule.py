"""When to poll next: promises that hold for any history, and the table of the module."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import schedule
from services.ingest.feed import FeedState
from services.ingest.schedule import IntervalReason, PollLimits

NOW = datetime(2026, 4, 11, 12, 30, tzinfo=UTC)
LIMITS = PollLimits()
seconds = st.floats(min_value=0, max_value=1e7, allow_nan=False)
jitters = st.floats(min_value=0, max_value=1, exclude_max=True)
states = st.builds(
    FeedState,
    average_gap_seconds=st.none() | st.floats(min_value=1, max_value=1e7),
    newest_item_at=st.none()
    | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2000)).map(lambda age: NOW - age),
    surge_until=st.none() | st.just(NOW + timedelta(minutes=5)),
    skip_hours=st.lists(st.integers(0, 23), unique=True).map(tuple),
    skip_days=st.lists(st.integers(0, 6), unique=True).map(tuple),
)


def after_success(state=FeedState(), *, tier=2, configured=None, asked=0.0, jitter=0.5, limits=LIMITS):  # noqa: B008 - frozen
    return schedule.after_success(
        state=state,
        tier=tier,
        configured_seconds=configured,
        asked_seconds=asked,
        limits=limits,
        now=NOW,
        jitter=jitter,
    )


def after_failure(failures=1, *, retry_after=None, configured=None, jitter=0.5):
    return schedule.after_failure(
        failures=failures,
        retry_after_seconds=retry_after,
        configured_seconds=configured,
        limits=LIMITS,
        now=NOW,
        jitter=jitter,
    )


@given(states, st.integers(1, 3), seconds, jitters)
def test_a_feed_that_answers_is_polled_within_the_bounds_and_never_sooner_than_it_asks(state, tier, asked, jitter):
    upcoming = after_success(state, tier=tier, asked=asked, jitter=jitter)
    wait = (upcoming.at - NOW).total_seconds()
    assert wait >= min(asked, LIMITS.longest_seconds) - 1e-5
    assert LIMITS.min_seconds - 1e-5 <= wait <= LIMITS.longest_seconds + 1e-5


@given(st.integers(1, 10_000), st.none() | seconds, jitters)
def test_a_failing_feed_is_always_polled_again_and_never_before_retry_after(failures, retry_after, jitter):
    upcoming = after_failure(failures, retry_after=retry_after, jitter=jitter)
    wait = (upcoming.at - NOW).total_seconds()
    assert wait >= min(retry_after or 0.0, LIMITS.longest_retry_after_seconds) - 1e-5
    assert (
        LIMITS.min_seconds - 1e-5
        <= wait
        <= max(LIMITS.longest_seconds, min(retry_after or 0.0, LIMITS.longest_retry_after_seconds)) + 1e-5
    )


@given(st.integers(1, 30), jitters)
def test_backing_off_grows(failures, jitter):
    assert after_failure(failures + 1, jitter=jitter).at >= after_failure(failures, jitter=jitter).at


def test_feeds_that_failed_together_are_not_polled_together_for_ever():
    assert after_failure(3, jitter=0.0).at != after_failure(3, jitter=0.9).at


@pytest.mark.parametrize(
    ("state", "tier", "wait", "reason"),
    [
        (FeedState(), 2, 300, IntervalReason.UNKNOWN_PACE),
        (FeedState(average_gap_seconds=400, newest_item_at=NOW), 2, 200, IntervalReason.GAP),
        (FeedState(average_gap_seconds=10, newest_item_at=NOW), 2, 60, IntervalReason.GAP),
        (FeedState(average_gap_seconds=86_400, newest_item_at=NOW), 1, 150, IntervalReason.GAP),
        (FeedState(average_gap_seconds=86_400, newest_item_at=NOW), 3, 3600, IntervalReason.GAP),
        (FeedState(average_gap_seconds=86_400, newest_item_at=NOW - timedelta(days=8)), 3, 3600, IntervalReason.QUIET),
        (
            FeedState(average_gap_seconds=86_400, newest_item_at=NOW - timedelta(days=40)),
            3,
            14_400,
            IntervalReason.QUIET,
        ),
        (
            FeedState(average_gap_seconds=900, newest_item_at=NOW, surge_until=NOW + timedelta(minutes=1)),
            3,
            60,
            IntervalReason.SURGE,
        ),
        (
            FeedState(average_gap_seconds=1200, newest_item_at=NOW, surge_until=NOW - timedelta(minutes=1)),
            3,
            600,
            IntervalReason.GAP,
        ),
    ],
)
def test_the_interval_follows_the_feeds_pace(state, tier, wait, reason):
    upcoming = after_success(state, tier=tier)
    assert (upcoming.interval_seconds, upcoming.reason) == (wait, reason)


def test_a_configured_interval_stands_above_the_feeds_hints():
    upcoming = after_success(FeedState(skip_hours=(12, 13)), configured=1.0, asked=3600)
    assert (upcoming.interval_seconds, upcoming.reason) == (1.0, IntervalReason.CONFIGURED)


def test_a_configured_interval_does_not_stand_above_retry_after():
    assert after_failure(configured=1.0, retry_after=90).interval_seconds == 90


def test_hours_and_days_to_skip_are_skipped():
    upcoming = after_success(FeedState(average_gap_seconds=600, newest_item_at=NOW, skip_hours=(12, 13)), tier=3)
    assert upcoming.at == NOW.replace(hour=14, minute=0)
    assert upcoming.reason is IntervalReason.PUBLISHER


def test_a_feed_that_skips_every_day_is_still_polled():
    always = FeedState(average_gap_seconds=600, newest_item_at=NOW, skip_days=tuple(range(7)))
    assert after_success(always, tier=3).at == NOW + timedelta(seconds=LIMITS.longest_seconds)


@pytest.mark.parametrize(
    ("new", "elapsed", "gap", "is_surge"),
    [(2, 60, 3600, False), (3, 60, 3600, True), (3, 7200, 3600, False), (6, 7200, 3600, True), (5, 60, None, True)],
)
def test_more_news_than_a_feeds_habit_is_a_surge(new, elapsed, gap, is_surge):
    assert (
        schedule.breaks_news(new_items=new, elapsed_seconds=elapsed, average_gap_seconds=gap, limits=LIMITS) is is_surge
    )


def test_the_gap_is_the_mean_distance():
    times = tuple(NOW + timedelta(minutes=m) for m in (0, 10, 40))
    assert schedule.average_gap_seconds(times) == 1200
    assert schedule.average_gap_seconds(times[:1]) is None
    assert schedule.average_gap_seconds((NOW, NOW)) is None


def test_a_demo_may_poll_every_second():
    hasty = replace(LIMITS, min_seconds=1.0)
    assert after_success(FeedState(average_gap_seconds=1, newest_item_at=NOW), limits=hasty).interval_seconds == 1.0
