"""When to try a delivery again, and when to stop (pure).

| answer | outcome |
|---|---|
| 2xx | delivered |
| 3xx | permanent: a redirect is a wrong address, and following it would hand the alert to somebody else |
| 408, 429, 5xx, no answer | retryable; ``Retry-After`` is obeyed |
| 410 | permanent, and the endpoint is disabled |
| 400, 401, 403 from a receiver whose clock differs from ours by more than four minutes | retryable: to one of the two our signature is too old or too new |
| other 4xx | permanent |

A retry follows 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h after the failure before it, each spread by a fifth either way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
JITTER = 0.2
LONGEST_WAIT = timedelta(hours=24)
"""A receiver that asks for more than this is asked again after a day: a wrong clock must not park an alert for a year."""
TOLERATED_DIFFERENCE = timedelta(minutes=4)
"""Receivers refuse a signature whose time is five minutes off (Standard Webhooks); clocks are set right again, a dead letter stays dead."""
LEAST_WAIT_WHEN_THROTTLED = timedelta(seconds=60)
"""After a 429 without ``Retry-After``."""


class Reason(StrEnum):
    """Why an attempt failed; the same words stand in logs, metric labels, the ledger and documents."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    TLS = "tls"
    NAME = "name"
    BROKEN_ANSWER = "broken_answer"
    ADDRESS_REFUSED = "address_refused"
    REDIRECT = "redirect"
    GONE = "gone"
    THROTTLED = "throttled"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    RECIPIENT_REFUSED = "recipient_refused"
    MAIL_REFUSED = "mail_refused"
    ENDPOINT_UNKNOWN = "endpoint_unknown"
    ENDPOINT_DISABLED = "endpoint_disabled"
    FAILED_TOO_LONG = "failed_too_long"
    PROXY = "proxy"
    UNCONFIRMED = "unconfirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    SERVICE_REFUSED = "service_refused"
    CLOCK = "clock"
    INTERNAL = "internal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """The receiver took it."""

    status: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Retryable:
    """It may work later. ``retry_after`` is what the receiver asked for."""

    reason: Reason
    status: int | None = None
    retry_after: timedelta | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Permanent:
    """It will not work, however often it is tried."""

    reason: Reason
    status: int | None = None
    disables_endpoint: bool = False
    detail: str = ""


Outcome = Delivered | Retryable | Permanent


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryAfter:
    """Try again after this long. A span, not a time: replicas' clocks differ, the database's alone counts."""

    wait: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveUp:
    """Put it where a person can see and replay it."""

    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """Nothing more to do."""


Next = RetryAfter | GiveUp | Done


def outcome_of_status(
    status: int, *, retry_after: timedelta | None = None, detail: str = "", difference: timedelta = timedelta(0)
) -> Outcome:
    """Return what an HTTP answer means; ``difference`` is how far the receiver's clock is from ours."""
    if status in (400, 401, 403) and abs(difference) > TOLERATED_DIFFERENCE:
        said = f"the receiver's clock and ours differ by {abs(difference).total_seconds():.0f} s"
        return Retryable(reason=Reason.CLOCK, status=status, detail=said)
    if 200 <= status < 300:
        return Delivered(status=status)
    if status == 429:
        return Retryable(reason=Reason.THROTTLED, status=status, retry_after=retry_after, detail=detail)
    if status == 408 or status >= 500:
        return Retryable(reason=Reason.SERVER_ERROR, status=status, retry_after=retry_after, detail=detail)
    if status == 410:
        return Permanent(reason=Reason.GONE, status=status, disables_endpoint=True, detail=detail)
    if 300 <= status < 400:
        return Permanent(reason=Reason.REDIRECT, status=status, detail=detail)
    return Permanent(reason=Reason.CLIENT_ERROR, status=status, detail=detail)


def next_step(*, attempt: int, outcome: Outcome, spread: float, schedule: tuple[timedelta, ...] = SCHEDULE) -> Next:
    """Return what follows the ``attempt``-th attempt (from 1); ``spread`` is a random number from -1 to 1."""
    if isinstance(outcome, Delivered):
        return Done()
    if isinstance(outcome, Permanent) or attempt > len(schedule):
        return GiveUp(reason=outcome.reason)
    wait = schedule[attempt - 1] * (1 + JITTER * spread)
    if outcome.reason is Reason.THROTTLED and outcome.retry_after is None:
        wait = max(wait, LEAST_WAIT_WHEN_THROTTLED)
    if outcome.retry_after is not None:
        wait = max(wait, min(outcome.retry_after, LONGEST_WAIT))
    return RetryAfter(wait=wait)


def parse_difference(date: str | None, *, now: datetime) -> timedelta:
    """Return how far the clock that wrote a ``Date`` header is ahead of ours; nothing when it says nothing usable."""
    try:
        at = parsedate_to_datetime(date) if date is not None else now
    except (TypeError, ValueError):
        return timedelta(0)
    return timedelta(0) if at.tzinfo is None else at - now


def parse_retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """Return the wait that a ``Retry-After`` header asks for (seconds or a date), None when it says nothing usable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if at.tzinfo is None:
        return None
    return max(timedelta(0), at - now)
