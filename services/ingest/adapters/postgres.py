"""PostgreSQL: the ledger of feeds, items and the outbox. Each method is one transaction, and writes many rows in one statement."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from services.ingest.adapters import rows as values
from services.ingest.adapters.hubs import keep_hubs
from services.ingest.adapters.leases import Leases
from services.ingest.adapters.marks import AskedMarks, read_and_see
from services.ingest.errors import LedgerUnavailableError
from services.ingest.feed import Feed, Lease
from services.ingest.gathering import Gathering
from services.ingest.politeness import host_of
from services.ingest.versions import Mark
from services.ingest.work import OutboxRow, PollRecord, PushRecord, Settlement
from shared.postgres.pool import DATABASE_FAULTS

_MOST_MARKS = 600
"""Read at once: the driver takes some 5 µs of the event loop for each."""

_SYNC = """
    INSERT INTO tocsin_ingest.feeds AS f (slug, url, outlet, tier, configured_seconds, is_active, next_poll_at)
    SELECT slug, url, outlet, tier, configured_seconds,
        is_active AND NOT EXISTS (SELECT 1 FROM tocsin_ingest.paused_feeds p WHERE p.slug = r.slug), $2
    FROM json_to_recordset($1::json)
        AS r(slug text, url text, outlet text, tier smallint, configured_seconds double precision, is_active boolean)
    ON CONFLICT (slug) DO UPDATE SET
        outlet = excluded.outlet,
        tier = excluded.tier,
        is_active = excluded.is_active,
        configured_seconds = excluded.configured_seconds,
        next_poll_at = CASE WHEN f.url <> excluded.url OR f.configured_seconds IS DISTINCT FROM excluded.configured_seconds
                            THEN least(f.next_poll_at, $2) ELSE f.next_poll_at END,
        etag = CASE WHEN f.url = excluded.url THEN f.etag END,
        last_modified = CASE WHEN f.url = excluded.url THEN f.last_modified END,
        body_hash = CASE WHEN f.url = excluded.url THEN f.body_hash END,
        moved_to = CASE WHEN f.url = excluded.url THEN f.moved_to END,
        moved_since = CASE WHEN f.url = excluded.url THEN f.moved_since END,
        retired_at = CASE WHEN f.url = excluded.url THEN f.retired_at END,
        failures = CASE WHEN f.url = excluded.url THEN f.failures ELSE 0 END,
        url = excluded.url
"""

INSERT_ROWS = """
    INSERT INTO tocsin_ingest.outbox (event_id, item_id, feed, key, value, headers, mark, created_at, claimed_by, claimed_until)
    SELECT event_id, item_id, feed, key, value, headers, mark, $8, $9, $10
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])
        AS r(event_id, item_id, feed, key, value, headers, mark)
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
"""

_WANT = """
    INSERT INTO tocsin_ingest.articles AS a (item_id, event_id, feed, url, due_at)
    SELECT item_id, event_id, feed, url, $2
    FROM json_to_recordset($1::json) AS r(item_id text, event_id text, feed text, url text)
    ON CONFLICT (item_id) DO UPDATE SET
        event_id = excluded.event_id, url = excluded.url, due_at = excluded.due_at, attempts = 0, is_missing = false,
        taken_until = NULL
    WHERE a.event_id <> excluded.event_id
"""

_FINISH = """
    WITH r AS (
        SELECT *, has_validators AND NOT EXISTS (
            SELECT 1 FROM tocsin_ingest.outbox o WHERE o.feed = slug AND o.acknowledged_at IS NULL
        ) AS stores_validators
        FROM json_to_recordset($1::json) AS r(
            slug text, outcome text, has_validators boolean, etag text, last_modified text, body_hash text,
            first_fetched_at timestamptz, last_polled_at timestamptz, last_success_at timestamptz, failures integer,
            last_error text, last_error_at timestamptz, retired_at timestamptz, average_gap_seconds double precision,
            newest_item_at timestamptz, surge_until timestamptz, document_wait_seconds double precision,
            skip_hours integer[], skip_days integer[], identity_mode text, moved_to text, moved_since timestamptz,
            next_poll_at timestamptz, interval_seconds double precision, interval_reason text
        )
    )
    UPDATE tocsin_ingest.feeds f SET
        etag = CASE WHEN r.stores_validators THEN r.etag ELSE f.etag END,
        last_modified = CASE WHEN r.stores_validators THEN r.last_modified ELSE f.last_modified END,
        body_hash = CASE WHEN r.stores_validators THEN r.body_hash ELSE f.body_hash END,
        first_fetched_at = r.first_fetched_at, last_polled_at = r.last_polled_at, last_success_at = r.last_success_at,
        last_outcome = r.outcome, failures = r.failures, last_error = r.last_error,
        last_error_at = coalesce(r.last_error_at, f.last_error_at), retired_at = r.retired_at,
        average_gap_seconds = r.average_gap_seconds, newest_item_at = r.newest_item_at, surge_until = r.surge_until,
        document_wait_seconds = r.document_wait_seconds, skip_hours = r.skip_hours, skip_days = r.skip_days,
        identity_mode = r.identity_mode, moved_to = r.moved_to, moved_since = r.moved_since,
        next_poll_at = r.next_poll_at, interval_seconds = r.interval_seconds, interval_reason = r.interval_reason,
        leased_by = NULL, leased_until = NULL
    FROM r WHERE f.slug = r.slug AND f.leased_by = $2
"""

# A push changes nothing of the schedule that somebody else may have set meanwhile (a command, a host's Retry-After).
_FINISH_PUSHES = """
    UPDATE tocsin_ingest.feeds f SET
        last_success_at = greatest(f.last_success_at, r.heard_at),
        next_poll_at = CASE WHEN f.failures = 0 AND f.interval_reason IS DISTINCT FROM 'retry_after'
                            THEN least(f.next_poll_at, r.poll_at) ELSE f.next_poll_at END,
        leased_by = NULL, leased_until = NULL
    FROM json_to_recordset($1::json) AS r(slug text, heard_at timestamptz, poll_at timestamptz)
    WHERE f.slug = r.slug AND f.leased_by = $2
"""

_PENDING = """
    UPDATE tocsin_ingest.outbox SET claimed_by = $1, claimed_until = $2
    WHERE id IN (
        SELECT id FROM tocsin_ingest.outbox
        WHERE acknowledged_at IS NULL AND (claimed_until IS NULL OR claimed_until < $3) AND event_id <> ALL($4)
        ORDER BY id LIMIT $5 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, event_id, feed, key, value, headers, mark
"""

_ACKNOWLEDGE = """
    UPDATE tocsin_ingest.outbox SET acknowledged_at = $2, claimed_by = NULL, claimed_until = NULL
    WHERE event_id = ANY($1) AND acknowledged_at IS NULL
"""

_MARK = """
    INSERT INTO tocsin_ingest.items AS i (item_id, feed, version, content_hash, title_hash, published, published_is_estimated,
                                          backfill, past_hashes, seen_on)
    SELECT item_id, feed, version, content_hash, title_hash, published, published_is_estimated, backfill, past_hashes, $2
    FROM json_to_recordset($1::json) AS r(
        item_id text, feed text, version integer, content_hash text, title_hash text, published timestamptz,
        published_is_estimated boolean, backfill boolean, past_hashes text[]
    )
    ON CONFLICT (item_id) DO UPDATE SET
        version = excluded.version, content_hash = excluded.content_hash, title_hash = excluded.title_hash,
        published = excluded.published, published_is_estimated = excluded.published_is_estimated,
        past_hashes = excluded.past_hashes, seen_on = excluded.seen_on
    WHERE i.version < excluded.version
"""

_VALIDATE = """
    UPDATE tocsin_ingest.feeds f SET etag = r.etag, last_modified = r.last_modified, body_hash = r.body_hash
    FROM json_to_recordset($1::json) AS r(slug text, etag text, last_modified text, body_hash text)
    WHERE f.slug = r.slug
      AND NOT EXISTS (SELECT 1 FROM tocsin_ingest.outbox o WHERE o.feed = f.slug AND o.acknowledged_at IS NULL)
"""


class PostgresLedger:
    """See ``ports.Ledger``. ``instance`` names this replica; ``feeds`` are those it may poll; ``keeps_hubs`` follows the hubs they name."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        instance: str,
        feeds: Iterable[Feed],
        lease_for: timedelta,
        claim_for: timedelta,
        keeps_hubs: bool = False,
    ) -> None:
        self._pool = pool
        self._keeps_hubs = keeps_hubs
        self._instance = instance
        self._configured = {feed.slug: feed for feed in feeds}
        self._list(self._configured)
        self._leases = Leases(instance=instance, lease_for=lease_for, pollable=lambda: self._pollable)
        self._claim_for = claim_for
        self._asked_marks: Gathering[tuple[AskedMarks, datetime], Mapping[str, Mark]] = Gathering(
            self._read_marks, weigh=lambda asked: len(asked[0].item_ids), most=_MOST_MARKS
        )

    @property
    def feeds(self) -> Mapping[str, Feed]:
        """The feeds listed now, by slug."""
        return self._feeds

    def _list(self, feeds: Mapping[str, Feed]) -> None:
        self._feeds = dict(feeds)
        self._pollable = {slug: feed for slug, feed in self._feeds.items() if not feed.paused}

    async def refresh(self, now: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """Read the feeds added by command anew; return the slugs that came and those that went. A configured feed keeps its slug."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch("SELECT * FROM tocsin_ingest.added_feeds")
            feeds = {feed.slug: feed for feed in map(added_feed_of, rows)} | self._configured
            came, went = frozenset(feeds.keys() - self._feeds.keys()), frozenset(self._feeds.keys() - feeds.keys())
            if came:
                await connection.execute(_SYNC, _listed_json([feeds[slug] for slug in came]), now)
            self._list(feeds)
            await self._leases.learn(connection)
        return came, went

    async def take_office(self, now: datetime) -> None:
        """Store the feeds, rest those no longer listed, and take back what an earlier life of this replica held."""
        await self.refresh(now)
        async with transaction(self._pool) as connection:
            await connection.execute(_SYNC, _listed_json(self._feeds.values()), now)
            await connection.execute(
                "UPDATE tocsin_ingest.feeds SET is_active = false WHERE is_active AND slug <> ALL($1)",
                list(self._feeds),
            )
            await connection.execute(
                "UPDATE tocsin_ingest.feeds SET leased_by = NULL, leased_until = NULL WHERE leased_by = $1",
                self._instance,
            )
            await connection.execute(
                "UPDATE tocsin_ingest.outbox SET claimed_by = NULL, claimed_until = NULL "
                "WHERE claimed_by = $1 AND acknowledged_at IS NULL",
                self._instance,
            )
            await self._leases.learn(connection)

    async def lease(self, *, limit: int, now: datetime) -> Sequence[Lease]:
        """See the port."""
        async with acquired(self._pool) as connection:
            return await self._leases.take(connection, limit=limit, now=now)

    async def release(self, slugs: Sequence[str], *, not_before: datetime) -> None:
        """Give leases back unused; the feeds are due at ``not_before``."""
        async with acquired(self._pool) as connection:
            await connection.execute(
                "UPDATE tocsin_ingest.feeds SET leased_by = NULL, leased_until = NULL, next_poll_at = $3 "
                "WHERE slug = ANY($1) AND leased_by = $2",
                list(slugs),
                self._instance,
                not_before,
            )

    async def hold_host(self, host: str, *, until: datetime) -> int:
        """See the port."""
        slugs = [slug for slug, feed in self._feeds.items() if host in feed.url.lower() and host_of(feed.url) == host]
        async with acquired(self._pool) as connection:
            rows = await connection.fetch(
                "UPDATE tocsin_ingest.feeds SET next_poll_at = $2, interval_reason = 'retry_after' "
                "WHERE slug = ANY($1) AND next_poll_at < $2 RETURNING 1",
                slugs,
                until,
            )
        return len(rows)

    async def seconds_to_next(self, now: datetime) -> float | None:
        """See the port."""
        async with acquired(self._pool) as connection:
            return await self._leases.seconds_to_next(connection, now)

    async def marks(self, item_ids: Sequence[str], *, feed: str, now: datetime) -> Mapping[str, Mark]:
        """See the port."""
        return await self._asked_marks.ask((AskedMarks(item_ids=item_ids, feed=feed), now))

    async def _read_marks(self, asked: Sequence[tuple[AskedMarks, datetime]]) -> Sequence[Mapping[str, Mark]]:
        async with acquired(self._pool) as connection:
            return await read_and_see(connection, [one for one, _ in asked], max(now for _, now in asked))

    async def last_values(self, event_ids: Sequence[str]) -> Mapping[str, bytes]:
        """See the port."""
        async with acquired(self._pool) as connection:
            rows = await connection.fetch(
                "SELECT event_id, value FROM tocsin_ingest.outbox WHERE event_id = ANY($1)", list(event_ids)
            )
        return {row["event_id"]: row["value"] for row in rows}

    async def finish(self, records: Sequence[PollRecord | PushRecord]) -> frozenset[str]:
        """See the port."""
        polls = [record for record in records if isinstance(record, PollRecord)]
        pushes = [record for record in records if isinstance(record, PushRecord)]
        now = max(record.finished_at for record in records)
        listed = [row for record in records for row in record.rows]
        stored: frozenset[str] = frozenset()
        async with transaction(self._pool) as connection:
            if listed:
                inserted = await connection.fetch(
                    INSERT_ROWS, *values.outbox_arrays(listed), now, self._instance, now + self._claim_for
                )
                stored = frozenset(row["event_id"] for row in inserted)
            articles = [article for record in records for article in record.articles]
            if articles:
                await connection.execute(_WANT, values.articles_json(articles), now)
            if self._keeps_hubs:
                await keep_hubs(connection, polls, now)
            if polls:
                await connection.execute(_FINISH, values.polls_json(polls), self._instance)
            if pushes:
                await connection.execute(_FINISH_PUSHES, values.pushes_json(pushes), self._instance)
                await connection.execute(
                    "DELETE FROM tocsin_ingest.pushes WHERE id = ANY($1)", [record.push_id for record in pushes]
                )
        return stored

    async def pending(self, *, limit: int, now: datetime, held: Collection[str]) -> Sequence[OutboxRow]:
        """See the port."""
        async with acquired(self._pool) as connection:
            found = await connection.fetch(_PENDING, self._instance, now + self._claim_for, now, list(held), limit)
        return [values.outbox_row_of(row) for row in sorted(found, key=lambda row: row["id"])]

    async def settle(self, settlements: Sequence[Settlement], *, now: datetime) -> None:
        """See the port."""
        acknowledged = [row.event_id for settlement in settlements for row in settlement.rows]
        async with transaction(self._pool) as connection:
            await connection.execute(_ACKNOWLEDGE, acknowledged, now)
            await connection.execute(_MARK, values.marks_json(settlements), now.date())
            await connection.execute(_VALIDATE, values.validators_json(settlements))


def added_feed_of(row: Mapping[str, Any]) -> Feed:
    """A feed that was added by command."""
    names = ("slug", "url", "outlet", "language", "country", "tier", "topic", "interval_seconds", "full_text")
    return Feed(**{name: row[name] for name in names})


def _listed_json(feeds: Iterable[Feed]) -> str:
    return values.as_json(
        [
            {
                "slug": feed.slug,
                "url": feed.url,
                "outlet": feed.outlet,
                "tier": feed.tier,
                "configured_seconds": feed.interval_seconds,
                "is_active": not feed.paused,
            }
            for feed in feeds
        ]
    )


@asynccontextmanager
async def acquired(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Any]:
    """A connection of the pool, each statement a transaction of its own; every fault of the database becomes ``LedgerUnavailableError``."""
    try:
        async with pool.acquire(timeout=10) as connection:
            yield connection
    except DATABASE_FAULTS as error:
        raise LedgerUnavailableError(f"PostgreSQL: {type(error).__name__}: {error}") from error


@asynccontextmanager
async def transaction(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Any]:
    """A connection in a transaction; faults as in ``acquired``."""
    async with acquired(pool) as connection, connection.transaction():
        yield connection
