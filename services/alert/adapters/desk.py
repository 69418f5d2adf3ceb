"""The ledger as people read and mend it: deliveries, endpoints, incidents."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.alert.adapters.postgres import database_errors
from services.alert.incident_filter import IncidentFilter
from services.alert.ledger import AttemptRow, DeliveryDetail, DeliveryRow, DeliveryStatus, EndpointRow, TimedChange
from shared.codec import decode
from shared.events.incident import IncidentChange

DELIVERY_COLUMNS = """delivery_id, endpoint_id, channel, incident_id, revision, message, watch_ids, test, status, attempts, reason,
    created_at, next_attempt_at, delivered_at"""


_PAGE = 500
"""Changes read at once: each may have 256 kB."""
EVERYTHING = IncidentFilter()
_INCIDENTS = """
SELECT state FROM tocsin_alert.incidents i
WHERE revision > 0 AND (test = false OR $3) AND ($1::timestamptz IS NULL OR (last_seen, incident_id) < ($1, $2))
  AND ((cardinality($5::text[]) = 0 AND cardinality($6::float8[]) = 0)
       OR codes && $5::text[]
       OR (lat IS NOT NULL AND lon IS NOT NULL AND EXISTS (
             SELECT 1 FROM unnest($6::float8[], $7::float8[], $8::float8[]) AS c (lat, lon, km)
             WHERE 2 * 6371.0088 * asin(least(1, sqrt(power(sin(radians(i.lat - c.lat) / 2), 2)
                   + cos(radians(i.lat)) * cos(radians(c.lat)) * power(sin(radians(i.lon - c.lon) / 2), 2)))) <= c.km)))
  AND (cardinality($9::text[]) = 0 OR event_type = ANY($9)) AND (cardinality($10::text[]) = 0 OR event_group = ANY($10))
  AND (cardinality($11::text[]) = 0 OR severity = ANY($11)) AND (cardinality($12::text[]) = 0 OR status = ANY($12))
  AND ($13::timestamptz IS NULL OR last_seen >= $13) AND ($14::timestamptz IS NULL OR last_seen < $14)
  AND ($15::float8[] IS NULL OR (lat BETWEEN ($15)[2] AND ($15)[4] AND CASE WHEN ($15)[1] <= ($15)[3]
       THEN lon BETWEEN ($15)[1] AND ($15)[3] ELSE lon >= ($15)[1] OR lon <= ($15)[3] END))
  AND ($16::text IS NULL OR told ? $16) AND ($17::bool IS NULL OR held = $17)
ORDER BY last_seen DESC, incident_id DESC LIMIT $4
"""


class PostgresDesk:
    """``DeliveryDesk`` and ``IncidentShelf`` over a pool; every method raises ``LedgerError`` when the database does not play."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = self._pool = pool

    async def deliveries(
        self,
        *,
        status: DeliveryStatus | None = None,
        endpoint_id: str | None = None,
        incident_id: str | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[DeliveryRow]:
        """Deliveries that match all that is given, newest first."""
        with database_errors("reading deliveries"):
            rows = await self._pool.fetch(
                f"""SELECT {DELIVERY_COLUMNS} FROM tocsin_alert.deliveries
                WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR endpoint_id = $2)
                  AND ($3::text IS NULL OR incident_id = $3) AND ($4::timestamptz IS NULL OR created_at >= $4)
                ORDER BY position DESC LIMIT $5""",  # noqa: S608  # the columns are the constant above
                None if status is None else status.value,
                endpoint_id,
                incident_id,
                since,
                limit,
            )
        return [delivery_row(row) for row in rows]

    async def delivery(self, delivery_id: str) -> DeliveryDetail | None:
        """One delivery with all its attempts and its body, None for an unknown id."""
        with database_errors("reading a delivery"):
            row = await self._pool.fetchrow(
                f"""SELECT {DELIVERY_COLUMNS}, content_type, content FROM tocsin_alert.deliveries
                JOIN tocsin_alert.bodies USING (body_id) WHERE delivery_id = $1""",  # noqa: S608  # as above
                delivery_id,
            )
            attempts = await self._pool.fetch(
                """SELECT attempt, started_at, duration, outcome, reason, http_status, detail
                FROM tocsin_alert.attempts WHERE delivery_id = $1 ORDER BY started_at""",
                delivery_id,
            )
        if row is None:
            return None
        return DeliveryDetail(
            row=delivery_row(row),
            attempts=tuple(AttemptRow(**dict(attempt)) for attempt in attempts),
            content_type=row["content_type"],
            body=row["content"],
        )

    async def replay(
        self,
        *,
        delivery_id: str | None = None,
        endpoint_id: str | None = None,
        since: datetime | None = None,
        delivered: bool = False,
    ) -> Sequence[str]:
        """Make dead and expired deliveries (and delivered ones where asked) due again, under their old ids and with their
        old bodies; the schedule starts anew. Endpoints that were disabled are enabled."""
        statuses = [status.value for status in (DeliveryStatus.DEAD, DeliveryStatus.EXPIRED)]
        statuses += [DeliveryStatus.DELIVERED.value] if delivered else []
        with database_errors("replaying deliveries"):
            async with self._pool.acquire() as connection, connection.transaction():
                rows = await connection.fetch(
                    """UPDATE tocsin_alert.deliveries
                    SET status = 'pending', reason = NULL, attempts = 0, next_attempt_at = now(), leased_until = NULL, delivered_at = NULL
                    WHERE status = ANY($1::text[]) AND ($2::text IS NULL OR delivery_id = $2)
                      AND ($3::text IS NULL OR endpoint_id = $3) AND ($4::timestamptz IS NULL OR created_at >= $4)
                    RETURNING delivery_id, endpoint_id""",
                    statuses,
                    delivery_id,
                    endpoint_id,
                    since,
                )
                await connection.execute(
                    """UPDATE tocsin_alert.endpoints SET disabled_at = NULL, reason = NULL, told_disabled = false, failing_since = NULL,
                           failures = 0, failing_reason = NULL, warned = 0 WHERE endpoint_id = ANY($1::text[])""",
                    [row["endpoint_id"] for row in rows] + ([endpoint_id] if endpoint_id is not None else []),
                )
        return [row["delivery_id"] for row in rows]

    async def disabled_endpoints(self) -> Sequence[EndpointRow]:
        """Endpoints that get nothing until somebody replays to them, and why."""
        with database_errors("reading endpoints"):
            rows = await self._pool.fetch(
                "SELECT endpoint_id, disabled_at, reason FROM tocsin_alert.endpoints WHERE disabled_at IS NOT NULL ORDER BY endpoint_id"
            )
        return [EndpointRow(**dict(row)) for row in rows]

    async def incidents(
        self,
        *,
        limit: int,
        before: tuple[datetime, str] | None = None,
        tests: bool = False,
        wanted: IncidentFilter = EVERYTHING,
    ) -> Sequence[IncidentChange]:
        """The latest state of each incident wanted, the one with the newest report first, after ``before`` (last_seen, incident id)."""
        circles = wanted.circles
        box = wanted.box
        with database_errors("reading incidents"):
            rows = await self._pool.fetch(
                _INCIDENTS,
                before[0] if before else None,
                before[1] if before else "",
                tests,
                limit,
                wanted.codes,
                [circle.lat for circle in circles],
                [circle.lon for circle in circles],
                [circle.radius_km for circle in circles],
                [one.value for one in wanted.types],
                [one.value for one in wanted.groups],
                [one.value for one in wanted.severities],
                [one.value for one in wanted.statuses],
                wanted.since,
                wanted.until,
                [box.west, box.south, box.east, box.north] if box else None,
                wanted.watch,
                wanted.held,
            )
        return [decode(IncidentChange, row["state"]) for row in rows]

    async def history(self, incident_id: str) -> Sequence[IncidentChange]:
        """All changes of one incident in order of revision; empty for an unknown one."""
        with database_errors("reading an incident"):
            rows = await self._pool.fetch(
                "SELECT raw FROM tocsin_alert.changes WHERE incident_id = $1 ORDER BY revision LIMIT 1000", incident_id
            )
        return [decode(IncidentChange, row["raw"]) for row in rows]

    async def naming(self, words: str) -> Sequence[IncidentChange]:
        """Changes whose bytes hold these words (an item's id, an address), in order of arrival; at most 1000."""
        with database_errors("reading changes"):
            rows = await self._pool.fetch(
                "SELECT raw FROM tocsin_alert.changes WHERE position(convert_to($1, 'UTF8') in raw) > 0 ORDER BY position LIMIT 1000",
                words,
            )
        return [decode(IncidentChange, row["raw"]) for row in rows]

    async def changes(self, incident_id: str, *, after: int = 0) -> Sequence[TimedChange]:
        """All changes of one incident beyond a revision, however many, in order and with their times; empty for an unknown one."""
        found: list[TimedChange] = []
        while True:
            with database_errors("reading an incident"):
                rows = await self._pool.fetch(
                    "SELECT occurred_at, raw FROM tocsin_alert.changes WHERE incident_id = $1 AND revision > $2 ORDER BY revision LIMIT $3",
                    incident_id,
                    found[-1].state.revision if found else after,
                    _PAGE,
                )
            found += [TimedChange(at=row["occurred_at"], state=decode(IncidentChange, row["raw"])) for row in rows]
            if len(rows) < _PAGE:
                return found


def delivery_row(row: "asyncpg.Record") -> DeliveryRow:
    """Return a row of the table as a value."""
    return DeliveryRow(
        delivery_id=row["delivery_id"],
        endpoint_id=row["endpoint_id"],
        channel=row["channel"],
        incident_id=row["incident_id"],
        revision=row["revision"],
        message=row["message"],
        watch_ids=tuple(row["watch_ids"]),
        test=row["test"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        reason=row["reason"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"] if row["status"] == "pending" else None,
        delivered_at=row["delivered_at"],
    )
