"""Reported errors in PostgreSQL. Every method raises ``LedgerError`` when the database does not play."""

from collections.abc import Sequence

import asyncpg

from services.alert.adapters.audit import write_act
from services.alert.adapters.postgres import database_errors
from services.alert.audit import Act, Action
from services.alert.desk import ReportedError

_MOST_OPEN_OF_ONE = 50
"""Open reports of one incident; more of them tell the desk nothing new."""


class PostgresDeskList:
    """``DeskList`` over a pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def open_reports(self, *, limit: int) -> Sequence[ReportedError]:
        """Errors nobody has dealt with yet, oldest first."""
        with database_errors("reading reported errors"):
            rows = await self._pool.fetch(
                """SELECT report_id, incident_id, revision, delivery_id, words, created_at FROM tocsin_alert.error_reports
                WHERE closed_at IS NULL ORDER BY report_id LIMIT $1""",
                limit,
            )
        return [
            ReportedError(
                report_id=row["report_id"],
                incident_id=row["incident_id"],
                revision=row["revision"],
                delivery_id=row["delivery_id"] or None,
                words=row["words"],
                created_at=row["created_at"],
            )
            for row in rows
        ]

    async def report(self, incident_id: str, *, revision: int, words: str, tenant: str, actor: str) -> bool:
        """Keep a reported error; False when there are enough open ones of the incident."""
        with database_errors("keeping a reported error"):
            async with self._pool.acquire() as connection, connection.transaction():
                number = await connection.fetchval(
                    """INSERT INTO tocsin_alert.error_reports (delivery_id, incident_id, revision, endpoint_id, words)
                    SELECT '', $1, $2, '', $3 WHERE (
                        SELECT count(*) FROM tocsin_alert.error_reports WHERE incident_id = $1 AND closed_at IS NULL) < $4
                    RETURNING report_id""",
                    incident_id,
                    revision,
                    words,
                    _MOST_OPEN_OF_ONE,
                )
                if number is not None:
                    await write_act(
                        connection, Act(tenant=tenant, actor=actor, action=Action.ERROR_REPORTED, subject=incident_id)
                    )
        return number is not None

    async def close(self, report_id: int, *, tenant: str, actor: str, why: str) -> bool:
        """Note that an error was dealt with; False when there is no such open one."""
        with database_errors("closing a reported error"):
            async with self._pool.acquire() as connection, connection.transaction():
                incident_id = await connection.fetchval(
                    """UPDATE tocsin_alert.error_reports SET closed_at = now(), closed_by = $2
                    WHERE report_id = $1 AND closed_at IS NULL RETURNING incident_id""",
                    report_id,
                    actor,
                )
                if incident_id is not None:
                    detail = {"report": report_id, "why": why}
                    act = Act(
                        tenant=tenant, actor=actor, action=Action.ERROR_CLOSED, subject=incident_id, detail=detail
                    )
                    await write_act(connection, act)
        return incident_id is not None

    async def note_decision(self, act: Act) -> None:
        """Write down that a decision is about to be made."""
        with database_errors("writing the audit"):
            async with self._pool.acquire() as connection:
                await write_act(connection, act)
