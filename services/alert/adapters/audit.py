"""The audit in PostgreSQL: written in the transaction of what it tells of, so that neither is there without the other."""

import json
from collections.abc import Sequence
from typing import Any

import asyncpg

from services.alert.adapters.postgres import database_errors
from services.alert.audit import Act, Action, AuditRow


async def write_act(connection: Any, act: Act) -> None:  # the driver publishes no types; they stop here
    """Write one act down inside the caller's transaction."""
    await connection.execute(
        "INSERT INTO tocsin_alert.audit (tenant, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5::jsonb)",
        act.tenant,
        act.actor,
        act.action.value,
        act.subject,
        json.dumps(act.detail, ensure_ascii=False),
    )


class PostgresAudit:
    """Reads the audit; every method raises ``LedgerError`` when the database does not play."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def acts(self, *, tenant: str, before: int | None = None, limit: int = 100) -> Sequence[AuditRow]:
        """What was done in a tenant, newest first, below position ``before``."""
        with database_errors("reading the audit"):
            rows = await self._pool.fetch(
                """SELECT position, at, tenant, actor, action, subject, detail::text FROM tocsin_alert.audit
                WHERE tenant = $1 AND ($2::bigint IS NULL OR position < $2) ORDER BY position DESC LIMIT $3""",
                tenant,
                before,
                limit,
            )
        return [
            AuditRow(
                position=row["position"],
                at=row["at"],
                act=Act(
                    tenant=row["tenant"],
                    actor=row["actor"],
                    action=Action(row["action"]),
                    subject=row["subject"],
                    detail=json.loads(row["detail"]),
                ),
            )
            for row in rows
        ]
