"""The ledger in PostgreSQL: incidents and deliveries in one transaction, the queue by leases.

The database's clock decides what is due and whose lease has ended, so that replicas with different clocks agree.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg

from services.alert.adapters.ledger_sql import CLAIM, INSERT_BODIES, INSERT_DELIVERIES, KEEP_CHANGES, RECORD
from services.alert.adapters.timing import PostgresTimingBook
from services.alert.area import codes_of
from services.alert.delivery import Delivered, GiveUp, Permanent, Reason, RetryAfter
from services.alert.errors import LedgerError
from services.alert.ledger import (
    Claimed,
    DeliveryStatus,
    Finished,
    HeldIncident,
    NewDelivery,
    StoredChange,
    Taking,
    Written,
)
from services.alert.ports import LedgerTransaction
from services.alert.routing import Mark, Standing, Told
from services.alert.words import cleaned
from shared.events.incident import IncidentChange
from shared.postgres.pool import DATABASE_FAULTS

_MAX_DETAIL = 300
_OF_OUR_OWN = frozenset({Reason.ENDPOINT_UNKNOWN, Reason.INTERNAL, Reason.UNCONFIRMED, Reason.UNSUBSCRIBED})
"""Failures that say nothing of how the endpoint fares."""


@contextmanager
def database_errors(doing: str) -> Iterator[None]:
    """Turn the driver's errors into ours; the cause keeps the details."""
    try:
        yield
    except DATABASE_FAULTS as error:
        raise LedgerError(f"{doing}: {type(error).__name__}: {error}") from error


class PostgresLedger:
    """``Ledger`` and ``DeliveryQueue`` over a pool; ``owner`` names this process in its leases."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, owner: str) -> None:
        self._pool = pool
        self._owner = owner

    def transaction(self) -> AbstractAsyncContextManager[LedgerTransaction]:
        """Open a transaction; raises ``LedgerError``."""
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[LedgerTransaction]:
        with database_errors("writing the ledger"):
            async with self._pool.acquire() as connection, connection.transaction():
                yield _Transaction(connection, self._owner)

    def joined(self, connection: Any) -> LedgerTransaction:
        """The ledger as part of somebody's open transaction."""
        return _Transaction(connection, self._owner)

    async def claim(
        self, *, channel: str, limit: int, slots: int, slots_of: Mapping[str, int], lease: timedelta
    ) -> Sequence[Claimed]:
        """Lease due deliveries, see the protocol; raises ``LedgerError``."""
        with database_errors("claiming deliveries"):
            rows = await self._pool.fetch(
                CLAIM, self._owner, limit, slots, list(slots_of), list(slots_of.values()), lease, channel
            )
        return [
            Claimed(
                delivery_id=row["delivery_id"],
                endpoint_id=row["endpoint_id"],
                channel=row["channel"],
                incident_id=row["incident_id"],
                revision=row["revision"],
                test=row["test"],
                content_type=row["content_type"],
                body=row["content"],
                attempt=row["attempts"] + 1,
                occurred_at=row["occurred_at"],
                fetched_at=row["fetched_at"],
                watch_ids=tuple(row["watch_ids"]),
                item_id=row["item_id"],
                traceparent=row["traceparent"],
            )
            for row in rows
        ]

    async def record(self, finished: Sequence[Finished]) -> None:
        """Write attempts down, give leases back, disable endpoints that are gone; raises ``LedgerError``."""
        if not finished:
            return
        columns = [list(column) for column in zip(*(_attempt_row(one) for one in finished), strict=True)]
        gone = {
            one.claimed.endpoint_id: Reason.GONE if one.outcome.reason is Reason.GONE else Reason.BOUNCED
            for one in finished
            if isinstance(one.outcome, Permanent) and one.outcome.disables_endpoint
        }
        columns += _faring(finished)
        with database_errors("recording attempts"):
            if not gone:
                await self._pool.execute(RECORD, *columns)
                return
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(RECORD, *columns)
                for endpoint_id in sorted(gone):
                    await disable(connection, [endpoint_id], gone[endpoint_id])

    async def give_back(self, claimed: Sequence[Claimed]) -> None:
        """End leases of ours; raises ``LedgerError``."""
        with database_errors("giving deliveries back"):
            await self._pool.execute(
                """UPDATE tocsin_alert.deliveries SET leased_until = NULL, leased_by = NULL
                WHERE delivery_id = ANY($1::text[]) AND leased_by = $2 AND status = 'pending'""",
                [one.delivery_id for one in claimed],
                self._owner,
            )

    async def pending(self) -> Mapping[str, int]:
        """How many deliveries wait, by channel; raises ``LedgerError``."""
        with database_errors("counting deliveries"):
            rows = await self._pool.fetch(
                "SELECT channel, count(*) AS waiting FROM tocsin_alert.deliveries WHERE status = 'pending' GROUP BY channel"
            )
        return {row["channel"]: row["waiting"] for row in rows}


class _Transaction:
    def __init__(self, connection: Any, owner: str) -> None:  # the driver publishes no types; they stop here
        self._connection = connection
        self._owner = owner
        self.timing = PostgresTimingBook(connection)

    async def held(self, incident_ids: Sequence[str]) -> Mapping[str, HeldIncident]:
        # In one order everywhere, or two replicas would wait for each other for ever. The empty update is what locks a row
        # and returns it as it stands once the lock is ours.
        rows = await self._connection.fetch(
            """INSERT INTO tocsin_alert.incidents AS i (incident_id) SELECT n FROM unnest($1::text[]) AS n ORDER BY n
            ON CONFLICT (incident_id) DO UPDATE SET revision = i.revision RETURNING i.incident_id, i.revision, i.told::text""",
            sorted(set(incident_ids)),
        )
        return {
            row["incident_id"]: HeldIncident(revision=row["revision"], told=decode_told(row["told"])) for row in rows
        }

    async def carry(self, told: Mapping[str, Told]) -> None:
        await self._connection.executemany(
            "UPDATE tocsin_alert.incidents SET told = $2::jsonb WHERE incident_id = $1",
            [(incident_id, encode_told(marks)) for incident_id, marks in sorted(told.items())],
        )

    async def write(
        self, changes: Sequence[StoredChange], deliveries: Sequence[NewDelivery], *, taking: Taking | None = None
    ) -> Written:
        latest = {change.state.incident_id: change for change in changes}
        await self._connection.execute(
            KEEP_CHANGES,
            list(latest),
            [one.state.revision for one in latest.values()],
            [one.raw for one in latest.values()],
            [encode_told(one.told) for one in latest.values()],
            [one.state.test for one in latest.values()],
            [one.state.last_seen for one in latest.values()],
            [json.dumps(_codes(one.state)) for one in latest.values()],
            [one.state.place.lat if one.state.place else None for one in latest.values()],
            [one.state.place.lon if one.state.place else None for one in latest.values()],
            [one.state.event_type for one in latest.values()],
            [one.state.event_group for one in latest.values()],
            [one.state.severity.value for one in latest.values()],
            [one.state.status.value for one in latest.values()],
            [one.state.held for one in latest.values()],
            [one.state.incident_id for one in changes],
            [one.state.revision for one in changes],
            [one.raw for one in changes],
            [one.occurred_at for one in changes],
            [one.fetched_at for one in changes],
            [one.linked_at for one in changes],
        )
        return await self._insert(deliveries, taking) if deliveries else Written(new=0)

    async def _insert(self, deliveries: Sequence[NewDelivery], taking: Taking | None) -> Written:
        wanted = frozenset[str]() if taking is None else taking.delivery_ids
        body_ids = [sha256(one.body).digest() for one in deliveries]
        bodies = dict(zip(body_ids, deliveries, strict=True))
        await self._connection.execute(
            INSERT_BODIES,
            list(bodies),
            [one.content_type for one in bodies.values()],
            [one.body for one in bodies.values()],
        )
        rows = await self._connection.fetch(
            INSERT_DELIVERIES,
            [one.delivery_id for one in deliveries],
            [one.endpoint_id for one in deliveries],
            [one.channel for one in deliveries],
            [one.incident_id for one in deliveries],
            [one.revision for one in deliveries],
            [one.message.value for one in deliveries],
            [_array(one.watch_ids) for one in deliveries],
            [one.test for one in deliveries],
            body_ids,
            [one.status.value for one in deliveries],
            [one.occurred_at for one in deliveries],
            [one.fetched_at for one in deliveries],
            [one.delivery_id in wanted for one in deliveries],
            timedelta(0) if taking is None else taking.lease,
            self._owner,
            [one.item_id for one in deliveries],
            [one.traceparent for one in deliveries],
        )
        return Written(new=len(rows), taken=frozenset(row["delivery_id"] for row in rows if row["taken"]))


def _array(texts: Sequence[str]) -> str:
    """An array of texts as PostgreSQL writes it, for a column of arrays, which ``unnest`` would take apart."""
    quoted = (one.replace("\\", "\\\\").replace('"', '\\"') for one in texts)
    return "{" + ",".join(f'"{one}"' for one in quoted) + "}"


def _codes(state: IncidentChange) -> list[str]:
    return [] if state.place is None else [code for code in codes_of(state.place) if code is not None]


def encode_told(told: Told) -> str:
    """Marks as compact JSON: {watch: {endpoint: [first, last, standing, owes]}}."""
    nested: dict[str, dict[str, list[int | str]]] = {}
    for (watch_id, endpoint_id), mark in told.items():
        nested.setdefault(watch_id, {})[endpoint_id] = [mark.first, mark.last, mark.standing.value, int(mark.owes)]
    return json.dumps(nested, separators=(",", ":"), ensure_ascii=False)


def decode_told(text: str) -> Told:
    """The marks that ``encode_told`` wrote."""
    return {
        (watch_id, endpoint_id): Mark(first=first, last=last, standing=Standing(standing), owes=bool(owes))
        for watch_id, marks in json.loads(text).items()
        for endpoint_id, (first, last, standing, owes) in marks.items()
    }


async def disable(connection: Any, endpoint_ids: Sequence[str], reason: Reason) -> None:
    """Disable endpoints in the caller's transaction; what waits for them is kept where it can be replayed."""
    await connection.execute(
        """INSERT INTO tocsin_alert.endpoints (endpoint_id, disabled_at, reason)
        SELECT endpoint_id, now(), $2 FROM unnest($1::text[]) AS n (endpoint_id)
        ON CONFLICT (endpoint_id) DO UPDATE SET disabled_at = now(), reason = excluded.reason, told_disabled = false""",
        endpoint_ids,
        reason.value,
    )
    await connection.execute(
        """UPDATE tocsin_alert.deliveries SET status = 'dead', reason = 'endpoint_disabled', leased_until = NULL
        WHERE endpoint_id = ANY($1::text[]) AND status = 'pending'""",
        endpoint_ids,
    )


def _status_after(finished: Finished) -> DeliveryStatus:
    if isinstance(finished.next_step, GiveUp):
        return DeliveryStatus.DEAD
    return DeliveryStatus.PENDING if isinstance(finished.next_step, RetryAfter) else DeliveryStatus.DELIVERED


def _reason(finished: Finished) -> str | None:
    return None if isinstance(finished.outcome, Delivered) else finished.outcome.reason.value


def _faring(finished: Sequence[Finished]) -> list[list[object]]:
    """The endpoints that are well, and those that are not with the number of their failures and the last reason; by the last attempt."""
    failures: dict[str, int] = {}
    reasons: dict[str, str | None] = {}
    for one in finished:
        if not isinstance(one.outcome, Delivered) and one.outcome.reason in _OF_OUR_OWN:
            continue
        endpoint_id = one.claimed.endpoint_id
        failures[endpoint_id] = 0 if isinstance(one.outcome, Delivered) else failures.get(endpoint_id, 0) + 1
        reasons[endpoint_id] = _reason(one)
    ill = sorted(endpoint_id for endpoint_id, count in failures.items() if count)
    return [
        [*sorted(failures.keys() - set(ill))],
        [*ill],
        [failures[endpoint_id] for endpoint_id in ill],
        [reasons[endpoint_id] for endpoint_id in ill],
    ]


def _attempt_row(finished: Finished) -> tuple[object, ...]:
    """A row of ``RECORD``."""
    claimed, outcome = finished.claimed, finished.outcome
    return (
        claimed.delivery_id,
        _status_after(finished).value,
        _reason(finished),
        finished.next_step.wait if isinstance(finished.next_step, RetryAfter) else None,
        claimed.attempt,
        finished.started_at,
        finished.duration,
        type(outcome).__name__.lower(),
        outcome.status,
        "" if isinstance(outcome, Delivered) else cleaned(outcome.detail, limit=_MAX_DETAIL),
    )
