"""How endpoints fare, in PostgreSQL: a step is taken by one replica, together with the message that tells of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from services.alert.adapters.postgres import PostgresLedger, database_errors, disable
from services.alert.care import Care, CareStep, Health
from services.alert.delivery import Reason
from services.alert.ledger import NewDelivery

_AILING = """
SELECT endpoint_id, failing_since, last_failure_at, failures, COALESCE(reason, failing_reason) AS reason, warned, disabled_at, told_disabled
FROM tocsin_alert.endpoints
WHERE (failing_since IS NOT NULL AND disabled_at IS NULL) OR (disabled_at IS NOT NULL AND NOT told_disabled)
ORDER BY endpoint_id
"""


class PostgresCare:
    """``CareBook`` over a pool; every method raises ``LedgerError`` when the database does not play."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger) -> None:
        self._pool = pool
        self._ledger = ledger

    async def ailing(self) -> tuple[datetime, Sequence[Health]]:
        """The database's time, and the endpoints that fail or whose owner has not heard that they were disabled."""
        with database_errors("reading how endpoints fare"):
            async with self._pool.acquire() as connection:
                now = await connection.fetchval("SELECT now()")
                rows = await connection.fetch(_AILING)
        return now, [Health(**dict(row)) for row in rows]

    async def take(self, health: Health, step: CareStep, deliveries: Sequence[NewDelivery]) -> bool:
        """Take the step and keep the messages that tell of it; False when another replica was first, or it has recovered."""
        with database_errors("caring for an endpoint"):
            async with self._pool.acquire() as connection, connection.transaction():
                if step.care is Care.TELL_DISABLED:
                    taken = await connection.fetchval(
                        """UPDATE tocsin_alert.endpoints SET told_disabled = true
                        WHERE endpoint_id = $1 AND disabled_at IS NOT NULL AND NOT told_disabled RETURNING true""",
                        health.endpoint_id,
                    )
                else:
                    taken = await connection.fetchval(
                        """UPDATE tocsin_alert.endpoints SET warned = $2
                        WHERE endpoint_id = $1 AND warned < $2 AND failing_since = $3 AND disabled_at IS NULL RETURNING true""",
                        health.endpoint_id,
                        step.stage,
                        health.failing_since,
                    )
                if not taken:
                    return False
                if step.care is Care.DISABLE:
                    await disable(connection, [health.endpoint_id], Reason.FAILED_TOO_LONG)
                    await connection.execute(
                        "UPDATE tocsin_alert.endpoints SET told_disabled = true WHERE endpoint_id = $1",
                        health.endpoint_id,
                    )
                if deliveries:
                    await self._ledger.joined(connection).write([], deliveries)
        return True

    async def retire(self, retired: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], datetime]:
        """Note since when secrets (endpoint, SHA-256) are no longer the current ones; returns that time for each."""
        if not retired:
            return {}
        with database_errors("noting retired secrets"):
            rows = await self._pool.fetch(
                """INSERT INTO tocsin_alert.retired_secrets AS r (endpoint_id, fingerprint)
                SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT (endpoint_id, fingerprint)
                DO UPDATE SET retired_at = r.retired_at RETURNING endpoint_id, fingerprint, retired_at""",
                [endpoint_id for endpoint_id, _ in retired],
                [fingerprint for _, fingerprint in retired],
            )
        return {(row["endpoint_id"], row["fingerprint"]): row["retired_at"] for row in rows}

    async def forget_retired(self, *, older_than: timedelta) -> None:
        """Drop the notes on secrets that nobody lists any more."""
        with database_errors("forgetting retired secrets"):
            await self._pool.execute(
                "DELETE FROM tocsin_alert.retired_secrets WHERE retired_at < now() - $1::interval", older_than
            )
