"""When to try again, and when to stop: the retry table, one test a row."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.delivery import (
    LONGEST_WAIT,
    SCHEDULE,
    Delivered,
    Done,
    GiveUp,
    Outcome,
    Permanent,
    Reason,
    Retryable,
    RetryAfter,
    next_step,
    outcome_of_status,
    parse_retry_after,
)

NOW = datetime(2026, 6, 13, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert outcome_of_status(status) == Delivered(status=status)
    assert next_step(attempt=1, outcome=Delivered(status=status), spread=0.0) == Done()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_a_redirect_is_a_failure_for_good(status: int) -> None:
    outcome = outcome_of_status(status)
    assert outcome == Permanent(reason=Reason.REDIRECT, status=status)
    assert next_step(attempt=1, outcome=outcome, spread=0.0) == GiveUp(reason=Reason.REDIRECT)


def test_410_gives_up_and_disables_the_endpoint() -> None:
    assert outcome_of_status(410) == Permanent(reason=Reason.GONE, status=410, disables_endpoint=True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 422, 451])
def test_other_4xx_is_permanent_and_disables_nothing(status: int) -> None:
    assert outcome_of_status(status) == Permanent(reason=Reason.CLIENT_ERROR, status=status)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_408_and_5xx_are_tried_again(status: int) -> None:
    assert outcome_of_status(status) == Retryable(reason=Reason.SERVER_ERROR, status=status)


def test_429_is_tried_again_after_a_minute_at_least() -> None:
    outcome = outcome_of_status(429)
    assert outcome == Retryable(reason=Reason.THROTTLED, status=429)
    assert next_step(attempt=1, outcome=outcome, spread=0.0) == RetryAfter(wait=timedelta(seconds=60))


def test_retry_after_is_obeyed_where_it_asks_for_more_than_the_schedule() -> None:
    outcome = outcome_of_status(503, retry_after=timedelta(seconds=90))
    assert next_step(attempt=1, outcome=outcome, spread=0.0) == RetryAfter(wait=timedelta(seconds=90))
    assert next_step(attempt=2, outcome=outcome, spread=0.0) == RetryAfter(wait=timedelta(minutes=5))


@pytest.mark.parametrize(
    ("attempt", "wait"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(minutes=5)),
        (3, timedelta(minutes=30)),
        (4, timedelta(hours=2)),
        (5, timedelta(hours=5)),
        (6, timedelta(hours=10)),
        (7, timedelta(hours=10)),
    ],
)
def test_the_schedule_row_by_row(attempt: int, wait: timedelta) -> None:
    failed = Retryable(reason=Reason.CONNECT)
    assert next_step(attempt=attempt, outcome=failed, spread=0.0) == RetryAfter(wait=wait)
    assert next_step(attempt=attempt, outcome=failed, spread=1.0) == RetryAfter(wait=wait * 1.2)
    assert next_step(attempt=attempt, outcome=failed, spread=-1.0) == RetryAfter(wait=wait * 0.8)


def test_after_the_eighth_failure_it_is_given_up() -> None:
    assert next_step(attempt=8, outcome=Retryable(reason=Reason.TIMEOUT), spread=0.0) == GiveUp(reason=Reason.TIMEOUT)


_OUTCOMES: st.SearchStrategy[Outcome] = st.builds(
    Retryable,
    reason=st.sampled_from(Reason),
    retry_after=st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)),
)


@given(attempt=st.integers(1, 20), outcome=_OUTCOMES, spread=st.floats(-1, 1))
def test_waits_stay_bounded_and_never_undercut_what_the_receiver_asked(
    attempt: int, outcome: Retryable, spread: float
) -> None:
    step = next_step(attempt=attempt, outcome=outcome, spread=spread)
    if attempt > len(SCHEDULE):
        assert step == GiveUp(reason=outcome.reason)
        return
    assert isinstance(step, RetryAfter)
    assert step.wait <= max(LONGEST_WAIT, max(SCHEDULE) * 1.2)
    if outcome.retry_after is not None:
        assert step.wait >= min(outcome.retry_after, LONGEST_WAIT)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        (format_datetime(NOW + timedelta(hours=1), usegmt=True), timedelta(hours=1)),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), timedelta(0)),
        ("99999999999999999999", timedelta(seconds=10**8)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("Sat, 99 Foo 2026 99:99:99 GMT", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_nonsense_is_nothing(value: str | None, wait: timedelta | None) -> None:
    assert parse_retry_after(value, now=NOW) == wait
