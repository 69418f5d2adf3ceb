"""Full text, the pure part: which items want it, what comes of an answer, and when to try again.

An item goes out at once with what its feed says. The page is read afterwards, and what it adds is the item's next version. A page
that is gone (410, or 404 twice an hour apart) takes the item back: its publisher has.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from services.ingest.feed import Feed
from services.ingest.outcome import Answer, Failed, Fetched, Gone
from services.ingest.versions import FULL_TEXT, MAX_VERSIONS, Mark, NewVersion
from shared.events.item import Item, ItemChange
from shared.ids import derive, item_event_id

MOST_PAGE_BYTES = 3_000_000
TEASER_CHARACTERS = 700
"""A text shorter than this is a teaser: the shortest reports that tell a toll, a place and who says so are about as long."""
_LEAST_CHARACTERS = 200
_RETRIES = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1))
_MISSING_AFTER = timedelta(hours=1)
_RETRIED = (408, 425, 429)


class ArticleOutcome(StrEnum):
    """What came of a wanted article, for logs and metrics."""

    READ = "read"
    NOTHING = "nothing"
    FORBIDDEN = "forbidden"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    LATER = "later"


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedArticle:
    """An item version whose page is to be read; ``is_missing`` when it answered 404 before."""

    item_id: str
    event_id: str
    feed: str
    url: str
    attempts: int = 0
    is_missing: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """To be tried again."""

    wait: timedelta
    is_missing: bool = False


def wanted(feed: Feed, versions: Iterable[NewVersion]) -> tuple[WantedArticle, ...]:
    """Return the articles to read: those of fresh items without more than a teaser, if the feed is to have full text."""
    if not feed.full_text:
        return ()
    return tuple(
        WantedArticle(item_id=item.item_id, event_id=item.event_id, feed=feed.slug, url=item.url)
        for item in (version.item for version in versions)
        if item.change is not ItemChange.WITHDRAWN
        and not item.backfill
        and (is_teaser(item.content) or item.version > 1)
        and item.url != feed.url
    )


def is_teaser(content: str | None) -> bool:
    """Whether a feed's content is none: missing, or no longer than a summary."""
    return content is None or len(content) < TEASER_CHARACTERS


def verdict(article: WantedArticle, answer: Answer) -> Fetched | Later | ArticleOutcome:
    """Return the page, when to try again, or that nothing is to be had."""
    match answer:
        case Fetched():
            return answer if len(answer.body) <= MOST_PAGE_BYTES else ArticleOutcome.FAILED
        case Gone():
            return ArticleOutcome.WITHDRAWN
        case Failed(status=404):
            return ArticleOutcome.WITHDRAWN if article.is_missing else Later(wait=_MISSING_AFTER, is_missing=True)
        case Failed(status=status) if status is not None and 400 <= status < 500 and status not in _RETRIED:
            return ArticleOutcome.FAILED
        case Failed(retry_after_seconds=seconds):
            again = retry(article)
            if isinstance(again, Later) and seconds is not None:
                return replace(again, wait=max(again.wait, timedelta(seconds=min(seconds, 86_400))))
            return again
    return ArticleOutcome.FAILED


def retry(article: WantedArticle) -> Later | ArticleOutcome:
    """Return when a failed article is tried again; three times at most."""
    if article.attempts >= len(_RETRIES):
        return ArticleOutcome.FAILED
    return Later(wait=_RETRIES[article.attempts], is_missing=article.is_missing)


def full_version(mark: Mark, last: Item, text: str) -> NewVersion | None:
    """Return the version with the page's text; None when it adds nothing, or the item has had its versions."""
    text = text.removeprefix(f"{last.title}\n")  # extraction keeps the headline
    said = max(len(last.summary), len(last.content or ""))
    if len(text) < max(_LEAST_CHARACTERS, said) or text == last.content or mark.version >= MAX_VERSIONS:
        return None
    version = mark.version + 1
    distinct = f"{FULL_TEXT}{derive('c', mark.content_hash, text)}"
    if distinct in mark.past_hashes:
        distinct = f"{distinct}#{version}"
    item = msgspec.structs.replace(
        last, version=version, event_id=item_event_id(mark.item_id, distinct), change=ItemChange.TEXT, content=text
    )
    # The feed's own text stays what the next poll is compared with; the last hash tells which event this version is.
    return NewVersion(item=item, mark=replace(mark, version=version, past_hashes=(*mark.past_hashes, distinct)))


def due_at(now: datetime, later: Later) -> datetime:
    """When it is tried again."""
    return now + later.wait
