"""How the feeds are, for the person at the terminal."""

from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedHealth:
    """``problem`` is the last error in words while a feed fails, else None."""

    slug: str
    was_polled: bool
    problem: str | None


async def feed_health(dsn: str) -> tuple[FeedHealth, ...]:
    """Return the state of every active feed, by slug."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT slug, last_polled_at IS NOT NULL AS was_polled, CASE WHEN failures > 0 THEN last_error END AS problem"
            " FROM tocsin_ingest.feeds WHERE is_active ORDER BY slug"
        )
    finally:
        await connection.close()
    return tuple(FeedHealth(slug=row["slug"], was_polled=row["was_polled"], problem=row["problem"]) for row in rows)
