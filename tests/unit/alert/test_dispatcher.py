"""Sending what the ledger holds: bounded per endpoint, recorded, tried again, given up."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry

from services.alert.backlog import LaneLimits
from services.alert.delivery import SCHEDULE, Delivered, Done, GiveUp, Outcome, Permanent, Reason, Retryable, RetryAfter
from services.alert.dispatcher import Dispatcher, DispatchLimits
from services.alert.ledger import Claimed, DeliveryStatus, Finished, NewDelivery
from services.alert.metrics import AlertMetrics
from services.alert.ports import Channel
from services.alert.routing import Message
from services.alert.watch import EmailEndpoint, Endpoint, WebhookEndpoint
from tests.support.incidents import PUBLISHED
from tests.support.ledger import FakeChannel, MemoryQueue, StandingClock
from tests.support.waiting import until

ENDPOINTS: Mapping[str, Endpoint] = {
    name: WebhookEndpoint(id=name, url=f"https://{name}.example", secrets=("whsec_x",)) for name in ("desk", "stuck")
} | {"mail": EmailEndpoint(id="mail", to="desk@example.org")}


def _claimed(number: int = 1, endpoint: str = "desk", **changed: object) -> Claimed:
    fields = {
        "delivery_id": f"d_{endpoint}_{number}", "endpoint_id": endpoint, "channel": "webhook", "incident_id": f"a_{number}",
        "revision": 1, "test": False, "content_type": "application/json", "body": b"{}", "attempt": 1,
        "occurred_at": PUBLISHED, "fetched_at": PUBLISHED + timedelta(minutes=1),
    }  # fmt: skip
    return Claimed(**(fields | changed))  # type: ignore[arg-type]  # tests replace any field


class Stage:
    """A dispatcher among fakes."""

    def __init__(
        self,
        waiting: Sequence[Claimed] | MemoryQueue,
        channel: Channel,
        lanes: LaneLimits = LaneLimits(),  # noqa: B008  # a frozen value
        **limits: object,
    ) -> None:
        self.queue = waiting if isinstance(waiting, MemoryQueue) else MemoryQueue(waiting)
        self.registry = CollectorRegistry()
        settings: dict[str, object] = {"poll_seconds": 0.01, "attempt_seconds": 2.0, "schedule": SCHEDULE}
        self.dispatcher = Dispatcher(
            queue=self.queue,
            endpoints=ENDPOINTS,
            channels={"webhook": channel},
            limits=DispatchLimits(lanes=lanes, **(settings | limits)),  # type: ignore[arg-type]  # tests replace any field
            metrics=AlertMetrics(self.registry),
            clock=StandingClock(),
            beat=lambda: None,
            spread=lambda: 0.0,
        )

    async def finish(self, count: int) -> list[Finished]:
        """Run until ``count`` attempts are recorded, then stop."""
        running = asyncio.create_task(self.dispatcher.run())
        await until(lambda: len(self.queue.finished) >= count, saw=lambda: self.queue.finished)
        self.dispatcher.stop()
        await running
        return self.queue.finished

    def count(self, name: str, **labels: str) -> float:
        """A metric's value."""
        return self.registry.get_sample_value(name, labels) or 0.0


async def test_a_delivery_that_arrives_is_recorded_and_its_age_observed() -> None:
    stage = Stage([_claimed()], FakeChannel())
    (finished,) = await stage.finish(1)
    assert finished.outcome == Delivered(status=204)
    assert finished.next_step == Done()
    assert stage.count("tocsin_alert_age_seconds_sum", channel="webhook") == 300.0
    assert stage.count("tocsin_alert_lag_seconds_sum", channel="webhook") == 240.0
    assert stage.count("tocsin_alert_attempts_out_total", outcome="delivered") == 1


async def test_a_canary_leaves_no_trace_in_the_ages() -> None:
    stage = Stage([_claimed(test=True)], FakeChannel())
    await stage.finish(1)
    assert stage.count("tocsin_alert_age_seconds_count", channel="webhook") == 0


async def test_each_outcome_is_recorded_with_what_follows_from_it() -> None:
    channel = FakeChannel()
    channel.respond_with("desk", Retryable(reason=Reason.SERVER_ERROR), Permanent(reason=Reason.CLIENT_ERROR))
    stage = Stage([_claimed(1), _claimed(2)], channel)
    first, second = await stage.finish(2)
    assert first.next_step == RetryAfter(wait=timedelta(seconds=5))
    assert second.next_step == GiveUp(reason=Reason.CLIENT_ERROR)
    assert stage.count("tocsin_alert_attempt_failures_total", channel="webhook", reason="server_error") == 1
    assert stage.count("tocsin_alert_deliveries_given_up_total", channel="webhook", reason="client_error") == 1


async def test_a_channel_that_breaks_is_tried_again_and_stops_nothing() -> None:
    channel = FakeChannel()
    channel.respond_with("desk", RuntimeError("bug"))
    stage = Stage([_claimed(1), _claimed(2)], channel)
    first, second = await stage.finish(2)
    assert isinstance(first.outcome, Retryable)
    assert first.outcome.reason is Reason.INTERNAL
    assert isinstance(second.outcome, Delivered)


async def test_an_endpoint_that_is_no_longer_configured_is_given_up_where_it_can_be_seen() -> None:
    stage = Stage([_claimed(endpoint="gone"), _claimed(endpoint="mail", channel="email")], FakeChannel())
    finished = await stage.finish(2)
    assert {one.next_step for one in finished} == {GiveUp(reason=Reason.ENDPOINT_UNKNOWN)}


async def test_a_database_that_comes_back_finds_every_result_recorded_once() -> None:
    stage = Stage([_claimed(number) for number in range(5)], FakeChannel())
    stage.queue.fail_next()  # the first claim; it is tried again after a pause
    finished = await stage.finish(5)
    assert sorted(one.claimed.delivery_id for one in finished) == [f"d_desk_{n}" for n in range(5)]
    assert stage.count("tocsin_alert_ledger_errors_total") == 1


class HangingChannel:
    """Answers everybody at once but ``stuck``, who never gets an answer."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Answer, or hang."""
        self.now[endpoint.id] = self.now.get(endpoint.id, 0) + 1
        self.most[endpoint.id] = max(self.most.get(endpoint.id, 0), self.now[endpoint.id])
        try:
            if endpoint.id == "stuck":
                await asyncio.Event().wait()
            await asyncio.sleep(0)
        finally:
            self.now[endpoint.id] -= 1
        return Delivered(status=204)


async def test_what_hangs_takes_its_own_few_places_and_nobody_elses() -> None:
    channel = HangingChannel()
    waiting = [_claimed(number, "stuck") for number in range(100)] + [_claimed(number) for number in range(100)]
    stage = Stage(waiting, channel, attempt_seconds=0.5, lanes=LaneLimits(max_in_flight=50))
    finished = await stage.finish(100)
    assert sum(one.claimed.endpoint_id == "desk" for one in finished) >= 96
    assert channel.most == {"stuck": 4, "desk": 4}


async def test_a_channel_with_few_places_is_not_given_more_than_it_has() -> None:
    channel = HangingChannel()
    waiting = [_claimed(number) for number in range(50)]
    stage = Stage(waiting, channel, lanes=LaneLimits(max_in_flight_of={"webhook": 2}))
    await stage.finish(50)
    assert channel.most == {"desk": 2}


async def test_an_endpoint_that_just_failed_gets_one_place_until_it_succeeds() -> None:
    channel = FakeChannel()
    channel.respond_with("desk", Retryable(reason=Reason.TIMEOUT))
    stage = Stage([_claimed(1)], channel)
    running = asyncio.create_task(stage.dispatcher.run())
    await until(lambda: any(slots.get("desk") == 1 for slots in stage.queue.slots_seen))
    stage.queue.waiting.append(_claimed(2))
    await until(lambda: len(stage.queue.finished) == 2)
    await until(lambda: "desk" not in stage.queue.slots_seen[-1])
    stage.dispatcher.stop()
    await running


class SlowQueue(MemoryQueue):
    """Records nothing until allowed."""

    def __init__(self, waiting: Sequence[Claimed]) -> None:
        super().__init__(waiting)
        self.allowed = asyncio.Event()

    async def record(self, finished: Sequence[Finished]) -> None:
        """Wait, then keep them."""
        await self.allowed.wait()
        await super().record(finished)


async def test_stopping_waits_for_what_is_in_flight_to_be_recorded() -> None:
    queue = SlowQueue([_claimed()])
    stage = Stage(queue, FakeChannel())
    running = asyncio.create_task(stage.dispatcher.run())
    await until(lambda: not queue.waiting)
    stage.dispatcher.stop()
    await asyncio.wait({running}, timeout=0.02)
    assert not running.done()
    queue.allowed.set()
    async with asyncio.timeout(5):
        await running
    assert [one.claimed.delivery_id for one in queue.finished] == ["d_desk_1"]


def _new(number: int = 1, endpoint: str = "desk", revision: int = 1) -> NewDelivery:
    return NewDelivery(
        delivery_id=f"d_{endpoint}_{number}_{revision}", endpoint_id=endpoint, channel="webhook", incident_id=f"a_{number}",
        revision=revision, message=Message.ALERT, watch_ids=("w",), test=False, content_type="application/json", body=b"{}",
        status=DeliveryStatus.PENDING, occurred_at=None, fetched_at=None,
    )  # fmt: skip


async def test_what_was_just_written_is_sent_without_a_look_into_the_table() -> None:
    stage = Stage([], FakeChannel(), poll_seconds=3600)
    running = asyncio.create_task(stage.dispatcher.run())
    await until(lambda: len(stage.queue.slots_seen) >= 1)  # the look at start
    looks = len(stage.queue.slots_seen)
    deliveries = [_new(number) for number in range(20)]
    taking = stage.dispatcher.wanted(deliveries)
    assert taking.delivery_ids == {one.delivery_id for one in deliveries}
    stage.dispatcher.hand_over(deliveries, taking.delivery_ids)
    await until(lambda: len(stage.queue.finished) == 20)
    assert len(stage.queue.slots_seen) == looks
    assert {one.claimed.attempt for one in stage.queue.finished} == {1}
    stage.dispatcher.stop()
    await running


async def test_a_later_revision_is_left_in_the_table_until_the_earlier_one_is_recorded() -> None:
    stage = Stage([], FakeChannel(), poll_seconds=3600)
    running = asyncio.create_task(stage.dispatcher.run())
    await until(lambda: len(stage.queue.slots_seen) >= 1)
    deliveries = [_new(1), _new(1, revision=2)]
    taking = stage.dispatcher.wanted(deliveries)
    assert taking.delivery_ids == {"d_desk_1_1"}
    stage.dispatcher.hand_over(deliveries, taking.delivery_ids)
    stage.queue.waiting.append(_claimed(1, delivery_id="d_desk_1_2", revision=2))
    await until(lambda: len(stage.queue.finished) == 2, saw=lambda: stage.queue.finished)
    assert [one.claimed.delivery_id for one in stage.queue.finished] == ["d_desk_1_1", "d_desk_1_2"]
    stage.dispatcher.stop()
    await running


async def test_no_more_is_taken_over_than_there_is_room_for_and_the_rest_follows_from_the_table() -> None:
    stage = Stage([], FakeChannel(), lanes=LaneLimits(endpoint_concurrency=2, endpoint_backlog=3), poll_seconds=3600)
    running = asyncio.create_task(stage.dispatcher.run())
    await until(lambda: len(stage.queue.slots_seen) >= 1)
    deliveries = [_new(number) for number in range(50)]
    taking = stage.dispatcher.wanted(deliveries)
    assert len(taking.delivery_ids) == 5
    stage.queue.waiting.extend(
        _claimed(n, delivery_id=f"d_desk_{n}_1") for n in range(50) if f"d_desk_{n}_1" not in taking.delivery_ids
    )
    stage.dispatcher.hand_over(deliveries, taking.delivery_ids)
    await until(lambda: len(stage.queue.finished) == 50, saw=lambda: len(stage.queue.finished))
    assert len({one.claimed.delivery_id for one in stage.queue.finished}) == 50
    stage.dispatcher.stop()
    await running


async def test_what_waits_behind_a_failing_endpoint_is_given_back() -> None:
    channel = FakeChannel()
    channel.respond_with("desk", *[Retryable(reason=Reason.TIMEOUT)] * 3)
    stage = Stage([], channel, lanes=LaneLimits(endpoint_concurrency=1), poll_seconds=3600)
    running = asyncio.create_task(stage.dispatcher.run())
    await until(lambda: len(stage.queue.slots_seen) >= 1)
    deliveries = [_new(number) for number in range(5)]
    stage.dispatcher.hand_over(deliveries, stage.dispatcher.wanted(deliveries).delivery_ids)
    await until(lambda: bool(stage.queue.given_back))
    assert len(stage.queue.finished) + len(stage.queue.given_back) >= 4
    stage.dispatcher.stop()
    await running


async def test_stopping_gives_back_what_has_not_begun() -> None:
    channel = HangingChannel()
    stage = Stage([], channel, lanes=LaneLimits(endpoint_concurrency=1), poll_seconds=3600, attempt_seconds=0.05)
    running = asyncio.create_task(stage.dispatcher.run())
    await until(lambda: len(stage.queue.slots_seen) >= 1)
    deliveries = [_new(number, "stuck") for number in range(5)]
    stage.dispatcher.hand_over(deliveries, stage.dispatcher.wanted(deliveries).delivery_ids)
    stage.dispatcher.stop()
    await running
    assert len(stage.queue.given_back) == 4


async def test_an_endpoint_that_fails_again_and_again_is_paused_and_counted() -> None:
    channel = FakeChannel()
    channel.respond_with("desk", *[Retryable(reason=Reason.SERVER_ERROR)] * 3)
    stage = Stage(
        [_claimed(n) for n in range(6)],
        channel,
        lanes=LaneLimits(endpoint_concurrency=1, breaker_failures=3, breaker_pause_seconds=60),
    )
    finished = await stage.finish(3)
    assert len(finished) == 3
    assert stage.count("tocsin_alert_endpoint_pauses_total", channel="webhook") == 1
