"""A clock that was ahead for a while: feeds whose next poll lies beyond it must not stay silent until then (real PostgreSQL)."""

from datetime import UTC, datetime, timedelta

import pytest

from services.ingest.adapters.archive import PostgresArchive
from services.ingest.adapters.postgres import PostgresLedger
from services.ingest.schema import SCHEMA
from shared.postgres.migrate import upgrade
from shared.postgres.pool import open_pool
from tests.support.ingest_fakes import a_feed

pytestmark = pytest.mark.servers

HOUR = timedelta(hours=1)
POLLED = "UPDATE tocsin_ingest.feeds SET last_polled_at = $1::timestamptz, next_poll_at = $1::timestamptz + interval '1 minute', leased_until = NULL, leased_by = NULL"


@pytest.fixture
async def pool(postgres_database):
    await upgrade(postgres_database, SCHEMA)
    pool = await open_pool(postgres_database, application="test", deadline_seconds=20, max_size=2)
    yield pool
    await pool.close()


async def test_a_feed_that_was_polled_in_the_future_is_polled_again_as_soon_as_two_clocks_say_that_it_was(pool):
    ledger = PostgresLedger(
        pool, instance="a", feeds=[a_feed()], lease_for=timedelta(minutes=2), claim_for=timedelta(minutes=1)
    )
    archive, now = PostgresArchive(pool), datetime.now(tz=UTC)
    await ledger.take_office(now + HOUR)
    assert await ledger.lease(limit=1, now=now + HOUR)
    await pool.execute(POLLED, now + HOUR)

    assert await archive.mend_times(now - 2 * HOUR) == 0  # a replica alone in the past has nothing to say about it
    assert await ledger.lease(limit=1, now=now) == []

    assert await archive.mend_times(now) == 1
    assert len(await ledger.lease(limit=1, now=now)) == 1
    assert await archive.mend_times(now) == 0


async def test_a_hub_that_was_asked_in_a_far_future_is_asked_again(pool):
    archive, now = PostgresArchive(pool), datetime.now(tz=UTC)
    insert = "INSERT INTO tocsin_ingest.subscriptions (feed, hub, topic, token, state, due_at) VALUES ($1, 'h', 't', $1, 'active', $2)"
    months, days = now + timedelta(days=400), now + timedelta(days=24)
    await pool.execute(insert, "months", months)
    await pool.execute(insert, "days", days)
    await archive.mend_times(now - 2 * HOUR)
    found = "SELECT due_at FROM tocsin_ingest.subscriptions ORDER BY feed DESC"
    assert [row["due_at"] for row in await pool.fetch(found)] == [months, days]
    await archive.mend_times(now)
    assert [row["due_at"] for row in await pool.fetch(found)] == [now, days]


async def test_a_schedule_without_fault_is_left_alone(pool):
    ledger = PostgresLedger(
        pool, instance="a", feeds=[a_feed()], lease_for=timedelta(minutes=2), claim_for=timedelta(minutes=1)
    )
    now = datetime.now(tz=UTC)
    await ledger.take_office(now)
    await pool.execute(POLLED, now)
    await pool.execute("UPDATE tocsin_ingest.feeds SET next_poll_at = $1", now + timedelta(days=1))  # a Retry-After
    assert await PostgresArchive(pool).mend_times(now) == 0
    assert await ledger.lease(limit=1, now=now) == []
