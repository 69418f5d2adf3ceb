"""The shell around full text: takes wanted articles, asks robots.txt, fetches and reads the pages politely, stores what came of it.

Works beside the poller and in parsing processes of its own, so that no poll ever waits for an article.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.ingest import article as pages
from services.ingest.article import ArticleOutcome, Later, WantedArticle
from services.ingest.document import Unreadable
from services.ingest.errors import IngestError, LedgerUnavailableError
from services.ingest.feed import Feed, Validators
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.outcome import Fetched
from services.ingest.politeness import NotYourTurnError, Politeness
from services.ingest.polled import row_of
from services.ingest.ports import Fetcher
from services.ingest.robots import Robots, RobotsUnknownError
from services.ingest.traces import traced
from services.ingest.versions import Mark, NewVersion, withdrawal
from services.ingest.work import OutboxRow, Settlement
from shared.clock import Clock
from shared.events.item import Item
from shared.logging import logger

_IDLE_SECONDS = 2.0
_BUSY = timedelta(seconds=3)
_HELD_SECONDS = 120.0

MakeRow = Callable[[Mark, Item | None], OutboxRow | None]


class ArticleBook(Protocol):
    """Wanted articles in the database. Each method is one transaction; all raise ``LedgerUnavailableError``."""

    async def take(self, *, limit: int, now: datetime, until: datetime) -> Sequence[WantedArticle]:
        """Take due articles of feeds that are polled; nobody else gets them before ``until``."""
        ...

    async def put_off(self, article: WantedArticle, *, due_at: datetime, attempts: int, is_missing: bool) -> None:
        """Give an article back, due later."""
        ...

    async def forget(self, article: WantedArticle) -> None:
        """Want it no more, unless a newer version of the item wants it."""
        ...

    async def conclude(self, article: WantedArticle, *, now: datetime, make: MakeRow) -> OutboxRow | bool | None:
        """Store what ``make`` returns as the item's next version and want the article no more.

        Returns the row stored, None when there is nothing to store, and False when the feed is being polled at this moment.
        """
        ...


class PageReader(Protocol):
    """Finds the text of an article in its page, in bounded time and memory."""

    async def extract(self, body: bytes, *, content_type: str, url: str, language: str | None) -> str | Unreadable:
        """Return the article's text, empty when there is none."""
        ...


class Articles:
    """Reads articles until told to stop."""

    def __init__(
        self,
        *,
        book: ArticleBook,
        feed_of: Callable[[str], Feed | None],
        fetcher: Fetcher,
        reader: PageReader,
        robots: Robots,
        politeness: Politeness,
        outbox: Outbox,
        metrics: IngestMetrics,
        clock: Clock,
        workers: int,
    ) -> None:
        self._book = book
        self._feed_of = feed_of
        self._fetcher = fetcher
        self._reader = reader
        self._robots = robots
        self._politeness = politeness
        self._outbox = outbox
        self._metrics = metrics
        self._clock = clock
        self._workers = workers

    async def run(self) -> None:
        """Read what is due until cancelled; a fault of the database is waited out."""
        while True:
            found = 0
            try:
                found = await self.read_due()
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("articles.take_failed", reason=str(error))
            if not found:
                await asyncio.sleep(_IDLE_SECONDS)

    async def read_due(self) -> int:
        """Read a handful of due articles; return how many there were."""
        now = self._clock.now()
        taken = await self._book.take(limit=self._workers, now=now, until=now + timedelta(seconds=_HELD_SECONDS))
        await asyncio.gather(*(self._read(article) for article in taken))
        return len(taken)

    async def _read(self, article: WantedArticle) -> None:
        with structlog.contextvars.bound_contextvars(feed=article.feed, item_id=article.item_id):
            try:
                async with asyncio.timeout(_HELD_SECONDS - 10):
                    outcome = await self._outcome(article)
            except TimeoutError:
                outcome = ArticleOutcome.FAILED
                await self._try_again(article)
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("article.not_stored", reason=str(error))
                return
            except IngestError as error:
                outcome = ArticleOutcome.FAILED
                logger().error("article.broken", reason=str(error))
                await self._try_again(article)
            except Exception:  # noqa: BLE001 - the boundary of one unit of work: it is due again when its hold ends
                outcome = ArticleOutcome.FAILED
                logger().exception("article.broken")
                await self._try_again(article)
            self._metrics.articles.labels(outcome.value).inc()
            logger().info("article.fetched", outcome=outcome.value, attempts=article.attempts + 1)

    async def _outcome(self, article: WantedArticle) -> ArticleOutcome:
        feed = self._feed_of(article.feed)
        if feed is None or not feed.full_text:
            await self._book.forget(article)
            return ArticleOutcome.NOTHING
        try:
            async with self._politeness.turn(article.url):
                if not await self._robots.allow(article.url):
                    await self._book.forget(article)
                    return ArticleOutcome.FORBIDDEN
                answer = await self._fetcher.fetch(article.url, Validators())
        except NotYourTurnError as error:
            await self._put_off(article, Later(wait=timedelta(seconds=error.seconds)), attempts=article.attempts)
            return ArticleOutcome.LATER
        except RobotsUnknownError:
            return await self._settle(article, pages.retry(article))
        found = pages.verdict(article, answer)
        if found is ArticleOutcome.WITHDRAWN:
            return await self._conclude(article, found, lambda mark, last: withdrawal(feed, mark, last))
        if not isinstance(found, Fetched):
            return await self._settle(article, found)
        text = await self._reader.extract(
            found.body, content_type=found.content_type, url=found.url, language=feed.language
        )
        if isinstance(text, Unreadable):
            logger().warning("article.unreadable", reason=text.reason.value, detail=text.detail)
            return await self._settle(article, ArticleOutcome.FAILED)
        return await self._conclude(
            article,
            ArticleOutcome.READ,
            lambda mark, last: pages.full_version(mark, last, text) if last is not None else None,
        )

    async def _try_again(self, article: WantedArticle) -> None:
        """If even this cannot be stored, the article is due again when its hold ends."""
        with suppress(LedgerUnavailableError):
            await self._settle(article, pages.retry(article))

    async def _settle(self, article: WantedArticle, found: Later | ArticleOutcome) -> ArticleOutcome:
        if isinstance(found, Later):
            await self._put_off(article, found, attempts=article.attempts + (not found.is_missing))
            return ArticleOutcome.LATER
        await self._book.forget(article)
        return found

    async def _put_off(self, article: WantedArticle, later: Later, *, attempts: int) -> None:
        await self._book.put_off(
            article,
            due_at=pages.due_at(self._clock.now(), later),
            attempts=attempts,
            is_missing=later.is_missing or article.is_missing,
        )

    async def _conclude(
        self,
        article: WantedArticle,
        outcome: ArticleOutcome,
        version_of: Callable[[Mark, Item | None], NewVersion | None],
    ) -> ArticleOutcome:
        now = self._clock.now()

        def make(mark: Mark, last: Item | None) -> OutboxRow | None:
            version = version_of(mark, last)
            return traced(row_of(version, fetched_at=now)) if version is not None else None

        stored = await self._book.conclude(article, now=now, make=make)
        while stored is False:  # the poll of its feed, which has the right of way, takes seconds
            await asyncio.sleep(_BUSY.total_seconds())
            stored = await self._book.conclude(article, now=self._clock.now(), make=make)
        if not isinstance(stored, OutboxRow):
            return ArticleOutcome.NOTHING
        change = "withdrawn" if outcome is ArticleOutcome.WITHDRAWN else "text"
        self._metrics.versions.labels(change).inc()
        self._outbox.offer(Settlement(feed=article.feed, rows=(stored,)))
        return outcome
