"""What alert is told of every feed, and when it is told again (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from services.ingest.feed import Feed
from shared.events.source import CANARY_FEED, SourceHealth

_REPEAT_AFTER = timedelta(seconds=60)
"""A success is told this often at most; a feed that begins to fail, or works again, is told at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedRow:
    """A feed as the schedule has it."""

    slug: str
    outlet: str
    tier: int
    is_active: bool
    last_success_at: datetime | None
    next_poll_at: datetime | None
    failures: int


def health(rows: Iterable[FeedRow], feeds: Mapping[str, Feed], now: datetime) -> tuple[SourceHealth, ...]:
    """Return the health of every feed that was ever listed; those of no list are inactive."""
    return tuple(_health(row, feeds.get(row.slug), now) for row in rows)


def canary_health(slot: datetime, every: timedelta, now: datetime) -> SourceHealth:
    """Return what says that test items are being sent, the last one in ``slot``."""
    return SourceHealth(
        slug=CANARY_FEED, outlet=CANARY_FEED, topic="canary", last_success_at=slot, next_poll_at=slot + every, at=now
    )


def is_worth_telling(found: SourceHealth, told: SourceHealth | None) -> bool:
    """Whether alert should hear: of anything that matters at once, of mere progress once a minute."""
    if told is None or (found.failures > 0) is not (told.failures > 0):
        return True
    progress = {"at": told.at, "last_success_at": told.last_success_at, "next_poll_at": told.next_poll_at}
    if msgspec.structs.replace(found, **progress, failures=told.failures) != told:
        return True
    return found != msgspec.structs.replace(told, at=found.at) and found.at - told.at >= _REPEAT_AFTER


def _health(row: FeedRow, feed: Feed | None, now: datetime) -> SourceHealth:
    return SourceHealth(
        slug=row.slug,
        outlet=row.outlet,
        language=feed.language if feed else None,
        country=feed.country if feed else None,
        topic=feed.topic if feed else "news",
        tier=row.tier,
        is_active=row.is_active and feed is not None and not feed.paused,
        last_success_at=row.last_success_at,
        next_poll_at=row.next_poll_at,
        failures=row.failures,
        at=now,
    )
