"""Incidents in PostgreSQL as they are exported: now, or as they were known at a time. Raises ``LedgerError``."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import asyncpg

from services.alert.adapters.postgres import database_errors
from services.alert.export_row import Exported
from shared.codec import decode
from shared.events.incident import IncidentChange

_PAGE = 200
# What was known at a time is each incident's longest beginning that no later news had a part in.
_ROWS = """
SELECT i.incident_id, c.raw, c.occurred_at AS last_change, f.occurred_at AS first_change
FROM tocsin_alert.incidents i
CROSS JOIN LATERAL (
    SELECT raw, occurred_at FROM tocsin_alert.changes c
    WHERE c.incident_id = i.incident_id AND ($2::timestamptz IS NULL OR c.revision < COALESCE(
        (SELECT min(l.revision) FROM tocsin_alert.changes l WHERE l.incident_id = i.incident_id AND l.occurred_at > $2), 2147483647))
    ORDER BY c.revision DESC LIMIT 1
) c
LEFT JOIN LATERAL (
    SELECT occurred_at FROM tocsin_alert.changes f WHERE f.incident_id = i.incident_id ORDER BY f.revision LIMIT 1
) f ON true
WHERE i.revision > 0 AND NOT i.test AND i.incident_id > $1 AND ($3::timestamptz IS NULL OR i.last_seen >= $3)
ORDER BY i.incident_id LIMIT $4
"""


class PostgresExport:
    """``ExportShelf`` over a pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def pages(self, *, since: datetime | None, as_of: datetime | None) -> AsyncIterator[Sequence[Exported]]:
        """Pages of incidents by id, tests left out: those with a report at ``since`` or later, as they were known at ``as_of``."""
        after = ""
        while True:
            with database_errors("reading incidents to export"):
                rows = await self._pool.fetch(_ROWS, after, as_of, since, _PAGE)
            page = [
                Exported(
                    state=decode(IncidentChange, row["raw"]),
                    first_change=row["first_change"],
                    last_change=row["last_change"],
                )
                for row in rows
            ]
            yield [one for one in page if since is None or one.state.last_seen >= since]
            if len(rows) < _PAGE:
                return
            after = rows[-1]["incident_id"]
