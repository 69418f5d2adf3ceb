"""When to poll a feed again: one pure function, given what happened, what is remembered and a random number in [0, 1).

| situation | interval |
|---|---|
| ``interval_seconds`` is configured for the feed | exactly that |
| items come | half the average gap between them, within the minimum and the tier's maximum |
| the feed breaks news (surge) | the minimum, for an hour |
| nothing new for 7, 14, 30 days | at least 1, 2, 4 hours |
| failures in a row | the minimum doubled with each, up to the longest |
| the publisher asks for a wait (ttl, sy:updatePeriod, Cache-Control, Expires, Retry-After) or to skip hours or days | never sooner |

Every failure but "gone" ends in another poll: nothing stops for good.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.ingest.feed import FeedState

_JITTER = 0.1
_FAILURE_JITTER = 0.25
_QUIET = ((30, 14_400.0), (14, 7_200.0), (7, 3_600.0))
_SURGE = timedelta(hours=1)
_MAX_DOUBLINGS = 20


class IntervalReason(StrEnum):
    """Why the interval is what it is, as shown in a feed's health."""

    CONFIGURED = "configured"
    GAP = "item_gap"
    UNKNOWN_PACE = "unknown_pace"
    SURGE = "surge"
    QUIET = "quiet"
    BACKOFF = "backoff"
    RETRY_AFTER = "retry_after"
    PUBLISHER = "publisher_hint"


@dataclass(frozen=True, kw_only=True, slots=True)
class PollLimits:
    """Bounds of the schedule. ``max_by_tier`` is the longest wait between polls of a live feed of tiers 1, 2 and 3."""

    min_seconds: float = 60.0
    default_seconds: float = 300.0
    max_by_tier: tuple[float, float, float] = (150.0, 600.0, 3600.0)
    longest_seconds: float = 14_400.0
    longest_retry_after_seconds: float = 86_400.0
    surge_items: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class NextPoll:
    """When, after how long, and why."""

    at: datetime
    interval_seconds: float
    reason: IntervalReason


def after_success(
    *,
    state: FeedState,
    tier: int,
    configured_seconds: float | None,
    asked_seconds: float,
    limits: PollLimits,
    now: datetime,
    jitter: float,
) -> NextPoll:
    """Return the next poll of a feed that answered; ``asked_seconds`` is the longest wait that the answer asked for.

    ``state`` is what is remembered after this poll. A configured interval stands above the publisher's hints.
    """
    if configured_seconds is not None:
        return _next(now, configured_seconds, IntervalReason.CONFIGURED)
    wanted, reason = _wanted(state, tier, limits, now)
    spread = wanted * (1 - _JITTER + 2 * _JITTER * jitter)
    wait = min(max(spread, limits.min_seconds), limits.longest_seconds)
    floor = min(asked_seconds, limits.longest_seconds)
    if floor > wait:
        wait, reason = floor, IntervalReason.PUBLISHER
    at = _not_skipped(now + timedelta(seconds=wait), state, now, limits)
    if at != now + timedelta(seconds=wait):
        reason = IntervalReason.PUBLISHER
    return NextPoll(at=at, interval_seconds=(at - now).total_seconds(), reason=reason)


def after_failure(
    *,
    failures: int,
    retry_after_seconds: float | None,
    configured_seconds: float | None,
    limits: PollLimits,
    now: datetime,
    jitter: float,
) -> NextPoll:
    """Return the next poll after the ``failures``-th failure in a row (counted from 1), never before Retry-After.

    A Retry-After beyond ``longest_retry_after_seconds`` is taken as that: a mistaken one must not silence a feed for good.
    """
    first = configured_seconds if configured_seconds is not None else limits.min_seconds
    doubled = first * 2.0 ** min(max(failures, 1) - 1, _MAX_DOUBLINGS)
    spread = doubled * (1 - _FAILURE_JITTER + 2 * _FAILURE_JITTER * jitter)
    wait, reason = min(max(spread, first), limits.longest_seconds), IntervalReason.BACKOFF
    if retry_after_seconds is not None:
        obeyed = min(retry_after_seconds, limits.longest_retry_after_seconds)
        if obeyed >= wait:
            wait, reason = obeyed, IntervalReason.RETRY_AFTER
    return _next(now, wait, reason)


def breaks_news(
    *, new_items: int, elapsed_seconds: float, average_gap_seconds: float | None, limits: PollLimits
) -> bool:
    """Whether so many new items in so short a time are more than the feed's habit: three times what its gap lets expect."""
    if new_items < limits.surge_items:
        return False
    expected = 1.0 if average_gap_seconds is None else elapsed_seconds / max(average_gap_seconds, 1.0)
    return new_items >= 3 * max(expected, 1.0)


def surge_until(now: datetime) -> datetime:
    """When a surge that is seen now ends."""
    return now + _SURGE


def average_gap_seconds(times: tuple[datetime, ...]) -> float | None:
    """The mean distance between publications; None for fewer than two different times."""
    if len(times) < 2:
        return None
    gap = (max(times) - min(times)).total_seconds() / (len(times) - 1)
    return gap if gap > 0 else None


def _wanted(state: FeedState, tier: int, limits: PollLimits, now: datetime) -> tuple[float, IntervalReason]:
    if state.surge_until is not None and now < state.surge_until:
        return limits.min_seconds, IntervalReason.SURGE
    if state.newest_item_at is not None:
        quiet_days = (now - state.newest_item_at).days
        for days, seconds in _QUIET:
            if quiet_days >= days:
                return min(seconds, limits.longest_seconds), IntervalReason.QUIET
    longest = limits.max_by_tier[min(max(tier, 1), 3) - 1]
    if state.average_gap_seconds is None:
        return min(limits.default_seconds, longest), IntervalReason.UNKNOWN_PACE
    return min(state.average_gap_seconds / 2, longest), IntervalReason.GAP


def _not_skipped(at: datetime, state: FeedState, now: datetime, limits: PollLimits) -> datetime:
    """Move ``at`` out of the hours and days that the feed asks to skip, as far as the longest wait allows."""
    latest = now + timedelta(seconds=limits.longest_seconds)
    moved = at
    while moved.hour in state.skip_hours or moved.weekday() in state.skip_days:
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moved >= latest:
            return max(at, latest)
    return moved


def _next(now: datetime, seconds: float, reason: IntervalReason) -> NextPoll:
    return NextPoll(at=now + timedelta(seconds=seconds), interval_seconds=seconds, reason=reason)
