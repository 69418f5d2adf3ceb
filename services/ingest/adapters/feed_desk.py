"""PostgreSQL for the feeds that people add, pause and remove by command; the service follows within seconds (see ``roster``)."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.ingest.adapters.postgres import acquired, added_feed_of, transaction
from services.ingest.feed import Feed

_ADD = """
    INSERT INTO tocsin_ingest.added_feeds (slug, url, outlet, language, country, tier, topic, interval_seconds, full_text, added_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (slug) DO NOTHING
"""


class FeedDesk:
    """Each method is one transaction and raises ``LedgerUnavailableError``."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def added(self) -> Sequence[Feed]:
        """Return the feeds added by command."""
        async with acquired(self._pool) as connection:
            return [
                added_feed_of(row)
                for row in await connection.fetch("SELECT * FROM tocsin_ingest.added_feeds ORDER BY slug")
            ]

    async def add(self, feeds: Sequence[Feed], now: datetime) -> tuple[str, ...]:
        """Store feeds; return the slugs that were not there yet. One that is there stays as it is."""
        stored = []
        async with transaction(self._pool) as connection:
            for feed in feeds:
                values = (feed.slug, feed.url, feed.outlet, feed.language, feed.country, feed.tier, feed.topic)
                if await connection.execute(_ADD, *values, feed.interval_seconds, feed.full_text, now) == "INSERT 0 1":
                    stored.append(feed.slug)
            # One that was removed a moment ago may still be on a running service's list.
            await connection.execute("UPDATE tocsin_ingest.feeds SET is_active = true WHERE slug = ANY($1)", stored)
        return tuple(stored)

    async def remove(self, slug: str) -> bool:
        """Forget an added feed; false when there is none. What was seen of it stays, so that adding it again rings no old bells."""
        async with transaction(self._pool) as connection:
            status = await connection.execute("DELETE FROM tocsin_ingest.added_feeds WHERE slug = $1", slug)
            if status != "DELETE 1":
                return False
            await connection.execute("DELETE FROM tocsin_ingest.paused_feeds WHERE slug = $1", slug)
            await connection.execute("UPDATE tocsin_ingest.feeds SET is_active = false WHERE slug = $1", slug)
        return True

    async def pause(self, slug: str, now: datetime) -> None:
        """Begin no further poll of a feed until it is resumed, over restarts too."""
        async with transaction(self._pool) as connection:
            await connection.execute(
                "INSERT INTO tocsin_ingest.paused_feeds VALUES ($1, $2) ON CONFLICT DO NOTHING", slug, now
            )
            await connection.execute("UPDATE tocsin_ingest.feeds SET is_active = false WHERE slug = $1", slug)

    async def unpause(self, slug: str) -> bool:
        """Take a pause back; false when there was none."""
        async with transaction(self._pool) as connection:
            if await connection.execute("DELETE FROM tocsin_ingest.paused_feeds WHERE slug = $1", slug) != "DELETE 1":
                return False
            await connection.execute("UPDATE tocsin_ingest.feeds SET is_active = true WHERE slug = $1", slug)
        return True
