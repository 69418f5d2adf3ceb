"""Where a feed is to be fetched when its publisher redirects: a permanent redirect is believed slowly, for a mistaken one loses the feed.

It sticks after 7 days of nothing else, at once from http to https on the same host, and when the old address is gone.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.ingest.feed import Feed, FeedState

PATIENCE = timedelta(days=7)
_GONE = frozenset({404, 410})


def address(feed: Feed, state: FeedState, now: datetime) -> str:
    """Return the address to fetch."""
    if state.moved_to is None or state.moved_since is None:
        return feed.url
    if now - state.moved_since >= PATIENCE or _is_upgrade(feed.url, state.moved_to):
        return state.moved_to
    return feed.url


def seen_redirect(feed: Feed, state: FeedState, *, fetched: str, moved_to: str | None, now: datetime) -> FeedState:
    """Return the state after a successful fetch of ``fetched`` that was (or was not, None) permanently redirected."""
    if (
        fetched != feed.url
    ):  # the stored move is in use; a further hop from there starts a new watch when the configured address shows it
        return state
    if moved_to is None:
        return replace(state, moved_to=None, moved_since=None)
    if moved_to == state.moved_to:
        return state
    return replace(state, moved_to=moved_to, moved_since=now)


def seen_failure(feed: Feed, state: FeedState, *, fetched: str, status: int | None, now: datetime) -> FeedState:
    """Return the state after a failed fetch: a known move is taken when the old address is gone, and dropped when the new one is."""
    if state.moved_to is None or status not in _GONE:
        return state
    if fetched == feed.url:
        return replace(state, moved_since=now - PATIENCE)
    return replace(state, moved_to=None, moved_since=None)


def _is_upgrade(old: str, new: str) -> bool:
    before, after = urlsplit(old), urlsplit(new)
    return before.scheme == "http" and after.scheme == "https" and before.hostname == after.hostname
