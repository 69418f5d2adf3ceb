"""A connection whose protocol the driver has lost track of must leave the pool (real PostgreSQL)."""

import asyncpg
import pytest

from shared.postgres.pool import DATABASE_FAULTS, open_pool

pytestmark = pytest.mark.servers


async def test_a_connection_past_saving_is_replaced_and_nothing_waits_for_it(postgres_database):
    pool = await open_pool(postgres_database, application="test", deadline_seconds=20, max_size=1)

    async def lost(*_args: object, **_kwargs: object) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")

    async def use() -> None:
        async with pool.acquire(timeout=5) as connection, connection.transaction():
            connection._con._get_statement = lost
            await connection.fetch("SELECT $1::int", 1)

    for _ in range(3):  # more often than the pool has connections
        with pytest.raises(DATABASE_FAULTS):
            await use()
    assert await pool.fetchval("SELECT 1") == 1
    await pool.close()
