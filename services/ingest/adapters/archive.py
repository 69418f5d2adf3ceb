"""PostgreSQL for everything beside polling: numbers for the metrics, retention, republishing, the health of feeds."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from services.ingest.adapters import rows as values
from services.ingest.adapters.postgres import transaction
from services.ingest.housekeeping import Overview
from services.ingest.republish import Place
from services.ingest.work import OutboxRow

_OVERVIEW = """
    SELECT tier::text AS tier,
        count(*) FILTER (WHERE retired_at IS NOT NULL) AS retired,
        count(*) FILTER (WHERE retired_at IS NULL AND failures > 0) AS failing,
        count(*) FILTER (WHERE retired_at IS NULL AND failures = 0 AND last_success_at IS NULL) AS new,
        count(*) FILTER (WHERE retired_at IS NULL AND failures = 0 AND last_success_at IS NOT NULL) AS ok,
        extract(epoch FROM $1 - min(last_success_at) FILTER (WHERE retired_at IS NULL))::double precision AS stalest
    FROM tocsin_ingest.feeds WHERE is_active GROUP BY tier
"""
# Two clocks must agree that it is not so late yet: a replica whose own clock is behind would else have every feed polled at once, again
# and again. No lease and no claim is made for longer than an hour.
_MEND_FEEDS = """
    UPDATE tocsin_ingest.feeds
    SET last_polled_at = least(last_polled_at, $1), next_poll_at = least(next_poll_at, $1), leased_until = NULL, leased_by = NULL
    WHERE abs(extract(epoch FROM $1::timestamptz - now())) < 30
      AND (last_polled_at > $1 + interval '2 minutes' OR leased_until > $1 + interval '1 hour')
"""
# Nothing is asked of a hub later than a lease of 30 days allows.
_MEND_HUBS = """
    UPDATE tocsin_ingest.subscriptions SET due_at = $1
    WHERE abs(extract(epoch FROM $1::timestamptz - now())) < 30 AND due_at > $1 + interval '25 days'
"""
_MEND_OUTBOX = """
    UPDATE tocsin_ingest.outbox SET claimed_until = NULL, claimed_by = NULL
    WHERE abs(extract(epoch FROM $1::timestamptz - now())) < 30 AND acknowledged_at IS NULL AND claimed_until > $1 + interval '1 hour'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptItem:
    """An item event in the outbox: its bytes, when it was written there, and when Kafka took it."""

    value: bytes
    at: datetime
    acknowledged_at: datetime | None


class PostgresArchive:
    """See ``housekeeping.Archive``; each method is one transaction and raises ``LedgerUnavailableError``."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def overview(self, now: datetime) -> Overview:
        """Count feeds by state and what waits in the outbox."""
        async with transaction(self._pool) as connection:
            tiers = await connection.fetch(_OVERVIEW, now)
            waiting = await connection.fetchrow(
                "SELECT count(*) AS pending, min(created_at) AS oldest FROM tocsin_ingest.outbox WHERE acknowledged_at IS NULL"
            )
        oldest = waiting["oldest"]
        return Overview(
            feeds={state: sum(row[state] for row in tiers) for state in ("ok", "failing", "new", "retired")},
            stalest_by_tier={row["tier"]: max(row["stalest"] or 0.0, 0.0) for row in tiers},
            pending=waiting["pending"],
            oldest_pending_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        )

    async def delete_old(self, *, rows_before: datetime, marks_before: datetime) -> tuple[int, int]:
        """See ``housekeeping.Archive``."""
        async with transaction(self._pool) as connection:
            rows = await connection.execute(
                "DELETE FROM tocsin_ingest.outbox WHERE acknowledged_at IS NOT NULL AND created_at < $1", rows_before
            )
            marks = await connection.execute("DELETE FROM tocsin_ingest.items WHERE seen_on < $1", marks_before.date())
        return _count(rows), _count(marks)

    async def mend_times(self, now: datetime) -> int:
        """See ``housekeeping.Archive``."""
        async with transaction(self._pool) as connection:
            await connection.execute(_MEND_OUTBOX, now)
            await connection.execute(_MEND_HUBS, now)
            return _count(await connection.execute(_MEND_FEEDS, now))

    async def places_since(self, since: datetime) -> AsyncIterator[Place]:
        """Yield where the outbox's rows stored since then stand, acknowledged or not, oldest first."""
        after = 0
        while True:
            async with transaction(self._pool) as connection:
                found = await connection.fetch(
                    "SELECT id, item_id, event_id FROM tocsin_ingest.outbox WHERE created_at >= $1 AND id > $2 ORDER BY id LIMIT 10000",
                    since,
                    after,
                )
            if not found:
                return
            after = found[-1]["id"]
            for row in found:
                yield Place(number=row["id"], item_id=row["item_id"], event_id=row["event_id"])

    async def rows_at(self, numbers: Sequence[int]) -> Sequence[OutboxRow]:
        """Return these rows of the outbox, in this order."""
        async with transaction(self._pool) as connection:
            found = await connection.fetch(
                "SELECT id, event_id, feed, key, value, headers, mark FROM tocsin_ingest.outbox WHERE id = ANY($1::bigint[])",
                list(numbers),
            )
        rows = {row["id"]: values.outbox_row_of(row) for row in found}
        return [rows[number] for number in numbers if number in rows]

    async def kept(self, words: str) -> Sequence[KeptItem]:
        """Return the rows still in the outbox whose item has this id, or whose bytes hold these words (an address), oldest first."""
        async with transaction(self._pool) as connection:
            found = await connection.fetch(
                "SELECT value, created_at, acknowledged_at FROM tocsin_ingest.outbox "
                "WHERE item_id = $1 OR position(convert_to($1, 'UTF8') in value) > 0 ORDER BY id LIMIT 100",
                words,
            )
        return [
            KeptItem(value=row["value"], at=row["created_at"], acknowledged_at=row["acknowledged_at"]) for row in found
        ]

    async def health(self) -> Sequence[dict[str, Any]]:
        """Return every feed's row, with its subscription at a hub if there is one, in the order of slugs."""
        async with transaction(self._pool) as connection:
            found = await connection.fetch(
                "SELECT f.*, s.hub, s.state AS hub_state, s.due_at AS hub_due_at, s.expires_at AS hub_until, s.last_push_at, "
                "s.last_error AS hub_error "
                "FROM tocsin_ingest.feeds f LEFT JOIN tocsin_ingest.subscriptions s ON s.feed = f.slug ORDER BY f.slug"
            )
        return [dict(row) for row in found]

    async def resume(self, slug: str, now: datetime) -> bool:
        """Poll a feed again that was retired or waits for long; false when there is none of that slug."""
        async with transaction(self._pool) as connection:
            status = await connection.execute(
                "UPDATE tocsin_ingest.feeds SET retired_at = NULL, failures = 0, next_poll_at = $2 WHERE slug = $1",
                slug,
                now,
            )
        return _count(status) == 1


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
