"""A receiver that fails in twelve ways: each ends within its time, is tried again with the same id and bytes, and delays no other."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network

import pytest
from prometheus_client import CollectorRegistry

from services.alert.backlog import LaneLimits
from services.alert.channels.webhook import WebhookChannel
from services.alert.delivery import Delivered, Reason, Retryable
from services.alert.dispatcher import Dispatcher, DispatchLimits
from services.alert.ledger import Claimed
from services.alert.metrics import AlertMetrics
from services.alert.watch import Endpoint, WebhookEndpoint
from shared.addresses import AddressPolicy
from shared.clock import SystemClock
from tests.support.failing_receiver import Failing, FailingReceiver
from tests.support.ledger import RetryingQueue
from tests.support.waiting import until
from tests.unit.alert.test_webhook_channel import SECRET

LOOPBACK = AddressPolicy(allowed=(ip_network("127.0.0.0/8"),))
REASONS = {
    Failing.REFUSES_CONNECTIONS: Reason.CONNECT,
    Failing.CLOSES_AT_ONCE: Reason.BROKEN_ANSWER,
    Failing.RESETS_AFTER_REQUEST: Reason.BROKEN_ANSWER,
    Failing.NEVER_ANSWERS: Reason.TIMEOUT,
    Failing.STOPS_READING: Reason.TIMEOUT,
    Failing.ANSWERS_NO_HTTP: Reason.BROKEN_ANSWER,
    Failing.CUTS_THE_HEAD: Reason.BROKEN_ANSWER,
    Failing.CUTS_THE_BODY: Reason.SERVER_ERROR,
    Failing.DRIPS: Reason.TIMEOUT,
    Failing.FLOODS: Reason.SERVER_ERROR,
    Failing.ERROR: Reason.SERVER_ERROR,
    Failing.THROTTLES: Reason.THROTTLED,
}
_TIME = 0.4


def _claimed(endpoint: str, number: int) -> Claimed:
    return Claimed(
        delivery_id=f"d_{endpoint}_{number}", endpoint_id=endpoint, channel="webhook", incident_id=f"a_{number}", revision=1,
        test=False, content_type="application/json", body=b'{"number": %d}' % number, attempt=1, occurred_at=None, fetched_at=None,
    )  # fmt: skip


def test_there_are_twelve_ways() -> None:
    assert len(Failing) == len(REASONS) == 12


@pytest.mark.parametrize("how", Failing, ids=lambda how: how.name.lower())
async def test_it_is_tried_again_with_the_same_bytes_and_delays_no_other(how: Failing) -> None:
    async with FailingReceiver(how) as bad, FailingReceiver(Failing.ERROR, times=0) as good:
        endpoints: Mapping[str, Endpoint] = {
            "bad": WebhookEndpoint(id="bad", url=bad.url, secrets=(SECRET,)),
            "good": WebhookEndpoint(id="good", url=good.url, secrets=(SECRET,)),
        }
        queue = RetryingQueue([_claimed("bad", 0), *(_claimed("good", number) for number in range(30))])
        channel = WebhookChannel(policy=LOOPBACK, clock=SystemClock(), timeout_seconds=_TIME, connect_seconds=_TIME)
        async with channel:
            dispatcher = Dispatcher(
                queue=queue, endpoints=endpoints, channels={"webhook": channel}, metrics=AlertMetrics(CollectorRegistry()),
                limits=DispatchLimits(
                    lanes=LaneLimits(), poll_seconds=0.02, attempt_seconds=5.0, schedule=(timedelta(seconds=0.05),) * 3
                ),
                clock=SystemClock(), beat=lambda: None, spread=lambda: 0.0,
            )  # fmt: skip
            started = asyncio.get_running_loop().time()
            running = asyncio.create_task(dispatcher.run())
            await until(lambda: len(good.taken) == 30, saw=lambda: good.taken)
            assert all(seen.at - started < 3.0 for seen in good.taken)
            await until(lambda: bool(queue.outcomes("d_bad_0")), saw=lambda: queue.finished)
            if how is Failing.REFUSES_CONNECTIONS:
                await bad.recover()
            await until(lambda: len(bad.taken) == 1, saw=lambda: queue.outcomes("d_bad_0"))
            await until(lambda: Delivered(status=204) in queue.outcomes("d_bad_0"))
            dispatcher.stop()
            await running
    first = queue.outcomes("d_bad_0")[0]
    assert isinstance(first, Retryable)
    assert first.reason is REASONS[how]
    assert {(seen.message_id, seen.body) for seen in bad.seen} == {("d_bad_0", b'{"number": 0}')}
