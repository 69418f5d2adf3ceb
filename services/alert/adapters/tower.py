"""The watchman's books in PostgreSQL, and the last word on each feed. An advisory lock makes one replica's round the only one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import asyncpg

from services.alert.adapters.postgres import PostgresLedger, database_errors
from services.alert.canary import CANARY_SUBJECT
from services.alert.ledger import NewDelivery
from services.alert.ports import LedgerTransaction
from services.alert.sight import BlindReason, Sight
from services.alert.watchman import Office
from shared.codec import DecodeError, decode, encode
from shared.events.source import SourceHealth

_COLUMNS = ("watch_id", "since", "seen_until", "suspected_at", "blind_since", "clear_from", "reason", "heartbeat_on")
_REMEMBER = """
INSERT INTO tocsin_alert.sights (watch_id, since, seen_until, suspected_at, blind_since, clear_from, reason, heartbeat_on)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                     $7::text[], $8::date[])
ON CONFLICT (watch_id) DO UPDATE SET since = excluded.since, seen_until = excluded.seen_until, suspected_at = excluded.suspected_at,
    blind_since = excluded.blind_since, clear_from = excluded.clear_from, reason = excluded.reason, heartbeat_on = excluded.heartbeat_on
"""
_TELL = """
INSERT INTO tocsin_alert.sources AS s (slug, raw, at) SELECT * FROM unnest($1::text[], $2::bytea[], $3::timestamptz[])
ON CONFLICT (slug) DO UPDATE SET raw = excluded.raw, at = excluded.at WHERE s.at <= excluded.at
"""
_INCIDENTS = """
SELECT watch_id, count(*) AS incidents
FROM tocsin_alert.changes c JOIN tocsin_alert.incidents i USING (incident_id), jsonb_object_keys(i.told) AS watch_id
WHERE c.revision = 1 AND c.received_at >= $2 AND NOT i.test AND watch_id = ANY($1::text[])
GROUP BY watch_id
"""


class PostgresTower:
    """``Tower`` over a pool, and the shelf of sources; every method raises ``LedgerError``."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger) -> None:
        self._pool = pool
        self._ledger = ledger

    def office(self) -> AbstractAsyncContextManager[Office | None]:
        """See the protocol."""
        return self._office()

    @asynccontextmanager
    async def _office(self) -> AsyncIterator[Office | None]:
        with database_errors("keeping watch"):
            async with self._pool.acquire() as connection, connection.transaction():
                is_ours = await connection.fetchval(
                    "SELECT pg_try_advisory_xact_lock(hashtext('tocsin_alert.watchman'))"
                )
                yield _Office(connection, self._ledger.joined(connection)) if is_ours else None

    async def tell(self, sources: Sequence[SourceHealth]) -> None:
        """Keep the last word on each feed; an older one changes nothing."""
        latest = {source.slug: source for source in sorted(sources, key=lambda source: source.at)}
        with database_errors("keeping sources"):
            await self._pool.execute(
                _TELL,
                list(latest),
                [encode(source) for source in latest.values()],
                [source.at for source in latest.values()],
            )


class _Office:
    def __init__(self, connection: Any, ledger: LedgerTransaction) -> None:  # the driver publishes no types
        self._connection = connection
        self._ledger = ledger

    async def sources(self) -> Sequence[SourceHealth]:
        found = []
        for row in await self._connection.fetch("SELECT raw FROM tocsin_alert.sources"):
            try:
                found.append(decode(SourceHealth, row["raw"]))
            except DecodeError:
                continue  # of a newer release that was taken back; the feed's next word replaces it
        return found

    async def sights(self) -> Mapping[str, Sight]:
        rows = await self._connection.fetch("SELECT * FROM tocsin_alert.sights")
        return {
            row["watch_id"]: Sight(
                **{**dict(row), "reason": None if row["reason"] is None else BlindReason(row["reason"])}
            )
            for row in rows
        }

    async def canary_at(self) -> datetime | None:
        found: datetime | None = await self._connection.fetchval(
            """SELECT occurred_at FROM tocsin_alert.deliveries WHERE incident_id = $1 AND status = 'delivered'
            ORDER BY revision DESC LIMIT 1""",
            CANARY_SUBJECT,
        )
        return found

    async def incidents_since(self, watch_ids: Sequence[str], since: datetime) -> Mapping[str, int]:
        rows = await self._connection.fetch(_INCIDENTS, list(watch_ids), since)
        return {row["watch_id"]: row["incidents"] for row in rows}

    async def waiting(self, watch_ids: Sequence[str]) -> Mapping[str, int]:
        rows = await self._connection.fetch(
            """SELECT watch_id, count(DISTINCT incident_id) AS incidents FROM tocsin_alert.waiting
            WHERE watch_id = ANY($1::text[]) GROUP BY watch_id""",
            list(watch_ids),
        )
        return {row["watch_id"]: row["incidents"] for row in rows}

    async def remember(self, sights: Sequence[Sight], gone: Sequence[str]) -> None:
        if sights:
            rows = [asdict(sight) for sight in sights]
            await self._connection.execute(_REMEMBER, *([row[column] for row in rows] for column in _COLUMNS))
        if gone:
            await self._connection.execute(
                "DELETE FROM tocsin_alert.sights WHERE watch_id = ANY($1::text[])", list(gone)
            )

    async def write(self, deliveries: Sequence[NewDelivery]) -> None:
        await self._ledger.write((), deliveries)
