"""The shell around polls: takes leases on due feeds, visits them politely and at most so many at once, stores what came of it."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from time import perf_counter

import structlog

from services.ingest.errors import IngestError, LedgerUnavailableError
from services.ingest.feed import Lease
from services.ingest.metrics import IngestMetrics
from services.ingest.outbox import Outbox
from services.ingest.politeness import NotYourTurnError, Politeness, host_of
from services.ingest.ports import Ledger
from services.ingest.recorder import Recorder
from services.ingest.traces import traced_visit
from services.ingest.visit import Visit, Visitor
from services.ingest.work import Settlement
from shared.clock import Clock
from shared.logging import logger

_LONGEST_IDLE_SECONDS = 2.0
_GATHER_SECONDS = 0.02
_BEGUN_AT_ONCE = 16


class Poller:
    """Polls until told to stop. A fault of one feed costs that poll only; a fault of the database is waited out."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        visitor: Visitor,
        recorder: Recorder,
        outbox: Outbox,
        politeness: Politeness,
        metrics: IngestMetrics,
        clock: Clock,
        workers: int,
        throttled_hosts: Collection[str] = (),
        longest_hold_seconds: float = 86_400.0,
        monotonic: Callable[[], float] = perf_counter,
    ) -> None:
        self._ledger = ledger
        self._visitor = visitor
        self._recorder = recorder
        self._outbox = outbox
        self._politeness = politeness
        self._metrics = metrics
        self._clock = clock
        self._workers = workers
        self._throttled_hosts = frozenset(throttled_hosts)
        self._longest_hold_seconds = longest_hold_seconds
        self._monotonic = monotonic
        self._running: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self.turned_at: datetime = clock.now()

    def stop(self) -> None:
        """Begin no further poll; ``run`` returns when those in flight have ended."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Poll what is due, for ever."""
        pause = 0.2
        while not self._stopping:
            self.turned_at = self._clock.now()
            free = self._workers - len(self._running)
            idle = _LONGEST_IDLE_SECONDS
            try:
                leases = await self._ledger.lease(limit=free, now=self._clock.now()) if free > 0 else ()
                if free > 0 and len(leases) < free:
                    seconds = await self._ledger.seconds_to_next(self._clock.now())
                    idle = _LONGEST_IDLE_SECONDS if seconds is None else min(max(seconds, _GATHER_SECONDS), idle)
                pause = 0.2
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("feeds.lease_failed", reason=str(error))
                leases, idle, pause = (), pause, min(pause * 2, 5.0)
            for number, lease in enumerate(leases, start=1):
                task = asyncio.create_task(self._poll(lease), name=f"poll {lease.feed.slug}")
                self._running.add(task)
                task.add_done_callback(self._ended)
                if number % _BEGUN_AT_ONCE == 0:
                    await asyncio.sleep(0)  # the first requests leave before the last are made
            await self._rest(idle)
        if self._running:
            await asyncio.wait(self._running)

    async def abandon(self) -> None:
        """Cancel the polls in flight: their feeds are polled again when the lease ends, nothing of them was stored."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._wake.set()

    async def _rest(self, seconds: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        await asyncio.sleep(_GATHER_SECONDS)  # several polls end together: one question to the database for all

    async def _poll(self, lease: Lease) -> None:
        self._metrics.polls.received.inc()
        with (
            self._metrics.polls.in_progress.track_inprogress(),
            structlog.contextvars.bound_contextvars(feed=lease.feed.slug),
        ):
            started = self._monotonic()
            try:
                async with self._politeness.turn(lease.feed.url):
                    visit = await self._visitor.visit(lease)
                visit = traced_visit(visit, seconds=self._monotonic() - started)
                if visit.record.rows:
                    await self._outbox.room()
                stored = await self._recorder.record(visit.record)
            except NotYourTurnError as error:
                await self._put_off(lease, error.seconds)
            except LedgerUnavailableError as error:
                self._metrics.database_failures.inc()
                logger().warning("feed.poll_not_stored", reason=str(error))
            except IngestError as error:
                self._metrics.polls.finished.labels("failed").inc()
                logger().error("feed.poll_broken", reason=str(error))
            except Exception:  # noqa: BLE001 - the boundary of one unit of work: the lease ends by itself and the feed is polled again
                self._metrics.polls.finished.labels("failed").inc()
                logger().exception("feed.poll_broken")
            else:
                if visit.asked_wait_seconds:
                    await self._hold_host(host_of(lease.feed.url), visit.asked_wait_seconds)
                self._hand_over(visit, stored)
                self._report(lease, visit, self._monotonic() - started)

    async def _put_off(self, lease: Lease, seconds: float) -> None:
        try:
            await self._ledger.release([lease.feed.slug], not_before=self._clock.now() + timedelta(seconds=seconds))
        except LedgerUnavailableError as error:
            self._metrics.database_failures.inc()
            logger().warning("feed.poll_not_put_off", reason=str(error))

    async def _hold_host(self, host: str, asked_seconds: float) -> None:
        """A configured host means its Retry-After for all who come from here, whatever feed they want."""
        if host not in self._throttled_hosts:
            return
        seconds = min(asked_seconds, self._longest_hold_seconds)
        self._politeness.hold(host, seconds)
        try:
            feeds = await self._ledger.hold_host(host, until=self._clock.now() + timedelta(seconds=seconds))
        except LedgerUnavailableError as error:
            self._metrics.database_failures.inc()
            logger().warning("host.hold_failed", host=host, reason=str(error))
        else:
            self._metrics.held_hosts.inc()
            logger().warning("host.held", host=host, seconds=round(seconds, 1), feeds=feeds)

    def _hand_over(self, visit: Visit, stored: frozenset[str]) -> None:
        """Only rows that this poll stored: one that was there before has other bytes, and the sweep sends those."""
        rows = tuple(row for row in visit.record.rows if row.event_id in stored)
        if rows:
            settlement = Settlement(feed=visit.record.feed, rows=rows, validators=visit.record.validators)
            if not self._outbox.offer(settlement):
                logger().warning("outbox.overflowed", items=len(rows))

    def _report(self, lease: Lease, visit: Visit, seconds: float) -> None:
        record, metrics = visit.record, self._metrics
        metrics.polls.finished.labels(record.outcome.value).inc()
        metrics.polls.duration.observe(seconds)
        fields: dict[str, object] = {
            "outcome": record.outcome.value,
            "duration_s": round(seconds, 4),
            "new": sum(version.mark.version == 1 for version in visit.versions),
            "changed": sum(version.mark.version > 1 for version in visit.versions),
            "entries": visit.entries,
            "bytes": visit.body_bytes,
            "next_in_s": round(record.interval_seconds or 0.0, 1),
            "why": record.interval_reason,
        }
        is_first_poll = lease.state.first_fetched_at is None
        metrics.count(visit.versions, tier=lease.feed.tier, at=record.finished_at, is_first_poll=is_first_poll)
        if visit.older_pages:
            metrics.older_pages.inc(visit.older_pages)
            logger().info("feed.paged_back", pages=visit.older_pages, is_complete=not visit.possibly_lost)
        if visit.possibly_lost:
            metrics.possibly_lost.inc(visit.possibly_lost)
            logger().warning(
                "feed.rolled_over",
                possibly_lost=visit.possibly_lost,
                detail="no item of the last poll is left; by the feed's pace so many may have come and gone",
            )
        if visit.failure is None:
            metrics.polls.last_success.set(record.finished_at.timestamp())
            if visit.detail is not None:
                fields["detail"] = visit.detail
            logger().info("feed.fetched", **fields)
        else:
            metrics.failures.labels(visit.failure.value).inc()
            level = logger().error if record.is_retired else logger().warning
            level(
                "feed.fetched",
                reason=visit.failure.value,
                detail=visit.detail,
                failures=record.state.failures,
                **fields,
            )
