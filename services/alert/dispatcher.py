"""Sends what the ledger holds: leases due deliveries, makes one attempt of each at a time, writes down what came of it.

No endpoint can hold up another: each has its own few places, one that just failed has a single one, and the total is far
above what a handful of hanging receivers can fill. Killed at any point, a delivery is found pending when its lease has ended.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.alert.delivery import Delivered, GiveUp, Outcome, Permanent, Reason, Retryable, next_step
from services.alert.errors import LedgerError
from services.alert.ledger import Claimed, Finished
from services.alert.metrics import CHANNELS, AlertMetrics, AttemptOutcome
from services.alert.ports import Channel, DeliveryQueue
from services.alert.watch import Endpoint
from shared.clock import Clock
from shared.logging import logger

_RECORD_BATCH = 200
_LEDGER_PAUSE_SECONDS = 1.0
_UNUSED_CHANNEL_SECONDS = 10.0
_OUTCOMES: dict[type[Outcome], AttemptOutcome] = {
    Delivered: AttemptOutcome.DELIVERED,
    Retryable: AttemptOutcome.RETRYABLE,
    Permanent: AttemptOutcome.PERMANENT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchLimits:
    """How much at once, how often, how long; see the settings of the same names. ``max_in_flight_of`` bounds single channels."""

    endpoint_concurrency: int = 4
    max_in_flight: int = 1000
    max_in_flight_of: Mapping[str, int] = field(default_factory=dict)
    claim_batch: int = 400
    lease: timedelta = timedelta(seconds=60)
    poll_seconds: float = 0.5
    attempt_seconds: float = 40.0
    schedule: tuple[timedelta, ...] = ()


class Dispatcher:
    """Runs until ``stop``; then it finishes what is in flight, for at most one attempt's time."""

    def __init__(
        self,
        *,
        queue: DeliveryQueue,
        endpoints: Mapping[str, Endpoint],
        channels: Mapping[str, Channel],
        limits: DispatchLimits,
        metrics: AlertMetrics,
        clock: Clock,
        beat: Callable[[], None],
        spread: Callable[[], float] = lambda: random.uniform(-1.0, 1.0),  # noqa: S311  # spreads load, keeps no secret
    ) -> None:
        self._queue = queue
        self._endpoints = endpoints
        self._channels = channels
        self._used_channels = {endpoint.channel for endpoint in endpoints.values()}
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._beat = beat
        self._spread = spread
        self._wake = asyncio.Event()
        self._stopping = False
        self._next_look_at_all = 0.0
        self._in_flight: Counter[str] = Counter()
        self._in_flight_of: Counter[str] = Counter()
        self._failing: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: asyncio.Queue[Finished] = asyncio.Queue()

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._wake.set()

    def stop(self) -> None:
        """Claim no more, finish what is in flight, return from ``run``."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped."""
        recorder = asyncio.create_task(self._record_for_ever())
        try:
            while not self._stopping:
                self._wake.clear()
                started = 0
                for channel in self._worth_a_look():
                    for one in await self._claim(channel):
                        self._start(one)
                        started += 1
                self._beat()
                if not started and not self._stopping:
                    await self._pause()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._limits.attempt_seconds)
            async with asyncio.timeout(self._limits.attempt_seconds):
                await self._finished.join()
        except TimeoutError:
            logger().warning("dispatcher.cut_short", unrecorded=self._finished.qsize())  # leases end, others repeat
        finally:
            for task in (*self._tasks, recorder):
                task.cancel()
            await asyncio.gather(*self._tasks, recorder, return_exceptions=True)

    def _worth_a_look(self) -> Sequence[str]:
        """The channels of our endpoints; the others now and then, for deliveries whose endpoint was taken out of the file."""
        now = asyncio.get_running_loop().time()
        if now >= self._next_look_at_all:
            self._next_look_at_all = now + _UNUSED_CHANNEL_SECONDS
            return CHANNELS
        return [channel for channel in CHANNELS if channel in self._used_channels]

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._limits.poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _claim(self, channel: str) -> Sequence[Claimed]:
        room = self._limits.max_in_flight - self._in_flight_of.total()
        own = self._limits.max_in_flight_of.get(channel)
        room = room if own is None else min(room, own - self._in_flight_of[channel])
        if room <= 0:
            return ()
        usual = self._limits.endpoint_concurrency
        slots_of = dict.fromkeys(self._failing, 1)
        for endpoint_id, count in self._in_flight.items():
            slots_of[endpoint_id] = max(0, slots_of.get(endpoint_id, usual) - count)
        try:
            return await self._queue.claim(
                channel=channel,
                limit=min(room, self._limits.claim_batch),
                slots=usual,
                slots_of=slots_of,
                lease=self._limits.lease,
            )
        except LedgerError as error:
            self._metrics.ledger_errors.inc()
            logger().warning("ledger.failed", reason=str(error), retry_in_s=_LEDGER_PAUSE_SECONDS)
            await asyncio.sleep(_LEDGER_PAUSE_SECONDS)
            return ()

    def _start(self, claimed: Claimed) -> None:
        self._in_flight[claimed.endpoint_id] += 1
        self._in_flight_of[claimed.channel] += 1
        self._metrics.attempts.received.inc()
        self._metrics.attempts.in_progress.inc()
        task = asyncio.create_task(self._attempt(claimed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, claimed: Claimed) -> None:
        started_at, started = self._clock.now(), asyncio.get_running_loop().time()
        try:
            outcome = await self._send(claimed)
        finally:
            self._metrics.attempts.in_progress.dec()
            self._in_flight_of[claimed.channel] -= 1
            self._in_flight[claimed.endpoint_id] -= 1
            if self._in_flight[claimed.endpoint_id] <= 0:
                del self._in_flight[claimed.endpoint_id]
        if isinstance(outcome, Delivered):
            self._failing.discard(claimed.endpoint_id)
        else:
            self._failing.add(claimed.endpoint_id)
        finished = Finished(
            claimed=claimed,
            started_at=started_at,
            duration=timedelta(seconds=asyncio.get_running_loop().time() - started),
            outcome=outcome,
            next_step=next_step(
                attempt=claimed.attempt, outcome=outcome, spread=self._spread(), schedule=self._limits.schedule
            ),
        )
        self._observe(finished, self._clock.now())
        self._finished.put_nowait(finished)
        self._wake.set()

    async def _send(self, claimed: Claimed) -> Outcome:
        endpoint = self._endpoints.get(claimed.endpoint_id)
        if endpoint is None or endpoint.channel != claimed.channel or claimed.channel not in self._channels:
            return Permanent(reason=Reason.ENDPOINT_UNKNOWN, detail="the endpoint is no longer configured")
        try:
            async with asyncio.timeout(self._limits.attempt_seconds):
                return await self._channels[claimed.channel].send(endpoint, claimed)
        except TimeoutError:
            return Retryable(reason=Reason.TIMEOUT, detail="the attempt did not end in time")
        except Exception as error:  # noqa: BLE001  # the boundary of one attempt: logged, counted, tried again
            logger().error(
                "attempt.broken", delivery_id=claimed.delivery_id, error_type=type(error).__name__, exc_info=error
            )
            return Retryable(reason=Reason.INTERNAL, detail=type(error).__name__)

    async def _record_for_ever(self) -> None:
        while True:
            batch = [await self._finished.get()]
            while len(batch) < _RECORD_BATCH and not self._finished.empty():
                batch.append(self._finished.get_nowait())
            while True:
                try:
                    await self._queue.record(batch)
                    break
                except LedgerError as error:
                    self._metrics.ledger_errors.inc()
                    logger().warning("ledger.failed", reason=str(error), retry_in_s=_LEDGER_PAUSE_SECONDS)
                    await asyncio.sleep(_LEDGER_PAUSE_SECONDS)
            for _ in batch:
                self._finished.task_done()
            self._wake.set()  # what waited behind these may go now

    def _observe(self, finished: Finished, now: datetime) -> None:
        claimed, outcome = finished.claimed, finished.outcome
        self._metrics.attempts.finished.labels(_OUTCOMES[type(outcome)].value).inc()
        self._metrics.attempts.duration.observe(finished.duration.total_seconds())
        fields = {
            "delivery_id": claimed.delivery_id,
            "endpoint": claimed.endpoint_id,
            "incident_id": claimed.incident_id,
            "revision": claimed.revision,
            "channel": claimed.channel,
            "attempt": claimed.attempt,
            "duration_s": round(finished.duration.total_seconds(), 4),
            "status": outcome.status,
        }
        if isinstance(outcome, Delivered):
            self._metrics.attempts.last_success.set_to_current_time()
            if not claimed.test:
                for since, histogram in (
                    (claimed.occurred_at, self._metrics.age),
                    (claimed.fetched_at, self._metrics.lag),
                ):
                    if since is not None:
                        histogram.labels(claimed.channel).observe(max(0.0, (now - since).total_seconds()))
            logger().info("alert.delivered", outcome="delivered", **fields)
            return
        self._metrics.failures.labels(claimed.channel, outcome.reason.value).inc()
        fields |= {"reason": outcome.reason.value, "detail": outcome.detail}
        if isinstance(finished.next_step, GiveUp):
            self._metrics.given_up.labels(claimed.channel, outcome.reason.value).inc()
            logger().error("delivery.given_up", outcome="given_up", **fields)
        else:
            logger().warning("delivery.postponed", outcome="retryable", **fields)
