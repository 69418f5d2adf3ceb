"""Sends what the ledger holds: what was just written is handed over in memory, already leased, the rest is leased from the table.

No endpoint can hold up another, see ``backlog``. The table is looked at when something may have become due there: now and
then for retries and take-overs, and when an endpoint has room while the table holds more for it. Killed at any point,
a delivery is found pending when its lease has ended.
"""

import asyncio
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.alert import traces
from services.alert.backlog import Allowance, Backlog, LaneLimits
from services.alert.delivery import Delivered, GiveUp, Outcome, Permanent, Reason, Retryable, next_step
from services.alert.errors import LedgerError
from services.alert.ledger import Claimed, DeliveryStatus, Finished, NewDelivery, Taking, first_claim
from services.alert.metrics import CHANNELS, AlertMetrics, AttemptOutcome
from services.alert.ports import Channel, DeliveryQueue
from services.alert.watch import AppriseEndpoint, EmailEndpoint, Endpoint, WebhookEndpoint
from shared.clock import Clock
from shared.logging import logger

_RECORD_BATCH = 500
_LEDGER_PAUSE_SECONDS = 1.0
_UNUSED_CHANNEL_SECONDS = 10.0
_OUTCOMES: dict[type[Outcome], AttemptOutcome] = {
    Delivered: AttemptOutcome.DELIVERED,
    Retryable: AttemptOutcome.RETRYABLE,
    Permanent: AttemptOutcome.PERMANENT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchLimits:
    """How long, how often; see the settings of the same names. ``lanes`` says how much at once."""

    lanes: LaneLimits = field(default_factory=LaneLimits)
    claim_batch: int = 1000
    lease: timedelta = timedelta(seconds=60)
    poll_seconds: float = 0.5
    attempt_seconds: float = 40.0
    schedule: tuple[timedelta, ...] = ()


def allowance(endpoints: Mapping[str, Endpoint]) -> Callable[[str], Allowance]:
    """What each endpoint's entry says of its own bounds, as it stands at the time of asking."""

    def of(endpoint_id: str) -> Allowance:
        endpoint = endpoints.get(endpoint_id)
        if isinstance(endpoint, WebhookEndpoint | EmailEndpoint | AppriseEndpoint):
            return Allowance(concurrency=endpoint.max_concurrent, per_second=endpoint.per_second)
        return Allowance()

    return of


class Dispatcher:
    """Runs until ``stop``; then it finishes what is in flight, for at most one attempt's time, and gives the rest back."""

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
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._beat = beat
        self._spread = spread
        self._backlog = Backlog(limits.lanes)
        self._wake = asyncio.Event()
        self._stopping = False
        self._look_at = 0.0
        self._look_at_all = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: asyncio.Queue[Finished] = asyncio.Queue()

    def wake(self) -> None:
        """Look into the table now."""
        self._look_at = 0.0
        self._wake.set()

    def wanted(self, deliveries: Sequence[NewDelivery]) -> Taking:
        """Return which of these may be leased as they are written: those there is room for, of each incident the oldest revision."""
        now = self._now()
        ids: list[str] = []
        rooms: dict[str, int] = {}
        total = 0 if self._stopping else self._backlog.total_room()
        seen: set[tuple[str, str]] = set()
        for one in deliveries:
            lane = (one.endpoint_id, one.incident_id)
            if one.status is not DeliveryStatus.PENDING or lane in seen:
                continue
            seen.add(lane)
            room = rooms.setdefault(one.endpoint_id, self._backlog.room(one.endpoint_id, now))
            if room > 0 and len(ids) < total:
                rooms[one.endpoint_id] -= 1
                ids.append(one.delivery_id)
        return Taking(delivery_ids=frozenset(ids), lease=self._limits.lease)

    def hand_over(self, deliveries: Sequence[NewDelivery], taken: Collection[str]) -> None:
        """Begin what was leased as it was written; the others are looked for when their endpoint has room."""
        now = self._now()
        left = {one.endpoint_id for one in deliveries if one.delivery_id not in taken}
        for one in deliveries:
            if one.delivery_id in taken:
                self._backlog.add(first_claim(one), now)
        self._backlog.expect_more(left)
        self._begin(self._backlog.begin_all(now))
        if any(self._backlog.is_hungry(endpoint_id, now) for endpoint_id in left):
            self.wake()

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
                if self._now() >= self._look_at:
                    await self._look()
                self._begin(self._backlog.begin_all(self._now()))
                await self._give_back(self._backlog.overdue(self._now()))
                self._beat()
                await self._pause()
            await self._give_back(self._backlog.take_all())
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

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _pause(self) -> None:
        now = self._now()
        waits = [self._limits.poll_seconds, self._look_at - now, self._backlog.next_opening(now)]
        seconds = min(wait for wait in waits if wait is not None)
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _look(self) -> None:
        """Lease what is due in the table and there is room for; look again at once while it hands out all that was asked for."""
        now = self._now()
        self._look_at = now + self._limits.poll_seconds
        self._backlog.forget_idle(now)
        for channel in self._worth_a_look(now):
            rooms = self._backlog.rooms(self._now())
            limit = min(self._backlog.total_room(), self._limits.claim_batch)
            claimed = await self._claim(channel, limit, rooms) if limit else ()
            for one in claimed:
                self._backlog.add(one, self._now())
            self._backlog.looked(claimed, rooms)
            if limit and len(claimed) == limit:
                self._look_at = 0.0

    def _worth_a_look(self, now: float) -> Sequence[str]:
        """The channels of our endpoints; the others now and then, for deliveries whose endpoint was taken out of the file."""
        if now >= self._look_at_all:
            self._look_at_all = now + _UNUSED_CHANNEL_SECONDS
            return CHANNELS
        used = {endpoint.channel for endpoint in self._endpoints.values()}
        return [channel for channel in CHANNELS if channel in used]

    async def _claim(self, channel: str, limit: int, rooms: Mapping[str, int]) -> Sequence[Claimed]:
        try:
            return await self._queue.claim(
                channel=channel,
                limit=limit,
                slots=self._backlog.usual_room,
                slots_of=rooms,
                lease=self._limits.lease,
            )
        except LedgerError as error:
            await self._ledger_failed(error)
            return ()

    async def _give_back(self, claimed: Sequence[Claimed]) -> None:
        if claimed:
            try:
                await self._queue.give_back(claimed)
            except LedgerError as error:
                await self._ledger_failed(error)  # the lease ends by itself

    async def _ledger_failed(self, error: LedgerError) -> None:
        self._metrics.ledger_errors.inc()
        logger().warning("ledger.failed", reason=str(error), retry_in_s=_LEDGER_PAUSE_SECONDS)
        await asyncio.sleep(_LEDGER_PAUSE_SECONDS)

    def _begin(self, ready: Iterable[Claimed]) -> None:
        for claimed in ready:
            self._metrics.attempts.received.inc()
            self._metrics.attempts.in_progress.inc()
            task = asyncio.create_task(self._attempt(claimed))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _attempt(self, claimed: Claimed) -> None:
        started_at, started = self._clock.now(), self._now()
        outcome: Outcome = Retryable(reason=Reason.INTERNAL, detail="cut short")
        span = traces.attempt(claimed)
        try:
            outcome = await self._send(traces.within(claimed, span))
        finally:
            traces.ended(span, outcome)
            now = self._now()
            self._metrics.attempts.in_progress.dec()
            was_full = self._backlog.is_full(claimed.channel)
            closed = self._backlog.end(claimed, outcome, now)
        if closed is not None:
            self._metrics.endpoint_pauses.labels(claimed.channel).inc()
            logger().warning("endpoint.paused", endpoint=closed.endpoint_id, pause_s=round(closed.seconds, 1))
        if not self._stopping:
            self._begin(self._backlog.begin_all(now) if was_full else self._backlog.begin(claimed.endpoint_id, now))
        finished = Finished(
            claimed=claimed,
            started_at=started_at,
            duration=timedelta(seconds=now - started),
            outcome=outcome,
            next_step=next_step(
                attempt=claimed.attempt, outcome=outcome, spread=self._spread(), schedule=self._limits.schedule
            ),
        )
        self._observe(finished, self._clock.now())
        self._finished.put_nowait(finished)
        if not isinstance(outcome, Delivered):
            self._wake.set()  # what waits behind a failure is given back
        elif self._backlog.is_hungry(claimed.endpoint_id, now):
            self.wake()

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
                    await self._ledger_failed(error)
            for _ in batch:
                self._finished.task_done()
            now = self._now()
            if any(self._backlog.is_hungry(one.claimed.endpoint_id, now) for one in batch):
                self.wake()  # a later revision that waited behind these may go now

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
            **traces.log_fields_of(claimed),
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
