"""The alert service's tables: an older database is brought up to date with what it holds; keys by the command line."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import asyncpg

from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.keys import PostgresKeys
from services.alert.adapters.postgres import PostgresLedger
from services.alert.adapters.secrets import secret_of
from services.alert.adapters.subscriptions import PostgresSubscriptions
from services.alert.area import CodedArea
from services.alert.incident_filter import IncidentFilter
from services.alert.keys import Caller, Right, judged, key_id_of
from services.alert.ledger import DeliveryStatus, NewDelivery
from services.alert.routing import Message
from services.alert.schema import SCHEMA
from shared.clock import SystemClock
from shared.codec import encode
from shared.events.incident import Status
from shared.postgres.migrate import upgrade
from shared.postgres.schema import Schema
from tests.support.incidents import KIRKUK_CITY, opened


async def test_incidents_of_an_older_database_are_found_by_place_and_kind(
    postgres_database: str, tmp_path: Path
) -> None:
    for name in ("__init__.py", "r0001_ledger.py", "r0002_due_by_channel.py"):
        shutil.copy(SCHEMA.revisions / name, tmp_path / name)
    await upgrade(postgres_database, Schema(name=SCHEMA.name, revisions=tmp_path, head="0002"))
    states = [opened(1), opened(2, place=KIRKUK_CITY), opened(3, place=None, status=Status.RETRACTED, event_type=None)]
    pool = await asyncpg.create_pool(postgres_database, min_size=1, max_size=2)
    try:
        for state in states:
            await pool.execute(
                "INSERT INTO tocsin_alert.incidents (incident_id, revision, state, last_seen) VALUES ($1, 1, $2, $3)",
                state.incident_id,
                encode(state),
                state.last_seen,
            )
        await pool.execute("INSERT INTO tocsin_alert.incidents (incident_id) VALUES ('a_locked')")
        await upgrade(postgres_database, SCHEMA)
        desk = PostgresDesk(pool)

        async def found(wanted: IncidentFilter) -> set[str]:
            return {state.incident_id for state in await desk.incidents(limit=10, wanted=wanted)}

        assert await found(IncidentFilter()) == {state.incident_id for state in states}
        kirkuk = IncidentFilter(areas=(CodedArea(codes=("IQ", "IQG13")),))
        assert await found(kirkuk) == {states[1].incident_id}
        assert await found(IncidentFilter(statuses=(Status.RETRACTED,))) == {states[2].incident_id}
        assert await found(IncidentFilter(severities=(states[0].severity,), held=False)) == {
            state.incident_id for state in states
        }
    finally:
        await pool.close()


async def test_a_key_is_made_listed_and_revoked_and_kept_as_a_hash(postgres_database: str) -> None:
    await upgrade(postgres_database, SCHEMA)
    status, text = await _keys(
        postgres_database, "add", "reader", "--tenant", "acme", "--right", "read", "--days", "30"
    )
    assert status == 0, text
    key = text.split()[0]
    pool = await asyncpg.create_pool(postgres_database, min_size=1, max_size=2)
    try:
        ring = PostgresKeys(pool)
        key_id = key_id_of(key)
        assert key_id is not None
        held = await ring.find(key_id)
        assert held is not None
        caller = judged(key, held, now=SystemClock().now())
        assert isinstance(caller, Caller)
        assert (caller.tenant, caller.rights) == ("acme", {Right.READ})
        assert key[20:] not in str(await pool.fetch("SELECT * FROM tocsin_alert.api_keys"))
        listed = (await _keys(postgres_database, "list"))[1]
        assert f"{key_id}  acme  read  reader  never used, good until" in listed
        assert key not in listed
        assert (await _keys(postgres_database, "revoke", key_id))[0] == 0
        again = await _keys(postgres_database, "revoke", key_id)
        assert (again[0], "no key" in again[1]) == (1, True)
        held = await ring.find(key_id)
        assert held is not None
        assert judged(key, held, now=SystemClock().now()) == "key_revoked"
        acts = await pool.fetch("SELECT action, subject, actor FROM tocsin_alert.audit ORDER BY position")
        assert [(act["action"], act["subject"]) for act in acts] == [("key.added", key_id), ("key.revoked", key_id)]
        assert all(act["actor"].startswith("cli") for act in acts)
        assert await secret_of(pool, "feeds") == await secret_of(pool, "feeds") != await secret_of(pool, "other")
    finally:
        await pool.close()
    wrong = await _keys(postgres_database, "add", "x", "--tenant", "No Such")
    assert (wrong[0], "a-z, 0-9 and -" in wrong[1]) == (2, True)


async def _keys(dsn: str, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.cli", "keys", *arguments,
        env={**os.environ, "TOCSIN_ALERT_POSTGRES_DSN": dsn}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_who_is_forgotten_leaves_counts_and_nothing_else(postgres_database: str) -> None:
    await upgrade(postgres_database, SCHEMA)
    pool = await asyncpg.create_pool(postgres_database, min_size=1, max_size=2)
    try:
        address = b"To: secret@example.org"
        async with PostgresLedger(pool, owner="test").transaction() as transaction:
            await transaction.held([opened().incident_id])
            await transaction.write([], [_mail("gone", address), _mail("stays", b"To: other@example.org")])
        await pool.execute(
            """INSERT INTO tocsin_alert.attempts (delivery_id, attempt, started_at, duration, outcome, detail)
            VALUES ('d_gone', 1, now(), '1 s', 'permanent', '550 secret@example.org')"""
        )
        await pool.execute(
            "INSERT INTO tocsin_alert.mail_addresses (endpoint_id, address) VALUES ('gone', 'secret@example.org')"
        )
        assert await PostgresSubscriptions(pool).forget_endpoint("gone", actor="cli:test") == 1
        tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'tocsin_alert'")
        for (table,) in tables:
            rows = str([tuple(row) for row in await pool.fetch(f"SELECT * FROM tocsin_alert.{table}")])
            assert "secret@" not in rows, table
        counts = await pool.fetch("SELECT endpoint_id, status FROM tocsin_alert.deliveries ORDER BY endpoint_id")
        assert [tuple(row) for row in counts] == [("gone", "dead"), ("stays", "pending")]
        assert "other@" in str(await pool.fetch("SELECT * FROM tocsin_alert.bodies"))
    finally:
        await pool.close()


def _mail(endpoint: str, body: bytes) -> NewDelivery:
    return NewDelivery(
        delivery_id=f"d_{endpoint}", endpoint_id=endpoint, channel="email", incident_id=opened().incident_id, revision=1,
        message=Message.ALERT, watch_ids=("diyala",), test=False, content_type="message/rfc822", body=body,
        status=DeliveryStatus.PENDING, occurred_at=None, fetched_at=None,
    )  # fmt: skip
