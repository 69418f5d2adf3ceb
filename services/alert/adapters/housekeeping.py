"""Taking away what is too old in PostgreSQL, a thousand rows at a time. Raises ``LedgerError``."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import asyncpg

from services.alert.adapters.postgres import database_errors
from services.alert.housekeeping import TABLES, Keep

_BATCH = 1000
_TURN = "SELECT pg_try_advisory_xact_lock(hashtext('tocsin_alert.housekeeping'))"
# Whoever writes deliveries waits for this too (adapters/postgres.py), so no body is taken away between its writing and its use.
_STILL = "SELECT pg_advisory_xact_lock(hashtext('tocsin_alert.deliveries.position'))"
_DELIVERIES = """
WITH old AS (
    SELECT delivery_id FROM tocsin_alert.deliveries
    WHERE created_at < now() - make_interval(days => $1) AND status <> 'pending' ORDER BY position LIMIT $2
), gone AS (
    DELETE FROM tocsin_alert.deliveries d USING old WHERE d.delivery_id = old.delivery_id RETURNING d.position, d.body_id
), told AS (
    UPDATE tocsin_alert.versions SET version = GREATEST(version, (SELECT COALESCE(max(position), 0) FROM gone))
    WHERE name = 'pruned_deliveries'
) SELECT body_id FROM gone
"""
_BODIES = """
WITH gone AS (
    DELETE FROM tocsin_alert.bodies b
    WHERE b.body_id = ANY($1::bytea[]) AND NOT EXISTS (SELECT 1 FROM tocsin_alert.deliveries d WHERE d.body_id = b.body_id)
    RETURNING 1
) SELECT count(*) FROM gone
"""
_ATTEMPTS = """
WITH old AS (SELECT ctid FROM tocsin_alert.attempts WHERE started_at < now() - make_interval(days => $1) LIMIT $2),
gone AS (DELETE FROM tocsin_alert.attempts a USING old WHERE a.ctid = old.ctid RETURNING 1) SELECT count(*) FROM gone
"""
_INCIDENTS = """
WITH old AS (
    SELECT incident_id FROM tocsin_alert.incidents i
    WHERE last_seen < now() - make_interval(days => $1)
      AND NOT EXISTS (SELECT 1 FROM tocsin_alert.deliveries d WHERE d.incident_id = i.incident_id AND d.status = 'pending')
    LIMIT $2
), changes AS (
    DELETE FROM tocsin_alert.changes c USING old WHERE c.incident_id = old.incident_id RETURNING 1
), gone AS (
    DELETE FROM tocsin_alert.incidents i USING old WHERE i.incident_id = old.incident_id RETURNING 1
) SELECT (SELECT count(*) FROM gone) AS incidents, (SELECT count(*) FROM changes) AS changes
"""
_IN_BATCHES = ("attempts", "deliveries", "incidents")
_RECORDS = {
    "audit": "at < now() - make_interval(days => $1)",
    "api_keys": "LEAST(revoked_at, expires_at) < now() - make_interval(days => $1)",
    "error_reports": "closed_at < now() - make_interval(days => $1)",
    "silences": "ended_at < now() - make_interval(days => $1)",
}


class PostgresBroom:
    """``Broom`` over a pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def sweep(self, keep: Keep) -> Mapping[str, int] | None:
        """Take away what is too old, batch by batch; None when another replica is at it."""
        removed: Counter[str] = Counter(dict.fromkeys(TABLES, 0))
        while True:
            with database_errors("housekeeping"):
                async with self._pool.acquire() as connection, connection.transaction():
                    if not await connection.fetchval(_TURN):
                        return None
                    batch = await _batch(connection, keep)
            removed.update(batch)
            if all(batch[table] < _BATCH for table in _IN_BATCHES):
                return removed


async def _batch(connection: Any, keep: Keep) -> dict[str, int]:
    found = {"attempts": int(await connection.fetchval(_ATTEMPTS, keep.attempts_days, _BATCH))}
    deliveries = await connection.fetch(_DELIVERIES, keep.deliveries_days, _BATCH)
    found["deliveries"] = len(deliveries)
    row = await connection.fetchrow(_INCIDENTS, keep.incidents_days, _BATCH)
    found |= {"incidents": int(row["incidents"]), "changes": int(row["changes"])}
    for table, is_old in _RECORDS.items():
        done = await connection.execute(f"DELETE FROM tocsin_alert.{table} WHERE {is_old}", keep.audit_days)  # noqa: S608  # constants
        found[table] = int(done.rpartition(" ")[2])
    found["bodies"] = 0
    if deliveries:
        await connection.execute(_STILL)
        found["bodies"] = int(await connection.fetchval(_BODIES, list({row["body_id"] for row in deliveries})))
    return found
