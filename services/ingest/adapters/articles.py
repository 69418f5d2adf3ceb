"""PostgreSQL for wanted articles; see ``articles.ArticleBook``. Each method is one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg

from services.ingest.adapters import rows as values
from services.ingest.adapters.marks import AskedMarks, read_marks
from services.ingest.adapters.postgres import INSERT_ROWS, acquired, transaction
from services.ingest.article import WantedArticle
from services.ingest.articles import MakeRow
from services.ingest.feed import Feed
from services.ingest.versions import last_event_id
from services.ingest.work import OutboxRow
from shared.codec import decode
from shared.events.item import Item

_TAKE = """
    UPDATE tocsin_ingest.articles SET taken_until = $2
    WHERE item_id IN (
        SELECT item_id FROM tocsin_ingest.articles
        WHERE due_at <= $1 AND (taken_until IS NULL OR taken_until < $1) AND feed = ANY($3)
        ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED
    )
    RETURNING item_id, event_id, feed, url, attempts, is_missing
"""

_FREE_FEED = """
    SELECT 1 FROM tocsin_ingest.feeds WHERE slug = $1 AND (leased_until IS NULL OR leased_until < $2) FOR UPDATE SKIP LOCKED
"""


class PostgresArticleBook:
    """See ``articles.ArticleBook``. ``feeds`` gives the feeds listed now; ``instance`` publishes what is stored here."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        feeds: Callable[[], Mapping[str, Feed]],
        instance: str,
        claim_for: timedelta,
    ) -> None:
        self._pool = pool
        self._feeds = feeds
        self._instance = instance
        self._claim_for = claim_for

    async def take(self, *, limit: int, now: datetime, until: datetime) -> Sequence[WantedArticle]:
        """See the port. Articles of feeds that no longer want full text are taken too, to be forgotten."""
        listed = [slug for slug, feed in self._feeds().items() if not feed.paused]
        async with acquired(self._pool) as connection:
            found = await connection.fetch(_TAKE, now, until, listed, limit)
        return [WantedArticle(**dict(row)) for row in found]

    async def put_off(self, article: WantedArticle, *, due_at: datetime, attempts: int, is_missing: bool) -> None:
        """See the port."""
        async with acquired(self._pool) as connection:
            await connection.execute(
                "UPDATE tocsin_ingest.articles SET due_at = $3, attempts = $4, is_missing = $5, taken_until = NULL "
                "WHERE item_id = $1 AND event_id = $2",
                article.item_id,
                article.event_id,
                due_at,
                attempts,
                is_missing,
            )

    async def forget(self, article: WantedArticle) -> None:
        """See the port."""
        async with acquired(self._pool) as connection:
            await connection.execute(_FORGET, article.item_id, article.event_id)

    async def conclude(self, article: WantedArticle, *, now: datetime, make: MakeRow) -> OutboxRow | bool | None:
        """See the port. The feed's row is locked meanwhile: no poll can take its lease, so no other version is made."""
        async with transaction(self._pool) as connection:
            if await connection.fetchval(_FREE_FEED, article.feed, now) is None:
                return False
            [marks] = await read_marks(connection, [AskedMarks(item_ids=[article.item_id], feed=article.feed)])
            mark = marks.get(article.item_id)
            await connection.execute(_FORGET, article.item_id, article.event_id)
            if mark is None or last_event_id(mark) != article.event_id:
                return None  # a newer version is there, and wants its own reading
            value = await connection.fetchval(
                "SELECT value FROM tocsin_ingest.outbox WHERE event_id = $1", article.event_id
            )
            row = make(mark, None if value is None else decode(Item, value))
            if row is None:
                return None
            stored = await connection.fetch(
                INSERT_ROWS, *values.outbox_arrays([row]), now, self._instance, now + self._claim_for
            )
        return row if stored else None


_FORGET = "DELETE FROM tocsin_ingest.articles WHERE item_id = $1 AND event_id = $2"
