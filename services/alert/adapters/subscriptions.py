"""Watches and endpoints that people manage, in PostgreSQL. Every method raises ``LedgerError`` when the database does not play."""

import json
from collections.abc import Sequence
from typing import Any

import asyncpg

from services.alert.adapters.audit import write_act
from services.alert.adapters.postgres import database_errors
from services.alert.audit import Act, Action
from services.alert.keys import tenant_of
from services.alert.subscription import Document, Entry, Kind

_COLUMNS = "kind, id, tenant, document::text AS document, created_at, updated_at"
_SET = {Kind.WATCH: Action.WATCH_SET, Kind.ENDPOINT: Action.ENDPOINT_SET}
_DELETED = {Kind.WATCH: Action.WATCH_DELETED, Kind.ENDPOINT: Action.ENDPOINT_DELETED}


class PostgresSubscriptions:
    """``SubscriptionStore`` over a pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def version(self) -> int:
        """A number that grows with every change."""
        with database_errors("reading the subscriptions' version"):
            found = await self._pool.fetchval("SELECT version FROM tocsin_alert.versions WHERE name = 'subscriptions'")
        return int(found or 0)

    async def entries(self, *, tenant: str | None = None, kind: Kind | None = None) -> Sequence[Entry]:
        """All entries, or a tenant's, by id."""
        with database_errors("reading subscriptions"):
            rows = await self._pool.fetch(
                f"""SELECT {_COLUMNS} FROM tocsin_alert.subscriptions
                WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR kind = $2) ORDER BY kind, id""",  # noqa: S608  # a constant
                tenant,
                None if kind is None else kind.value,
            )
        return [_entry(row) for row in rows]

    async def entry(self, kind: Kind, entry_id: str) -> Entry | None:
        """One entry, None for an unknown one."""
        with database_errors("reading a subscription"):
            row = await self._pool.fetchrow(
                f"SELECT {_COLUMNS} FROM tocsin_alert.subscriptions WHERE kind = $1 AND id = $2",  # noqa: S608  # a constant
                kind.value,
                entry_id,
            )
        return None if row is None else _entry(row)

    async def put(
        self, kind: Kind, entry_id: str, *, tenant: str, document: Document, actor: str
    ) -> tuple[Entry, bool]:
        """Keep an entry, in place of an older one of the same id and tenant; returns it and whether it is new."""
        with database_errors("keeping a subscription"):
            async with self._pool.acquire() as connection, connection.transaction():
                row = await connection.fetchrow(
                    f"""INSERT INTO tocsin_alert.subscriptions (kind, id, tenant, document) VALUES ($1, $2, $3, $4::jsonb)
                    ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document, updated_at = now()
                    RETURNING {_COLUMNS}, xmax = 0 AS is_new""",  # noqa: S608  # a constant
                    kind.value,
                    entry_id,
                    tenant,
                    json.dumps(document, ensure_ascii=False),
                )
                await _grown(connection)
                await write_act(connection, Act(tenant=tenant, actor=actor, action=_SET[kind], subject=entry_id))
        assert row is not None
        return _entry(row), bool(row["is_new"])

    async def delete_watch(self, watch_id: str, *, tenant: str, actor: str) -> bool:
        """Forget a watch; False when the tenant has none of this id. Who was told by it still hears of retractions."""
        with database_errors("deleting a watch"):
            async with self._pool.acquire() as connection, connection.transaction():
                return await _delete(connection, Kind.WATCH, watch_id, tenant=tenant, actor=actor)

    async def delete_endpoint(self, endpoint_id: str, *, tenant: str, actor: str) -> bool:
        """Forget an endpoint: its address, the watches that tell nobody else, and all that was written to it; the rows stay as counts.

        Its name leaves the watches that tell others as well. False when the tenant has none of this id.
        """
        with database_errors("deleting an endpoint"):
            async with self._pool.acquire() as connection, connection.transaction():
                if not await _delete(connection, Kind.ENDPOINT, endpoint_id, tenant=tenant, actor=actor):
                    return False
                await _leave_watches(connection, endpoint_id, tenant=tenant, actor=actor)
                await _forget_deliveries(connection, [endpoint_id])
        return True

    async def forget_endpoint(self, endpoint_id: str, *, actor: str) -> int:
        """Forget whatever was kept of an endpoint, also of one that the watches file had; returns how many deliveries it was sent.

        A managed one is deleted with the watches that tell nobody else. The deliveries' rows stay as counts.
        """
        tenant = tenant_of(endpoint_id)
        with database_errors("forgetting an endpoint"):
            async with self._pool.acquire() as connection, connection.transaction():
                if await _delete(connection, Kind.ENDPOINT, endpoint_id, tenant=tenant, actor=actor):
                    await _leave_watches(connection, endpoint_id, tenant=tenant, actor=actor)
                count = await _forget_deliveries(connection, [endpoint_id])
                act = Act(
                    tenant=tenant,
                    actor=actor,
                    action=Action.SUBSCRIBER_DELETED,
                    subject=endpoint_id,
                    detail={"deliveries": count},
                )
                await write_act(connection, act)
        return count

    async def delete_tenant(self, tenant: str, *, actor: str) -> tuple[int, int]:
        """Forget all watches, endpoints and addresses of a tenant and revoke its keys; returns how many entries and keys went.

        Deliveries stay as rows without bodies: how many were sent is still known, not what to whom.
        """
        with database_errors("deleting a subscriber"):
            async with self._pool.acquire() as connection, connection.transaction():
                rows = await connection.fetch(
                    "DELETE FROM tocsin_alert.subscriptions WHERE tenant = $1 RETURNING kind, id", tenant
                )
                await _forget_deliveries(
                    connection,
                    [row["id"] for row in rows if row["kind"] == Kind.ENDPOINT.value]
                    + [row["id"] + "~feed" for row in rows if row["kind"] == Kind.WATCH.value],
                )
                keys = await connection.fetch(
                    "UPDATE tocsin_alert.api_keys SET revoked_at = now() WHERE tenant = $1 AND revoked_at IS NULL RETURNING key_id",
                    tenant,
                )
                await _grown(connection)
                detail = {"entries": len(rows), "keys": len(keys)}
                await write_act(
                    connection,
                    Act(tenant=tenant, actor=actor, action=Action.SUBSCRIBER_DELETED, subject=tenant, detail=detail),
                )
        return len(rows), len(keys)


async def _delete(connection: Any, kind: Kind, entry_id: str, *, tenant: str, actor: str) -> bool:
    done = await connection.fetchval(
        "DELETE FROM tocsin_alert.subscriptions WHERE kind = $1 AND id = $2 AND tenant = $3 RETURNING id",
        kind.value,
        entry_id,
        tenant,
    )
    if done is None:
        return False
    await _grown(connection)
    await write_act(connection, Act(tenant=tenant, actor=actor, action=_DELETED[kind], subject=entry_id))
    return True


async def _leave_watches(connection: Any, endpoint_id: str, *, tenant: str, actor: str) -> None:
    rows = await connection.fetch(
        """UPDATE tocsin_alert.subscriptions
        SET document = jsonb_set(document, '{endpoints}', (document -> 'endpoints') - $1::text), updated_at = now()
        WHERE kind = 'watch' AND tenant = $2 AND document -> 'endpoints' ? $1
        RETURNING id, jsonb_array_length(document -> 'endpoints') AS left_over""",
        endpoint_id,
        tenant,
    )
    for row in rows:
        if row["left_over"] == 0:
            await _delete(connection, Kind.WATCH, row["id"], tenant=tenant, actor=actor)


async def _forget_deliveries(connection: Any, endpoint_ids: Sequence[str]) -> int:
    """Bodies hold addresses (mails) and answers may repeat them: they go, the rows stay; returns how many there are."""
    await connection.execute(
        """INSERT INTO tocsin_alert.bodies (body_id, content_type, content) VALUES (sha256(''), 'text/plain', '')
        ON CONFLICT DO NOTHING"""
    )
    bodies = await connection.fetch(
        """WITH old AS (
            SELECT delivery_id, body_id FROM tocsin_alert.deliveries WHERE endpoint_id = ANY($1::text[]) FOR UPDATE
        ), changed AS (
            UPDATE tocsin_alert.deliveries d
            SET body_id = sha256(''), leased_until = NULL,
                status = CASE WHEN d.status = 'pending' THEN 'dead' ELSE d.status END,
                reason = CASE WHEN d.status = 'pending' THEN 'endpoint_unknown' ELSE d.reason END
            FROM old WHERE d.delivery_id = old.delivery_id
        ) SELECT DISTINCT body_id FROM old WHERE body_id <> sha256('')""",
        list(endpoint_ids),
    )
    await connection.execute(
        """UPDATE tocsin_alert.attempts a SET detail = '' FROM tocsin_alert.deliveries d
        WHERE d.delivery_id = a.delivery_id AND d.endpoint_id = ANY($1::text[]) AND a.detail <> ''""",
        list(endpoint_ids),
    )
    await connection.execute(
        """DELETE FROM tocsin_alert.bodies b WHERE b.body_id = ANY($1::bytea[])
        AND NOT EXISTS (SELECT 1 FROM tocsin_alert.deliveries d WHERE d.body_id = b.body_id)""",
        [row["body_id"] for row in bodies],
    )
    for table in ("endpoints", "retired_secrets", "mail_addresses", "unsubscribed", "waiting"):
        await connection.execute(
            f"DELETE FROM tocsin_alert.{table} WHERE endpoint_id = ANY($1::text[])",  # noqa: S608  # constants
            list(endpoint_ids),
        )
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM tocsin_alert.deliveries WHERE endpoint_id = ANY($1::text[])", list(endpoint_ids)
        )
    )


async def _grown(connection: Any) -> None:
    await connection.execute("UPDATE tocsin_alert.versions SET version = version + 1 WHERE name = 'subscriptions'")


def _entry(row: "asyncpg.Record") -> Entry:
    return Entry(
        kind=Kind(row["kind"]),
        id=row["id"],
        tenant=row["tenant"],
        document=json.loads(row["document"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
