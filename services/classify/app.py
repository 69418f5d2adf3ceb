"""The stream framework's wall: Faust assigns partitions, recovers the link table and commits offsets; everything else is ours.

What differs from stock Faust, and why (design, promises 1 and 4; docs/adr/0011):

- Outputs and the changelog record are published by our own producer and awaited; only then is RocksDB written and the event
  acknowledged. Stock Faust writes RocksDB first and commits even when the changelog record was refused.
- Events are acknowledged by us alone, in order. Stock Faust also acknowledges those that it skips while partitions move.
- Several events share one round trip to the broker (``lane.py``).
- Linking goes on where its table ends, whatever offset was committed (``_restore``).
- (Beyond 400 lines, because every touch of the framework must stay behind this one wall; what needs none of it has moved out.)
- A record that cannot be published is tried again without ending its event; after the deadline, and after any exception, the
  process ends with nothing committed.
"""

import asyncio
import gc
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import faust
from faust.types import TP

from services.classify import stages
from services.classify.durable import Durability
from services.classify.entries import Region, restore
from services.classify.errors import ClassifyError, InfrastructureError, StateError
from services.classify.eviction import forget, forgettable
from services.classify.lane import Lane
from services.classify.link.settings import LinkSettings
from services.classify.link_table import LinkTable, discard_unreadable
from services.classify.linking import Linker
from services.classify.metrics import ClassifyMetrics
from services.classify.order import Order, Partition
from services.classify.ports import ItemReader
from services.classify.settings import ClassifySettings
from services.classify.stages import Outcome
from shared.clock import Clock
from shared.kafka.connection import KafkaConnection
from shared.kafka.dead_letters import Received
from shared.kafka.errors import KafkaError
from shared.kafka.lag import LagReader, Position
from shared.kafka.publisher import Publisher
from shared.kafka.range_reader import read_range
from shared.logging import logger
from shared.metrics import StageMetrics
from shared.topics import FAUST_APP_ID, ITEMS, LINK_CHANGELOG, LINK_TABLE, REPORT_PARTITIONS, REPORTS, Topic

EXIT_TEMPORARY_FAILURE = 75
"""sysexits.h EX_TEMPFAIL: an orchestrator should start us again."""

_READ_AT_ONCE = 32
_LINK_AT_ONCE = 64
_CATCH_UP_SECONDS = 5.0
_EVICT_SECONDS = 86_400.0
_ASK_SECONDS = 20.0


def end_process(error: ClassifyError) -> None:
    """End at once, without the framework's orderly shutdown, which would commit the event that was not finished."""
    logger().error("process.ended", reason=str(error), status=EXIT_TEMPORARY_FAILURE)
    sys.stdout.flush()
    os._exit(EXIT_TEMPORARY_FAILURE)


def settle_memory() -> None:
    """Keep the open incidents out of garbage collection: they hold no cycles, and walking through 20,000 of them takes half a second."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Event:
    """A record in hand, and the framework's message that stands for it."""

    message: Any
    received: Received
    since: float


class _Fetched:
    """Stands for a record that the framework did not deliver, in its book-keeping of acknowledgements."""

    def __init__(self, tp: Any, offset: int, generation_id: int) -> None:
        self.tp, self.topic, self.offset, self.generation_id = tp, tp.topic, offset, generation_id
        self.acked = False


class Classifier:
    """Hosts the two stages. ``start`` returns when the worker consumes; ``stop`` finishes the events in hand and commits."""

    def __init__(
        self,
        *,
        settings: ClassifySettings,
        connection: KafkaConnection,
        publisher: Publisher,
        reader: ItemReader,
        metrics: ClassifyMetrics,
        clock: Clock,
        end: Callable[[ClassifyError], None] = end_process,
    ) -> None:
        self._settings = settings
        self._connection = connection
        self._reader = reader
        self._metrics = metrics
        self._clock = clock
        self._end = end
        self._recovered = False
        self._stopping = False
        self._restoring = asyncio.Lock()
        self._taking = {ITEMS.name: asyncio.Lock(), REPORTS.name: asyncio.Lock()}
        self._taken_at = dict.fromkeys(self._taking, 0.0)
        self._tasks: list[asyncio.Task[None]] = []
        self._order = Order(self._fetch)
        self._ends_before: dict[Partition, int] = {}
        self._app = _app(settings, connection)
        table = self._app.Table(
            LINK_TABLE,
            key_type=bytes,
            value_type=bytes,
            partitions=REPORT_PARTITIONS,
            options={
                "driver": "rocksdict",
                "block_cache_size": settings.rocksdb_cache_bytes,
                "write_buffer_size": settings.rocksdb_write_buffer_bytes,
                "max_open_files": 256,
            },
            on_recover=self._recover,
        )
        self._table = LinkTable(table, partial(TP, connection.topic(LINK_CHANGELOG.name)))
        self._durability = Durability(
            publisher=publisher,
            table=self._table,
            metrics=metrics,
            deadline_seconds=settings.handler_deadline_seconds,
            end=end,
        )
        self._linker = Linker(stored=self._table.get, settings=LinkSettings(), now=clock.now)
        self._reading = Lane(work=self._read, limit=_READ_AT_ONCE, failed=self._failed)
        self._linking = Lane(work=self._link, limit=_LINK_AT_ONCE, failed=self._failed)
        self._app.agent(self._topic(ITEMS), name="read", concurrency=1)(partial(self._take, ITEMS, self._reading))
        self._app.agent(self._topic(REPORTS), name="link", concurrency=1)(partial(self._take, REPORTS, self._linking))

    # The shell's life

    async def start(self) -> None:
        """Join the group and begin; recovery of the table goes on in the background, see ``not_ready``."""
        self._app.finalize()
        await asyncio.to_thread(discard_unreadable, Path(self._app.conf.tabledir))
        self._acknowledge_by_ourselves()
        self._tasks = [
            asyncio.create_task(work)
            for work in (self._reading.run(), self._linking.run(), self._catch_up(), self._evict())
        ]
        await self._app.start()

    async def stop(self) -> None:
        """Stop consuming, finish what is in hand, commit and leave the group."""
        self._stopping = True
        await self._app.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait_for_crash(self) -> None:
        """Return when the framework has crashed; its reason is logged."""
        await self._app._crashed.wait()  # the framework offers no public way to wait for it

    def not_ready(self) -> str | None:
        """Say why no records are taken yet."""
        if self._stopping:
            return "stopping"
        return None if self._recovered else "the open incidents are not rebuilt yet"

    def assigned(self) -> frozenset[Partition]:
        """The partitions of items and reports that are ours now; topics without prefix."""
        names = {self._connection.topic(topic.name): topic.name for topic in (ITEMS, REPORTS)}
        return frozenset((names[tp.topic], tp.partition) for tp in self._app.consumer.assignment() if tp.topic in names)

    def _topic(self, topic: Topic) -> Any:
        return self._app.topic(
            self._connection.topic(topic.name),
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            partitions=topic.partitions,
            internal=False,
        )

    def _failed(self, error: Exception) -> None:
        self._end(error if isinstance(error, ClassifyError) else InfrastructureError("", repr(error), 0.0))

    # Records in, acknowledgements out

    async def _take(self, topic: Topic, lane: Lane[_Event], stream: Any) -> None:
        """Put each event of the framework in its lane, with what it left out before it."""
        async for event in stream.noack().events():
            message = event.message
            async with self._taking[topic.name]:
                if message.generation_id != self._app.consumer_generation_id:
                    self._app.consumer.unacked.discard(message)
                    continue
                is_new = False
                async for received in self._order.take(_received(message, topic)):
                    is_new = True
                    await self._put(lane, received, message)
                if not is_new:
                    self._app.consumer.unacked.discard(message)  # we fetched it ourselves before

    async def _put(self, lane: Lane[_Event], received: Received, message: Any = None) -> None:
        if message is None or received.offset != message.offset:
            tp = TP(self._connection.topic(received.topic), received.partition)
            message = _Fetched(tp, received.offset, self._app.consumer_generation_id)
            self._metrics.fetched_again.inc()
        self._taken_at[received.topic] = time.monotonic()
        await lane.put(_Event(message=message, received=received, since=time.monotonic()))

    async def _fetch(self, partition: Partition, first: int, end: int) -> list[Received]:
        topic, number = partition
        return await read_range(self._connection, topic=topic, partition=number, first=first, end=end)

    async def _catch_up(self) -> None:
        """Fetch by ourselves what the framework read and never delivered, with nothing after it that would show the hole."""
        lanes = ((ITEMS, self._reading), (REPORTS, self._linking))
        while True:
            await asyncio.sleep(_CATCH_UP_SECONDS)
            for topic, lane in lanes:
                async with self._taking[topic.name]:
                    if not self._app.rebalancing and time.monotonic() - self._taken_at[topic.name] > _CATCH_UP_SECONDS:
                        await self._catch_up_topic(topic, lane)

    async def _catch_up_topic(self, topic: Topic, lane: Lane[_Event]) -> None:
        generation = self._app.consumer_generation_id
        ours = [partition for partition in self.assigned() if partition[0] == topic.name]
        try:
            positions = await self._positions() if ours else {}
            for partition in ours:
                # What was there the last time already: the framework has had time enough to deliver it.
                async for received in self._order.catch_up(partition, self._ends_before.get(partition, 0)):
                    if generation == self._app.consumer_generation_id:
                        await self._put(lane, received)
                self._ends_before[partition] = positions[partition].end
        except (KafkaError, OSError, TimeoutError) as error:
            logger().warning("records.not_fetched", topic=topic.name, reason=str(error) or type(error).__name__)

    def _acknowledge_by_ourselves(self) -> None:
        """Refuse the framework's own acknowledgements: they are of events that it skipped, which nobody handled."""
        consumer = self._app.consumer
        self._book = consumer.ack

        def refuse(message: Any) -> bool:
            consumer.unacked.discard(message)
            return False

        consumer.ack = refuse

    def _acknowledge(self, message: Any) -> None:
        if message.generation_id == self._app.consumer_generation_id:
            self._book(message)
        self._app.consumer.unacked.discard(message)

    # The stages

    async def _read(self, batch: Sequence[_Event]) -> None:
        with _in_progress(self._metrics.reading, len(batch)):
            outcomes = await asyncio.gather(
                *(stages.read(one.received, self._reader, self._clock.now) for one in batch)
            )
            await self._finish(batch, outcomes, self._metrics.reading, "item.read")

    async def _link(self, batch: Sequence[_Event]) -> None:
        left = [one for one in batch if self._linker.is_ours(one.received)]
        for one in batch:
            if one not in left:  # another worker has the region by now and gets the report, for it was not acknowledged
                self._app.consumer.unacked.discard(one.message)
        with _in_progress(self._metrics.linking, len(left)):
            while left:
                outcomes = self._linker.link([one.received for one in left])
                done, left = left[: len(outcomes)], left[len(outcomes) :]
                await self._finish(done, outcomes, self._metrics.linking, "report.linked")
                if outcomes[-1].state_spoilt:
                    await self._restore(done[-1].received.partition, await self._positions())

    async def _finish(
        self, batch: Sequence[_Event], outcomes: Sequence[Outcome], stage: StageMetrics, log_event: str
    ) -> None:
        """Make everything the batch caused durable, then acknowledge it."""
        await self._durability.keep([one.received for one in batch], outcomes)
        for one, outcome in zip(batch, outcomes, strict=True):
            self._acknowledge(one.message)
            self._count(one, outcome, stage, log_event)
        self._metrics.open_incidents.set(sum(len(region.incidents) for region in self._linker.regions.values()))

    def _count(self, one: _Event, outcome: Outcome, stage: StageMetrics, log_event: str) -> None:
        duration = time.monotonic() - one.since
        stage.finished.labels(outcome.outcome).inc()
        stage.duration.observe(duration)
        for flag in outcome.flags:
            self._metrics.kept_out.labels(flag).inc()
        if outcome.desk is not None:
            word, decided = outcome.desk
            self._metrics.desk_decisions.labels(word, decided.value).inc()
        if outcome.dead is not None:
            self._metrics.dead_letters.labels(one.received.topic, outcome.dead.value).inc()
            logger().error(
                "message.dead_lettered", topic=one.received.topic, partition=one.received.partition, **outcome.log
            )
            return
        stage.last_success.set_to_current_time()
        logger().info(log_event, outcome=outcome.outcome, duration_s=round(duration, 4), **outcome.log)

    # The state

    async def _recover(self) -> None:
        """Fold the table anew for every partition that is ours now; called by the framework after recovery, before events."""
        try:
            async with self._restoring:  # a rebalance that comes meanwhile calls again
                positions = await self._positions()
                ours = sorted(number for topic, number in self.assigned() if topic == REPORTS.name)
                for partition in set(self._linker.regions) - set(ours):
                    del self._linker.regions[partition]
                for partition in ours:
                    await self._restore(partition, positions, may_begin_anew=True)
                self._order.begin(await self._where_to_go_on(positions))
                self._ends_before.clear()
        except (KafkaError, OSError, TimeoutError) as error:
            self._end(InfrastructureError(LINK_CHANGELOG.name, repr(error), 0.0))
        except Exception as error:  # noqa: BLE001  # the framework would log it and begin with an empty state: every incident would ring again
            logger().error("state.unreadable", exc_info=error)
            shutil.rmtree(self._app.conf.tabledir, ignore_errors=True)  # the changelog has it all
            self._end(StateError(f"the link table cannot be read: {error}"))
        settle_memory()
        self._metrics.recoveries.inc()
        self._recovered = True

    async def _positions(self) -> dict[Partition, Position]:
        """Where every partition stands; by a client of its own, for the framework's answers late while it fetches."""
        async with asyncio.timeout(_ASK_SECONDS), LagReader(self._connection) as reader:
            return await reader.positions(FAUST_APP_ID, [ITEMS, REPORTS, LINK_CHANGELOG])

    async def _restore(
        self, partition: int, positions: Mapping[Partition, Position], *, may_begin_anew: bool = False
    ) -> None:
        """Fold one partition's table; where anything of it is missing, link it again from the first report, or raise ``StateError``."""
        started = time.monotonic()
        persisted, end = self._table.opened(partition), positions[LINK_CHANGELOG.name, partition].end
        restored = await asyncio.to_thread(lambda: restore(self._table.values(partition)))
        region = restored.region
        if restored.missing or persisted >= end:
            lost = StateError(
                f"changelog partition {partition}: {restored.missing} entries missing, table at {persisted}, end {end}"
            )
            if not may_begin_anew:
                raise lost
            logger().error("changelog.lost", partition=partition, reason=str(lost))
            self._metrics.changelogs_lost.inc()
            self._table.forget(partition)
            region = Region.empty()
        self._linker.regions[partition] = region
        logger().info(
            "state.rebuilt",
            partition=partition,
            reports=region.entries,
            incidents=len(region.incidents),
            duration_s=round(time.monotonic() - started, 3),
        )

    async def _where_to_go_on(self, positions: Mapping[Partition, Position]) -> dict[Partition, int]:
        """For each partition of ours: reading goes on at what is committed; linking where its table ends, if more is committed."""
        on: dict[Partition, int] = {}
        back = {}
        for partition in self.assigned():
            at = positions[partition]
            on[partition] = max(at.committed, at.begin)
            region = self._linker.regions.get(partition[1]) if partition[0] == REPORTS.name else None
            if region is not None and on[partition] > (due := max(region.next_offset, at.begin)):
                logger().warning("position.moved_back", partition=partition[1], committed=at.committed, position=due)
                on[partition] = due
                back[TP(self._connection.topic(REPORTS.name), partition[1])] = due
        if back:
            await self._app.consumer._commit(
                back
            )  # as a member of the group; the framework seeks to what is committed next
        return on

    async def _evict(self) -> None:
        """Forget, once a day, what can never matter again."""
        while True:
            await asyncio.sleep(_EVICT_SECONDS)
            try:
                await self.evict_once()
            except (KafkaError, OSError, TimeoutError) as error:
                logger().warning("state.not_evicted", reason=str(error) or type(error).__name__)

    async def evict_once(self) -> int:
        """Forget ended incidents and the entries that only they need; returns how many entries went."""
        positions, count = await self._positions(), 0
        for partition, region in list(self._linker.regions.items()):
            incidents = region.incidents.evict(self._clock.now() - timedelta(days=self._settings.keep_incidents_days))
            known = frozenset(state.incident_id for state in region.incidents.states())
            begin = positions[REPORTS.name, partition].begin
            values = self._table.values(partition)
            found = await asyncio.to_thread(forgettable, values, open_incidents=known, first_offset=begin)
            if self._linker.regions.get(partition) is not region:
                continue  # the partition moved meanwhile
            await forget(found, partition, region.forgotten, partial(self._durability.rewrite, partition))
            region.forgotten = max(region.forgotten, found.highest)
            count += len(found.keys)
            logger().info("state.evicted", partition=partition, incidents=incidents, entries=len(found.keys))
        settle_memory()
        return count


@contextmanager
def _in_progress(stage: StageMetrics, count: int) -> Iterator[None]:
    stage.received.inc(count)
    stage.in_progress.inc(count)
    try:
        yield
    finally:
        stage.in_progress.dec(count)


def _app(settings: ClassifySettings, connection: KafkaConnection) -> Any:
    return faust.App(
        connection.topic(FAUST_APP_ID),
        broker=";".join(f"kafka://{broker.strip()}" for broker in connection.bootstrap.split(",")),
        broker_credentials=_credentials(connection),
        store="rocksdb://",
        datadir=str(settings.data_dir),
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=REPORT_PARTITIONS,
        table_standby_replicas=0,
        stream_buffer_maxsize=64,
        stream_recovery_delay=0.0,
        broker_commit_every=1000,
        broker_commit_interval=settings.commit_interval_seconds,
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        broker_request_timeout=30.0,
        broker_rebalance_timeout=30.0,
        consumer_auto_offset_reset="earliest",
        recovery_consistency_check=False,  # a changelog that lost its end is ours to mend, see _restore
        producer_request_timeout=settings.publish_timeout_seconds,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )


def _credentials(connection: KafkaConnection) -> Any:
    if connection.security == "PLAINTEXT":
        return None
    if connection.security == "SSL":
        return faust.SSLCredentials(connection.ssl_context())
    return faust.SASLCredentials(
        username=connection.username,
        password=connection.password,
        mechanism=connection.sasl_mechanism,
        ssl_context=connection.ssl_context(),
    )


def _received(message: Any, topic: Topic) -> Received:
    raw = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Received(
        topic=topic.name,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value) for name, value in raw),
    )
