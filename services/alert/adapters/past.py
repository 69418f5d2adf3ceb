"""Past changes out of PostgreSQL: to try out what a watch would have been sent, and to refill a Kafka in the order that it had."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import asyncpg

from services.alert.adapters.postgres import database_errors
from services.alert.rehearsal import PastChange
from shared.codec import DecodeError, decode
from shared.events.incident import IncidentChange


async def past_changes(pool: "asyncpg.Pool[asyncpg.Record]", since: datetime) -> Sequence[PastChange]:
    """Return the changes received since then, in the order they came; raises ``LedgerError``. Tests are left out."""
    found = []
    with database_errors("reading past changes"):
        async with pool.acquire() as connection, connection.transaction():
            rows = connection.cursor(
                "SELECT raw, received_at FROM tocsin_alert.changes WHERE received_at >= $1 ORDER BY position", since
            )
            async for row in rows:
                try:
                    state = decode(IncidentChange, row["raw"])
                except DecodeError:
                    continue  # of a newer release that was taken back
                if not state.test:
                    found.append(PastChange(at=row["received_at"], state=state))
    return found


async def event_order(pool: "asyncpg.Pool[asyncpg.Record]", since: datetime) -> Sequence[str]:
    """Return the item events whose changes were received since then, each once, in the order in which they were linked.

    Linking notes its time in each change; changes of different incidents may come in another order. Raises ``LedgerError``.
    """
    found: dict[str, None] = {}
    with database_errors("reading past changes"):
        async with pool.acquire() as connection, connection.transaction():
            rows = connection.cursor(
                "SELECT raw FROM tocsin_alert.changes WHERE received_at >= $1 ORDER BY coalesce(linked_at, received_at), position",
                since,
            )
            async for row in rows:
                with suppress(DecodeError):  # of a newer release that was taken back
                    found.setdefault(decode(IncidentChange, row["raw"]).event_id)
    return list(found)
