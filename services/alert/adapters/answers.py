"""Deliveries as their owners read them by the API. Every method raises ``LedgerError`` when the database does not play."""

from collections.abc import Sequence

import asyncpg

from services.alert.adapters.audit import write_act
from services.alert.adapters.desk import DELIVERY_COLUMNS, PostgresDesk, delivery_row
from services.alert.adapters.postgres import database_errors
from services.alert.api.ports import KeptBody
from services.alert.audit import Act, Action
from services.alert.ledger import DeliveryDetail, DeliveryRow, DeliveryStatus

_JSON = "application/json"
_OWNER = "CASE WHEN strpos(endpoint_id, '.') > 0 THEN split_part(endpoint_id, '.', 1) ELSE 'default' END"
"""As ``keys.tenant_of`` has it."""


class PostgresAnswers:
    """``DeliveryShelf`` over a pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._desk = PostgresDesk(pool)

    async def deliveries(
        self,
        *,
        tenant: str,
        status: DeliveryStatus | None = None,
        endpoint_id: str | None = None,
        watch_id: str | None = None,
        incident_id: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[tuple[int, DeliveryRow]]:
        """Positions and deliveries of a tenant that match all that is given, newest first."""
        with database_errors("reading deliveries"):
            rows = await self._pool.fetch(
                f"""SELECT position, {DELIVERY_COLUMNS} FROM tocsin_alert.deliveries
                WHERE {_OWNER} = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR endpoint_id = $3)
                  AND ($4::text IS NULL OR $4 = ANY(watch_ids)) AND ($5::text IS NULL OR incident_id = $5)
                  AND ($6::bigint IS NULL OR position < $6)
                ORDER BY position DESC LIMIT $7""",  # noqa: S608  # both are constants
                tenant,
                None if status is None else status.value,
                endpoint_id,
                watch_id,
                incident_id,
                before,
                limit,
            )
        return [(row["position"], delivery_row(row)) for row in rows]

    async def delivery(self, delivery_id: str) -> DeliveryDetail | None:
        """One with its attempts and body, None for an unknown id."""
        return await self._desk.delivery(delivery_id)

    async def replay(self, delivery_id: str, *, tenant: str, actor: str) -> bool:
        """Make one due again under its id and with its bytes; False unless it was dead or expired."""
        if not await self._desk.replay(delivery_id=delivery_id):
            return False
        with database_errors("writing the audit"):
            async with self._pool.acquire() as connection:
                act = Act(tenant=tenant, actor=actor, action=Action.DELIVERY_REPLAYED, subject=delivery_id)
                await write_act(connection, act)
        return True

    async def changes(self, *, endpoint_id: str, watch_id: str, after: int, limit: int) -> Sequence[KeptBody]:
        """What was written for a watch to an endpoint after a position, in order, sent or not.

        Positions become visible in their order (``adapters/postgres.py``), so a reader that has seen one has seen all before it.
        """
        with database_errors("reading changes"):
            rows = await self._pool.fetch(
                """SELECT position, delivery_id, created_at, content FROM tocsin_alert.deliveries
                JOIN tocsin_alert.bodies USING (body_id)
                WHERE endpoint_id = $1 AND position > $2 AND $3 = ANY(watch_ids) AND content_type = $4
                ORDER BY position LIMIT $5""",
                endpoint_id,
                after,
                watch_id,
                _JSON,
                limit,
            )
        return [
            KeptBody(
                position=row["position"],
                delivery_id=row["delivery_id"],
                created_at=row["created_at"],
                body=row["content"],
            )
            for row in rows
        ]

    async def horizon(self) -> int:
        """The last position that is written; whoever reads on from here misses nothing."""
        with database_errors("reading the ledger's bounds"):
            found = await self._pool.fetchval("SELECT max(position) FROM tocsin_alert.deliveries")
        return int(found or 0)

    async def pruned(self) -> int:
        """The last position that housekeeping has taken away."""
        with database_errors("reading the ledger's bounds"):
            found = await self._pool.fetchval(
                "SELECT version FROM tocsin_alert.versions WHERE name = 'pruned_deliveries'"
            )
        return int(found or 0)
