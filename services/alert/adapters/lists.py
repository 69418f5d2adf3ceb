"""Waiting lists and silences in PostgreSQL: the gatherer's office, and the commands of people."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from services.alert.adapters.postgres import PostgresLedger, database_errors, decode_told, encode_told
from services.alert.adapters.timing import areas_json, silence_of, waiting_of
from services.alert.bulletin import GatheredBy
from services.alert.gatherer import ListOffice
from services.alert.gathering import Due, Known
from services.alert.ledger import NewDelivery
from services.alert.ports import LedgerTransaction
from services.alert.routing import Told
from services.alert.silences import Ending, Silence, SilenceKind
from services.alert.timing import WaitingKey
from shared.codec import decode
from shared.events.incident import IncidentChange

_RINGS_KEPT = timedelta(hours=6)
_DUE = """
FROM tocsin_alert.waiting w LEFT JOIN tocsin_alert.silences s USING (silence_id)
WHERE w.due_at <= $1 OR s.ended_at IS NOT NULL
"""
_TAKE_OFF = """
DELETE FROM tocsin_alert.waiting w USING unnest($1::text[], $2::text[], $3::text[]) AS n (endpoint_id, incident_id, watch_id)
WHERE w.endpoint_id = n.endpoint_id AND w.incident_id = n.incident_id AND w.watch_id = n.watch_id
"""
_PUT_OFF = """
UPDATE tocsin_alert.waiting w SET due_at = $4, window_start = $4, silence_id = NULL
FROM unnest($1::text[], $2::text[], $3::text[]) AS n (endpoint_id, incident_id, watch_id)
WHERE w.endpoint_id = n.endpoint_id AND w.incident_id = n.incident_id AND w.watch_id = n.watch_id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class SilenceRow:
    """A silence as it is shown: how many incidents it keeps, and how it ended."""

    silence: Silence
    keeps: int
    ended_at: datetime | None
    ending: Ending | None


class PostgresLists:
    """``Lists`` over a pool, and the silences as people manage them; every method raises ``LedgerError``."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger) -> None:
        self._pool = pool
        self._ledger = ledger

    def office(self) -> AbstractAsyncContextManager[ListOffice | None]:
        """See the protocol."""
        return self._office()

    @asynccontextmanager
    async def _office(self) -> AsyncIterator[ListOffice | None]:
        with database_errors("keeping lists"):
            async with self._pool.acquire() as connection, connection.transaction():
                is_ours = await connection.fetchval(
                    "SELECT pg_try_advisory_xact_lock(hashtext('tocsin_alert.gatherer'))"
                )
                yield _Office(connection, self._ledger.joined(connection)) if is_ours else None

    async def add(self, silence: Silence) -> int:
        """Put a silence in force (its id is given here) and return its id."""
        with database_errors("keeping a silence"):
            added: int = await self._pool.fetchval(
                """INSERT INTO tocsin_alert.silences (kind, watch_id, incident_id, source, place, areas, until, who, why, created_at)
                VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10) RETURNING silence_id""",
                silence.kind.value,
                silence.watch_id,
                silence.incident_id,
                silence.source,
                silence.place,
                areas_json(silence.areas),
                silence.until,
                silence.who,
                silence.why,
                silence.created_at,
            )
        return added

    async def end(self, silence_id: int, kind: SilenceKind, ending: Ending, now: datetime) -> int | None:
        """End a silence; returns how many incidents it kept, None when there is none in force under this number."""
        with database_errors("ending a silence"):
            async with self._pool.acquire() as connection, connection.transaction():
                done: str = await connection.execute(
                    """UPDATE tocsin_alert.silences SET ended_at = $3, ending = $4
                    WHERE silence_id = $1 AND kind = $2 AND ended_at IS NULL""",
                    silence_id,
                    kind.value,
                    now,
                    ending.value,
                )
                if done != "UPDATE 1":
                    return None
                kept: int = await connection.fetchval(
                    "SELECT count(DISTINCT incident_id) FROM tocsin_alert.waiting WHERE silence_id = $1", silence_id
                )
        return kept

    async def listed(self, kind: SilenceKind, *, ended: bool, limit: int = 100) -> Sequence[SilenceRow]:
        """Silences of a kind, the newest first; those that ended too where asked."""
        with database_errors("reading silences"):
            rows = await self._pool.fetch(
                """SELECT s.*, s.areas::text AS drawn,
                    (SELECT count(DISTINCT incident_id) FROM tocsin_alert.waiting w WHERE w.silence_id = s.silence_id) AS keeps
                FROM tocsin_alert.silences s WHERE kind = $1 AND ($2 OR ended_at IS NULL) ORDER BY silence_id DESC LIMIT $3""",
                kind.value,
                ended,
                limit,
            )
        return [
            SilenceRow(
                silence=silence_of(row),
                keeps=row["keeps"],
                ended_at=row["ended_at"],
                ending=None if row["ending"] is None else Ending(row["ending"]),
            )
            for row in rows
        ]


class _Office:
    def __init__(self, connection: Any, ledger: LedgerTransaction) -> None:  # the driver publishes no types
        self._connection = connection
        self._ledger = ledger

    async def end_expired(self, now: datetime) -> int:
        done: str = await self._connection.execute(
            """UPDATE tocsin_alert.silences SET ended_at = until, ending = 'expired' WHERE ended_at IS NULL AND until <= $1""",
            now,
        )
        return int(done.rpartition(" ")[2])

    async def due(self, now: datetime) -> Sequence[Due]:
        # Incidents are locked before their entries, as those who write changes do; else the two would wait for each other.
        wanted = await self._connection.fetch(f"SELECT DISTINCT w.incident_id {_DUE}", now)
        if not wanted:
            return []
        await self._ledger.held([row["incident_id"] for row in wanted])
        rows = await self._connection.fetch(f"SELECT w.*, s.ending, s.ended_at {_DUE}", now)
        locked = {row["incident_id"] for row in wanted}
        return [
            Due(
                waiting=waiting_of(row),
                ending=None if row["ending"] is None else Ending(row["ending"]),
                ended_at=row["ended_at"],
            )
            for row in rows
            if row["incident_id"] in locked
        ]

    async def incidents(self, incident_ids: Collection[str]) -> Mapping[str, Known]:
        rows = await self._connection.fetch(
            "SELECT incident_id, state, told::text FROM tocsin_alert.incidents WHERE incident_id = ANY($1::text[]) AND revision > 0",
            list(incident_ids),
        )
        return {
            row["incident_id"]: Known(state=decode(IncidentChange, row["state"]), told=decode_told(row["told"]))
            for row in rows
        }

    async def known_ids(self, delivery_ids: Collection[str]) -> Collection[str]:
        rows = await self._connection.fetch(
            "SELECT delivery_id FROM tocsin_alert.deliveries WHERE delivery_id = ANY($1::text[])", list(delivery_ids)
        )
        return {row["delivery_id"] for row in rows}

    async def settle(
        self, *, told: Mapping[str, Told], done: Collection[WaitingKey], postponed: Mapping[WaitingKey, datetime]
    ) -> None:
        if told:
            await self._connection.execute(
                """UPDATE tocsin_alert.incidents i SET told = n.told::jsonb FROM unnest($1::text[], $2::text[]) AS n (incident_id, told)
                WHERE i.incident_id = n.incident_id""",
                list(told),
                [encode_told(marks) for marks in told.values()],
            )
        if done:
            await self._connection.execute(_TAKE_OFF, *(list(column) for column in zip(*done, strict=True)))
        if postponed:
            columns = (list(column) for column in zip(*postponed, strict=True))
            await self._connection.execute(_PUT_OFF, *columns, max(postponed.values()))

    async def write(self, deliveries: Sequence[NewDelivery]) -> None:
        await self._ledger.write((), deliveries)

    async def counts(self) -> tuple[Mapping[GatheredBy, int], Mapping[SilenceKind, int]]:
        waiting = await self._connection.fetch(
            "SELECT gathered_by, count(DISTINCT incident_id) AS n FROM tocsin_alert.waiting GROUP BY gathered_by"
        )
        silences = await self._connection.fetch(
            "SELECT kind, count(*) AS n FROM tocsin_alert.silences WHERE ended_at IS NULL GROUP BY kind"
        )
        return (
            {GatheredBy(row["gathered_by"]): row["n"] for row in waiting},
            {SilenceKind(row["kind"]): row["n"] for row in silences},
        )

    async def prune(self, now: datetime) -> None:
        await self._connection.execute("DELETE FROM tocsin_alert.rings WHERE hour < $1", now - _RINGS_KEPT)
