"""Housekeeping in real PostgreSQL: what is too old goes, what is pending or still told of stays, counts are told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.alert.adapters.answers import PostgresAnswers
from services.alert.adapters.housekeeping import PostgresBroom
from services.alert.adapters.keys import PostgresKeys
from services.alert.adapters.postgres import PostgresLedger
from services.alert.housekeeping import TABLES, Keep
from services.alert.keys import Right, new_key
from services.alert.ledger import DeliveryStatus, NewDelivery, StoredChange
from services.alert.routing import Message
from services.alert.schema import SCHEMA
from shared.codec import encode
from shared.postgres.migrate import upgrade
from tests.support.incidents import opened

KEEP = Keep(deliveries_days=120, attempts_days=30, incidents_days=1095, audit_days=730)


@pytest.fixture
async def pool(postgres_database: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    await upgrade(postgres_database, SCHEMA)
    pool = await asyncpg.create_pool(postgres_database, min_size=2, max_size=3)
    yield pool
    await pool.close()


async def _write(pool: "asyncpg.Pool[asyncpg.Record]", number: int, status: DeliveryStatus, *, days: int) -> str:
    """Keep an incident and a delivery that are ``days`` old."""
    state = opened(number, last_seen=datetime.now(tz=UTC) - timedelta(days=days))
    delivery = NewDelivery(
        delivery_id=f"d_{number}", endpoint_id="desk", channel="webhook", incident_id=state.incident_id, revision=1,
        message=Message.ALERT, watch_ids=("diyala",), test=False, content_type="application/json", body=f'{{"n":{number}}}'.encode(),
        status=status, occurred_at=None, fetched_at=None,
    )  # fmt: skip
    async with PostgresLedger(pool, owner="test").transaction() as transaction:
        await transaction.held([state.incident_id])
        stored = StoredChange(
            state=state, raw=encode(state), told={}, occurred_at=None, fetched_at=None, linked_at=None
        )
        await transaction.write([stored], [delivery])
    age = timedelta(days=days)
    await pool.execute(
        "UPDATE tocsin_alert.deliveries SET created_at = now() - $2::interval WHERE delivery_id = $1",
        f"d_{number}",
        age,
    )
    await pool.execute(
        """INSERT INTO tocsin_alert.attempts (delivery_id, attempt, started_at, duration, outcome)
        VALUES ($1, 1, now() - $2::interval, '1 s', 'delivered')""",
        f"d_{number}",
        age,
    )
    return f"d_{number}"


async def _left(pool: "asyncpg.Pool[asyncpg.Record]") -> dict[str, int]:
    return {
        table: await pool.fetchval(f"SELECT count(*) FROM tocsin_alert.{table}")
        for table in ("deliveries", "attempts", "bodies", "incidents", "changes")
    }


async def test_what_is_too_old_goes_and_what_is_pending_stays(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    await _write(pool, 1, DeliveryStatus.DELIVERED, days=1200)
    await _write(pool, 2, DeliveryStatus.PENDING, days=1200)
    await _write(pool, 3, DeliveryStatus.DEAD, days=130)
    await _write(pool, 4, DeliveryStatus.DELIVERED, days=60)
    await _write(pool, 5, DeliveryStatus.DELIVERED, days=1)
    removed = await PostgresBroom(pool).sweep(KEEP)
    assert removed is not None
    assert set(removed) == set(TABLES)
    assert {table: count for table, count in removed.items() if count} == {
        "deliveries": 2, "attempts": 4, "bodies": 2, "incidents": 1, "changes": 1
    }  # fmt: skip
    assert await _left(pool) == {"deliveries": 3, "attempts": 1, "bodies": 3, "incidents": 4, "changes": 4}
    answers = PostgresAnswers(pool)
    assert (await answers.pruned(), await answers.horizon()) == (3, 5)
    again = await PostgresBroom(pool).sweep(KEEP)
    assert again is not None
    assert not any(again.values())


async def test_revoked_keys_go_in_time_and_others_stay(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    ring = PostgresKeys(pool)
    for _ in range(2):
        key = new_key()
        await ring.add(key, tenant="acme", name="x", rights=(Right.READ,), expires_at=None, actor="cli")
    await ring.revoke(key.key_id, tenant=None, actor="cli")
    await pool.execute(
        "UPDATE tocsin_alert.api_keys SET revoked_at = now() - interval '800 days' WHERE revoked_at IS NOT NULL"
    )
    removed = await PostgresBroom(pool).sweep(KEEP)
    assert removed is not None
    assert removed["api_keys"] == 1
    assert await ring.find(key.key_id) is None
    assert len(await ring.keys(tenant="acme")) == 1


async def test_one_replica_at_a_time(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('tocsin_alert.housekeeping'))")
        assert await PostgresBroom(pool).sweep(KEEP) is None
