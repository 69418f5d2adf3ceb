"""The keys of the API in PostgreSQL. Every method raises ``LedgerError`` when the database does not play."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.alert.adapters.audit import write_act
from services.alert.adapters.postgres import database_errors
from services.alert.audit import Act, Action
from services.alert.keys import ApiKey, NewKey, Right

_COLUMNS = "key_id, tenant, name, rights, digest, created_at, expires_at, revoked_at, last_used_at"


class PostgresKeys:
    """``KeyRing`` over a pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def find(self, key_id: str) -> ApiKey | None:
        """The key with this id, None for an unknown one."""
        with database_errors("looking a key up"):
            row = await self._pool.fetchrow(
                f"SELECT {_COLUMNS} FROM tocsin_alert.api_keys WHERE key_id = $1",  # noqa: S608  # a constant
                key_id,
            )
        return None if row is None else _key(row)

    async def note_use(self, key_id: str) -> None:
        """Note that the key was used, once a minute at most."""
        with database_errors("noting a key's use"):
            await self._pool.execute(
                """UPDATE tocsin_alert.api_keys SET last_used_at = now()
                WHERE key_id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')""",
                key_id,
            )

    async def add(
        self,
        key: NewKey,
        *,
        tenant: str,
        name: str,
        rights: Sequence[Right],
        expires_at: datetime | None,
        actor: str,
    ) -> ApiKey:
        """Keep a new key's digest, and the act."""
        granted = [right.value for right in rights]
        with database_errors("adding a key"):
            async with self._pool.acquire() as connection, connection.transaction():
                row = await connection.fetchrow(
                    f"""INSERT INTO tocsin_alert.api_keys (key_id, tenant, name, rights, digest, expires_at)
                    VALUES ($1, $2, $3, $4, $5, $6) RETURNING {_COLUMNS}""",  # noqa: S608  # a constant
                    key.key_id,
                    tenant,
                    name,
                    granted,
                    key.digest,
                    expires_at,
                )
                detail = {"name": name, "rights": granted}
                await write_act(
                    connection,
                    Act(tenant=tenant, actor=actor, action=Action.KEY_ADDED, subject=key.key_id, detail=detail),
                )
        assert row is not None
        return _key(row)

    async def keys(self, *, tenant: str | None = None) -> Sequence[ApiKey]:
        """All keys, or a tenant's, oldest first."""
        with database_errors("reading keys"):
            rows = await self._pool.fetch(
                f"""SELECT {_COLUMNS} FROM tocsin_alert.api_keys WHERE $1::text IS NULL OR tenant = $1
                ORDER BY created_at, key_id""",  # noqa: S608  # a constant
                tenant,
            )
        return [_key(row) for row in rows]

    async def revoke(self, key_id: str, *, tenant: str | None, actor: str) -> bool:
        """Revoke a key, at once for every replica; False when there is no such key (of that tenant) that is not revoked yet."""
        with database_errors("revoking a key"):
            async with self._pool.acquire() as connection, connection.transaction():
                owner = await connection.fetchval(
                    """UPDATE tocsin_alert.api_keys SET revoked_at = now()
                    WHERE key_id = $1 AND revoked_at IS NULL AND ($2::text IS NULL OR tenant = $2) RETURNING tenant""",
                    key_id,
                    tenant,
                )
                if owner is not None:
                    await write_act(
                        connection, Act(tenant=owner, actor=actor, action=Action.KEY_REVOKED, subject=key_id)
                    )
        return owner is not None


def _key(row: "asyncpg.Record") -> ApiKey:
    return ApiKey(
        key_id=row["key_id"],
        tenant=row["tenant"],
        name=row["name"],
        rights=tuple(Right(right) for right in row["rights"]),
        digest=row["digest"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )
