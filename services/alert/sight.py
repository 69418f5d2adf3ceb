"""When a watch has gone blind and when it sees again: each told once an episode (pure).

Blind means that for half an hour no source covering the watch was seen, or our own chain carried nothing. It must hold for
two minutes of our own watching before it is said, so that a start of the whole system does not ring; and sight must hold for
five minutes before recovery is said, so that a source that comes and goes rings once. What was blind and never said (we were
down ourselves) is told at recovery, with its beginning and end.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.alert.coverage import BLIND_AFTER, Outlook

CONFIRM = timedelta(minutes=2)
CLEAR = timedelta(minutes=5)
KEEP_EVERY = timedelta(minutes=5)
"""How often "seen until now" is written down where nothing else changes."""


class BlindReason(StrEnum):
    """Why a watch does not see; also the label of the gauge."""

    SOURCES = "sources"
    PIPELINE = "pipeline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What is remembered of a watch. ``blind_since`` is set from the notice on; ``heartbeat_on`` is the last day that was told."""

    watch_id: str
    since: datetime
    seen_until: datetime
    suspected_at: datetime | None = None
    blind_since: datetime | None = None
    clear_from: datetime | None = None
    reason: BlindReason | None = None
    heartbeat_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WentBlind:
    """To be told: the watch sees nothing since ``since``."""

    since: datetime
    reason: BlindReason


@dataclass(frozen=True, kw_only=True, slots=True)
class SeesAgain:
    """To be told: the watch sees again, and saw nothing from ``since`` to ``until``."""

    since: datetime
    until: datetime


Tiding = WentBlind | SeesAgain


def first_sight(watch_id: str, now: datetime) -> Sight:
    """Return what is remembered of a watch that was never looked after."""
    return Sight(watch_id=watch_id, since=now, seen_until=now)


def look(sight: Sight, outlook: Outlook, now: datetime) -> tuple[Sight, Tiding | None]:
    """Return what is remembered from now on, and what is to be told."""
    until = outlook.seen_until
    is_dark = now - (until or sight.since) > BLIND_AFTER
    if sight.blind_since is not None:
        return _still_blind(sight, is_dark=is_dark, now=now)
    if is_dark:
        return _darkening(sight, outlook, now)
    return _seeing(sight, until or now)


def _still_blind(sight: Sight, *, is_dark: bool, now: datetime) -> tuple[Sight, Tiding | None]:
    assert sight.blind_since is not None
    if is_dark:
        return (sight if sight.clear_from is None else replace(sight, clear_from=None)), None
    if sight.clear_from is None:
        return replace(sight, clear_from=now), None
    if now - sight.clear_from < CLEAR:
        return sight, None
    told = SeesAgain(since=sight.blind_since, until=sight.clear_from)
    return _clear(sight, now), told


def _darkening(sight: Sight, outlook: Outlook, now: datetime) -> tuple[Sight, Tiding | None]:
    if sight.suspected_at is None:
        return replace(sight, suspected_at=now), None
    if now - sight.suspected_at < CONFIRM:
        return sight, None
    since = outlook.seen_until or sight.seen_until
    reason = BlindReason.PIPELINE if outlook.is_chain_behind else BlindReason.SOURCES
    return replace(sight, blind_since=since, reason=reason, suspected_at=None, clear_from=None), WentBlind(
        since=since, reason=reason
    )


def _seeing(sight: Sight, until: datetime) -> tuple[Sight, Tiding | None]:
    if until - sight.seen_until > BLIND_AFTER:
        return _clear(sight, until), SeesAgain(since=sight.seen_until, until=until)
    if sight.suspected_at is not None or until - sight.seen_until >= KEEP_EVERY:
        return replace(sight, suspected_at=None, seen_until=max(sight.seen_until, until)), None
    return sight, None


def _clear(sight: Sight, now: datetime) -> Sight:
    return replace(sight, seen_until=now, suspected_at=None, blind_since=None, clear_from=None, reason=None)
