"""Trying a feed without storing anything, and its health in words: what ``tocsin feeds`` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from services.ingest import polled
from services.ingest.article import TEASER_CHARACTERS
from services.ingest.document import Entry, Unreadable
from services.ingest.feed import Feed, Validators
from services.ingest.outcome import Fetched, NotModified
from services.ingest.ports import Fetcher, Parser
from services.ingest.subscription import SubscriptionState


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Whether a feed answers, and with what."""

    feed: Feed
    is_good: bool
    says: str


async def try_feed(feed: Feed, *, fetcher: Fetcher, parser: Parser, now: datetime) -> Trial:
    """Return what the feed answers to one unconditional fetch; never raises for what the other side does."""
    answer = await fetcher.fetch(feed.url, Validators())
    if isinstance(answer, NotModified):
        return Trial(feed=feed, is_good=False, says="answered 304 to a fetch without conditions")
    if not isinstance(answer, Fetched):
        return Trial(feed=feed, is_good=False, says=answer.detail)
    document = await parser.parse(answer.body, content_type=answer.content_type, url=answer.url, language=feed.language)
    if isinstance(document, Unreadable):
        return Trial(feed=feed, is_good=False, says=document.detail)
    times = polled.trusted_times(document.entries, now)
    parts = [f"{len(document.entries)} items"]
    if times:
        parts.append(f"newest {ago(max(times), now)}")
    if answer.moved_to is not None:
        parts.append(f"moved for good to {answer.moved_to}")
    if document.problem is not None:
        parts.append(document.problem)
    if (texts := _texts(feed, document.entries)) is not None:
        parts.append(texts)
    return Trial(feed=feed, is_good=not document.is_cut_off, says=", ".join(parts))


def _texts(feed: Feed, entries: Sequence[Entry]) -> str | None:
    """How much the entries say, where ``full_text`` is worth setting or is set for nothing."""
    if not entries:
        return None
    characters = round(median(len(entry.content or entry.summary) for entry in entries))
    is_short = characters < TEASER_CHARACTERS
    if is_short and not feed.full_text:
        what = "titles only" if characters == 0 else f"summaries only ({characters} characters)"
        return f"{what}: consider full_text"
    if not is_short and feed.full_text and any(entry.content for entry in entries):
        return f"carries its texts ({characters} characters): full_text is not needed"
    return None


def health_line(row: Mapping[str, Any], now: datetime) -> str:
    """A feed's state in one line."""
    if row["retired_at"] is not None:
        return f"retired {ago(row['retired_at'], now)}: {row['last_error']}; 'tocsin feeds resume' polls it again"
    if not row["is_active"]:
        return "paused or no longer configured"
    if row["failures"]:
        return f"failing {row['failures']} times in a row: {row['last_error']}; next poll {until(row['next_poll_at'], now)}"
    if row["last_success_at"] is None:
        return "not polled yet"
    return f"ok {ago(row['last_success_at'], now)}; next poll {until(row['next_poll_at'], now)}"


def health_table(row: Mapping[str, Any], now: datetime) -> tuple[tuple[str, str], ...]:
    """All that is known of a feed, as label and words."""
    interval = (
        "unknown" if row["interval_seconds"] is None else f"{row['interval_seconds']:.0f} s ({row['interval_reason']})"
    )
    gap = (
        "unknown"
        if row["average_gap_seconds"] is None
        else f"one item in {row['average_gap_seconds'] / 60:.0f} minutes"
    )
    lines = [
        ("address", row["url"]),
        ("state", health_line(row, now)),
        ("last poll", f"{ago(row['last_polled_at'], now)}, {row['last_outcome'] or 'no outcome'}"),
        ("last success", ago(row["last_success_at"], now)),
        ("last error", f"{ago(row['last_error_at'], now)}: {row['last_error']}" if row["last_error"] else "none"),
        ("interval", interval),
        ("pace", gap),
        ("newest item", ago(row["newest_item_at"], now)),
        ("items named by", row["identity_mode"]),
        ("validators", ", ".join(f"{name} {row[name]}" for name in ("etag", "last_modified") if row[name]) or "none"),
    ]
    if row["moved_to"]:
        lines.append(("redirects to", f"{row['moved_to']}, seen since {row['moved_since']:%Y-%m-%d}"))
    if row["hub"]:
        lines.append(("pushed by", f"{row['hub']}: {_hub_line(row, now)}"))
    return tuple(lines)


def _hub_line(row: Mapping[str, Any], now: datetime) -> str:
    standing, expires = row["hub_state"], row["hub_until"]
    if standing == SubscriptionState.ACTIVE.value and expires is not None and expires > now:
        standing = f"active, lease ends {until(expires, now)}"
    else:
        standing = "its lease has ended" if standing == SubscriptionState.ACTIVE.value else standing
        standing = f"{standing}, asked next {until(row['hub_due_at'], now)}"
    error = f"; {row['hub_error']}" if row["hub_error"] else ""
    return f"{standing}, last push {ago(row['last_push_at'], now)}{error}"


def ago(at: datetime | None, now: datetime) -> str:
    """A past time in words."""
    return "never" if at is None else f"{_span((now - at).total_seconds())} ago"


def until(at: datetime, now: datetime) -> str:
    """A coming time in words."""
    seconds = (at - now).total_seconds()
    return "now" if seconds <= 0 else f"in {_span(seconds)}"


def _span(seconds: float) -> str:
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{max(seconds, 0):.0f} s"
