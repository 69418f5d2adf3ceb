"""What HTTP headers ask of a poller: Retry-After, Cache-Control and Expires as seconds from now. Unreadable ones ask nothing."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_UNCACHEABLE = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)", re.IGNORECASE)


def http_date(value: str) -> datetime | None:
    """Return the time of an HTTP date, aware UTC; None when it is none."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds to wait after a Retry-After header (a number or a date); None without a readable one."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:10])
    at = http_date(value)
    return None if at is None else max(0.0, (at - now).total_seconds())


def fresh_seconds(cache_control: str | None, expires: str | None, date: str | None, now: datetime) -> float:
    """How long the answer says it stays fresh; Cache-Control wins over Expires, which counts from the server's own Date."""
    if cache_control is not None:
        if _UNCACHEABLE.search(cache_control):
            return 0.0
        if (match := _MAX_AGE.search(cache_control)) is not None:
            return float(match.group(1))
    if expires is None or (until := http_date(expires)) is None:
        return 0.0
    since = (http_date(date) if date else None) or now
    return max(0.0, (until - since).total_seconds())
