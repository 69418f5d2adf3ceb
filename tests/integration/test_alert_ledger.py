"""The ledger in real PostgreSQL: order, leases, replicas, disabling, replay."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import asyncpg
import pytest

from services.alert.adapters.care import PostgresCare
from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.postgres import PostgresLedger, decode_told, encode_told
from services.alert.care import Care, CareStep
from services.alert.delivery import Delivered, Outcome, Permanent, Reason, Retryable, next_step
from services.alert.ledger import (
    Claimed,
    DeliveryStatus,
    Finished,
    NewDelivery,
    StoredChange,
    Taking,
    Written,
    first_claim,
)
from services.alert.routing import Mark, Message, Standing, Told
from services.alert.schema import SCHEMA
from shared.codec import encode
from shared.events.incident import IncidentChange
from shared.ids import delivery_id
from shared.postgres.migrate import upgrade
from shared.postgres.schema import require
from tests.support.incidents import PUBLISHED, opened, reacted, updated

LEASE = timedelta(seconds=30)


@dataclass
class Base:
    """A migrated database and two replicas on it."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    one: PostgresLedger
    two: PostgresLedger
    desk: PostgresDesk

    async def write(self, *states: IncidentChange, endpoints: Sequence[str] = ("desk",)) -> list[str]:
        """Keep the states with a pending delivery of each to each endpoint."""
        deliveries = [_delivery(state, endpoint) for state in states for endpoint in endpoints]
        async with self.one.transaction() as transaction:
            await transaction.held([state.incident_id for state in states])
            await transaction.write([_stored(state) for state in states], deliveries)
        return [one.delivery_id for one in deliveries]

    async def claim(self, ledger: PostgresLedger | None = None, **how: object) -> list[Claimed]:
        """Claim as the dispatcher would."""
        limits: dict[str, object] = {"channel": "webhook", "limit": 100, "slots": 4, "slots_of": {}, "lease": LEASE}
        return list(await (ledger or self.one).claim(**(limits | how)))  # type: ignore[arg-type]  # tests replace any limit

    async def end_lease(self) -> None:
        """Let every lease have ended."""
        await self.pool.execute("UPDATE tocsin_alert.deliveries SET leased_until = now() - interval '1 s'")

    async def make_due(self) -> None:
        """Let every wait be over."""
        await self.pool.execute("UPDATE tocsin_alert.deliveries SET next_attempt_at = now() - interval '1 s'")


@pytest.fixture
async def base(postgres_database: str) -> AsyncIterator[Base]:
    await upgrade(postgres_database, SCHEMA)
    await require(postgres_database, SCHEMA)
    pool = await asyncpg.create_pool(postgres_database, min_size=1, max_size=4)
    yield Base(
        pool=pool,
        one=PostgresLedger(pool, owner="one"),
        two=PostgresLedger(pool, owner="two"),
        desk=PostgresDesk(pool),
    )
    await pool.close()


def _stored(state: IncidentChange, told: Told | None = None) -> StoredChange:
    return StoredChange(
        state=state, raw=encode(state), told=told or {}, occurred_at=PUBLISHED, fetched_at=None, linked_at=None
    )


def _delivery(state: IncidentChange, endpoint: str = "desk", body: bytes = b'{"same": "body"}') -> NewDelivery:
    return NewDelivery(
        delivery_id=delivery_id(endpoint, state.incident_id, state.revision),
        endpoint_id=endpoint,
        channel="webhook",
        incident_id=state.incident_id,
        revision=state.revision,
        message=Message.ALERT,
        watch_ids=("diyala", "دیالە"),
        test=False,
        content_type="application/json",
        body=body,
        status=DeliveryStatus.PENDING,
        occurred_at=PUBLISHED,
        fetched_at=None,
    )


def _finished(claimed: Claimed, outcome: Outcome) -> Finished:
    return Finished(
        claimed=claimed,
        started_at=datetime.now(tz=UTC),
        duration=timedelta(milliseconds=20),
        outcome=outcome,
        next_step=next_step(attempt=claimed.attempt, outcome=outcome, spread=0.0),
    )


async def test_marks_and_revision_are_read_back_as_written(base: Base) -> None:
    told: Told = {
        ("diyala", "desk"): Mark(first=1, last=3, standing=Standing.LEFT, owes=True),
        ("دیالە", "mail"): Mark(first=2, last=2),
    }
    assert decode_told(encode_told(told)) == told
    state = opened()
    async with base.one.transaction() as transaction:
        await transaction.held([state.incident_id])
        await transaction.write([_stored(state, told)], [])
    async with base.two.transaction() as transaction:
        held = await transaction.held([state.incident_id, "a_new"])
    assert (held[state.incident_id].revision, held[state.incident_id].told) == (1, told)
    assert (held["a_new"].revision, held["a_new"].told) == (0, {})


async def test_two_replicas_with_one_new_incident_take_turns(base: Base) -> None:
    state = opened()
    order: list[str] = []

    async def work(ledger: PostgresLedger, name: str, hold: asyncio.Event) -> int:
        async with ledger.transaction() as transaction:
            held = await transaction.held([state.incident_id])
            order.append(name)
            await hold.wait()
            if held[state.incident_id].revision < state.revision:
                return (await transaction.write([_stored(state)], [_delivery(state)])).new
            return 0

    go = asyncio.Event()
    first = asyncio.create_task(work(base.one, "one", go))
    while not order:
        await asyncio.wait({first}, timeout=0.01)
    second = asyncio.create_task(work(base.two, "two", go))
    await asyncio.wait({second}, timeout=0.2)
    assert order == ["one"]
    go.set()
    assert [await first, await second] == [1, 0]


async def test_a_delivery_is_claimed_by_one_replica_and_taken_over_when_its_lease_has_ended(base: Base) -> None:
    (written,) = await base.write(opened())
    (claimed,) = await base.claim()
    assert claimed.delivery_id == written
    assert claimed.body == b'{"same": "body"}'
    assert await base.claim(base.two) == []
    await base.end_lease()
    (taken_over,) = await base.claim(base.two)
    assert (taken_over.delivery_id, taken_over.body, taken_over.attempt) == (written, claimed.body, 1)


async def test_claims_of_two_replicas_never_overlap(base: Base) -> None:
    await base.write(*(opened(number) for number in range(40)), endpoints=("a", "b", "c"))
    taken = await asyncio.gather(*(base.claim(ledger, slots=7) for ledger in (base.one, base.two) * 3))
    ids = [one.delivery_id for batch in taken for one in batch]
    assert len(ids) == len(set(ids)) > 40


async def test_an_endpoint_gets_no_more_than_its_slots_and_others_are_not_crowded_out(base: Base) -> None:
    await base.write(*(opened(number) for number in range(30)), endpoints=("crowded", "quiet"))
    claimed = await base.claim(limit=10, slots=4, slots_of={"crowded": 1})
    assert sorted(one.endpoint_id for one in claimed) == ["crowded", *["quiet"] * 4]
    assert await base.claim(slots_of={"crowded": 0, "quiet": 0}) == []


async def test_a_later_revision_waits_for_the_earlier_one_to_this_endpoint_only(base: Base) -> None:
    first = opened()
    second = updated(first)
    await base.write(first, second, endpoints=("a", "b"))
    claimed = await base.claim()
    assert sorted((one.endpoint_id, one.revision) for one in claimed) == [("a", 1), ("b", 1)]
    to_a = next(one for one in claimed if one.endpoint_id == "a")
    to_b = next(one for one in claimed if one.endpoint_id == "b")
    await base.one.record([_finished(to_a, Delivered(status=204)), _finished(to_b, Retryable(reason=Reason.TIMEOUT))])
    assert [(one.endpoint_id, one.revision) for one in await base.claim()] == [("a", 2)]


async def test_what_failed_waits_for_its_time_and_counts_its_attempts(base: Base) -> None:
    await base.write(opened())
    (claimed,) = await base.claim()
    failed = Retryable(reason=Reason.SERVER_ERROR, status=503, detail="busy\x00")
    await base.one.record([_finished(claimed, failed)])
    assert await base.claim() == []
    await base.make_due()
    (again,) = await base.claim()
    assert again.attempt == 2
    await base.one.record([_finished(again, Delivered(status=204))])
    detail = await base.desk.delivery(claimed.delivery_id)
    assert detail is not None
    assert detail.row.status is DeliveryStatus.DELIVERED
    assert [(one.attempt, one.outcome, one.reason, one.http_status) for one in detail.attempts] == [
        (1, "retryable", "server_error", 503),
        (2, "delivered", None, 204),
    ]


async def test_a_late_result_of_a_lost_lease_does_not_undo_a_delivery(base: Base) -> None:
    await base.write(opened())
    (slow,) = await base.claim()
    await base.end_lease()
    (quick,) = await base.claim(base.two)
    await base.two.record([_finished(quick, Delivered(status=204))])
    await base.one.record([_finished(slow, Retryable(reason=Reason.TIMEOUT))])
    (row,) = await base.desk.deliveries()
    assert row.status is DeliveryStatus.DELIVERED


async def test_410_disables_the_endpoint_keeps_what_was_meant_for_it_and_replay_enables_it(base: Base) -> None:
    await base.write(*(opened(number) for number in range(3)), endpoints=("desk", "other"))
    claimed = await base.claim()
    gone = Permanent(reason=Reason.GONE, status=410, disables_endpoint=True)
    await base.one.record([_finished(next(one for one in claimed if one.endpoint_id == "desk"), gone)])
    await base.write(opened(9))
    dead = await base.desk.deliveries(status=DeliveryStatus.DEAD)
    assert {one.reason for one in dead} == {"gone", "endpoint_disabled"}
    assert len(dead) == 4
    assert [one.endpoint_id for one in await base.desk.disabled_endpoints()] == ["desk"]
    replayed = await base.desk.replay(endpoint_id="desk")
    assert sorted(replayed) == sorted(one.delivery_id for one in dead)
    assert await base.desk.disabled_endpoints() == []
    assert {one.delivery_id for one in await base.claim()} >= set(replayed) - {one.delivery_id for one in claimed}


async def test_written_twice_the_first_body_stays(base: Base) -> None:
    state = opened()
    await base.write(state)
    async with base.one.transaction() as transaction:
        assert (await transaction.write([], [_delivery(state, body=b"another")])).new == 0
    (claimed,) = await base.claim()
    assert claimed.body == b'{"same": "body"}'


async def test_incidents_are_read_as_they_stand_and_as_they_came(base: Base) -> None:
    first = opened()
    second, third = updated(first), reacted(updated(first))
    await base.write(first, opened(2, last_seen=PUBLISHED - timedelta(days=1)), opened(3, test=True))
    await base.write(second, third)
    latest = await base.desk.incidents(limit=10)
    assert [(one.incident_id, one.revision) for one in latest] == [(first.incident_id, 3), (opened(2).incident_id, 1)]
    assert await base.desk.incidents(limit=10, before=(latest[0].last_seen, latest[0].incident_id)) == [latest[1]]
    assert [one.revision for one in await base.desk.history(first.incident_id)] == [1, 2, 3]
    assert await base.desk.history("a_nothing") == []


async def test_only_claiming_does_without_the_disk(base: Base, postgres_database: str) -> None:
    pool = await asyncpg.create_pool(postgres_database, min_size=1, max_size=1)
    await base.write(opened())
    (claimed,) = await PostgresLedger(pool, owner="alone").claim(
        channel="webhook", limit=10, slots=4, slots_of={}, lease=LEASE
    )
    assert claimed.endpoint_id == "desk"
    assert await pool.fetchval("SHOW synchronous_commit") == "on"
    await pool.close()


async def test_an_endpoint_fails_from_its_first_failure_until_a_success_and_each_step_is_taken_once(base: Base) -> None:
    care = PostgresCare(base.pool, base.one)
    await base.write(*(opened(number) for number in range(4)))
    first, second, third, fourth = await base.claim()
    await base.one.record([_finished(one, Retryable(reason=Reason.TIMEOUT)) for one in (first, second)])
    await base.one.record([_finished(third, Retryable(reason=Reason.CONNECT))])
    now, (health,) = await care.ailing()
    assert (health.endpoint_id, health.failures, health.reason) == ("desk", 3, "connect")
    assert health.failing_since is not None
    warn = CareStep(care=Care.WARN, stage=1, since=health.failing_since, disables_at=now)
    notice = _delivery(opened(9), "owner")
    assert await care.take(health, warn, [notice])
    assert not await care.take(health, warn, [notice])
    await base.one.record([_finished(fourth, Delivered(status=204))])
    assert (await care.ailing())[1] == []
    assert not await care.take(health, CareStep(care=Care.DISABLE, stage=4, since=now, disables_at=None), [])
    assert [one.endpoint_id for one in await base.claim()] == ["owner"]


async def test_what_is_disabled_for_failing_waits_and_replay_makes_it_well(base: Base) -> None:
    care = PostgresCare(base.pool, base.one)
    await base.write(*(opened(number) for number in range(2)))
    first, _ = await base.claim()
    await base.one.record([_finished(first, Retryable(reason=Reason.TIMEOUT))])
    now, (health,) = await care.ailing()
    assert await care.take(health, CareStep(care=Care.DISABLE, stage=4, since=now, disables_at=None), [])
    assert [one.reason for one in await base.desk.disabled_endpoints()] == ["failed_too_long"]
    assert len(await base.desk.deliveries(status=DeliveryStatus.DEAD)) == 2
    assert (await care.ailing())[1] == []
    assert len(await base.desk.replay(endpoint_id="desk")) == 2
    assert (await care.ailing())[1] == []


async def test_410_is_told_to_the_owner_once(base: Base) -> None:
    care = PostgresCare(base.pool, base.one)
    await base.write(opened())
    (claimed,) = await base.claim()
    await base.one.record([_finished(claimed, Permanent(reason=Reason.GONE, status=410, disables_endpoint=True))])
    now, (health,) = await care.ailing()
    assert health.reason == "gone"
    step = CareStep(care=Care.TELL_DISABLED, stage=4, since=now, disables_at=None)
    assert [await care.take(health, step, []), await care.take(health, step, [])] == [True, False]


async def test_a_secret_is_retired_from_when_it_was_first_seen_so(base: Base) -> None:
    care = PostgresCare(base.pool, base.one)
    one = ("desk", b"x" * 32)
    first = await care.retire([one])
    assert await care.retire([one, ("desk", b"y" * 32)]) == first | {("desk", b"y" * 32): ANY}


async def test_what_is_written_leased_is_nobody_elses_until_given_back(base: Base) -> None:
    first = opened()
    deliveries = [_delivery(first), _delivery(opened(2)), _delivery(updated(first))]
    taking = Taking(delivery_ids=frozenset(one.delivery_id for one in deliveries), lease=LEASE)
    async with base.one.transaction() as transaction:
        await transaction.held([first.incident_id, opened(2).incident_id])
        written = await transaction.write([_stored(first), _stored(opened(2))], deliveries[:2], taking=taking)
    assert written == Written(new=2, taken=frozenset(one.delivery_id for one in deliveries[:2]))
    async with base.one.transaction() as transaction:
        again = await transaction.write([], deliveries, taking=taking)
    assert again == Written(new=1, taken=frozenset())  # an earlier revision is pending
    assert await base.claim(base.two) == []
    await base.one.give_back([first_claim(one) for one in deliveries[:1]])
    assert [one.delivery_id for one in await base.claim(base.two)] == [deliveries[0].delivery_id]
    await base.end_lease()
    assert len(await base.claim(base.two)) == 2  # a killed replica's are taken over
