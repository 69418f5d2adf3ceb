"""The stream framework's wall: Faust assigns partitions, recovers the link table and commits offsets; everything else is ours.

What differs from stock Faust, and why (design, promises 1 and 4; docs/adr/0011):

- Outputs and the changelog record are published by our own producer and awaited; only then is RocksDB written and the event
  acknowledged. Stock Faust writes RocksDB first and commits even when the changelog record was refused.
- Events are acknowledged by us alone, in order (``intake.py``). Stock Faust also acknowledges those that it skips while partitions move.
- Several events share one round trip to the broker (``lane.py``).
- Linking goes on where its table ends, whatever offset was committed (``restoration.py``).
- A record that cannot be published is tried again without ending its event; after the deadline, and after any exception, the
  process ends with nothing committed.
"""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import faust
from faust.types import TP

from services.classify import stages, traces
from services.classify.durable import Durability
from services.classify.errors import ClassifyError, InfrastructureError, StateError
from services.classify.framework import Framework, delivered
from services.classify.intake import Event, Intake
from services.classify.lane import Lane
from services.classify.link.settings import LinkSettings
from services.classify.link_table import LinkTable, discard_unreadable
from services.classify.linking import Linker
from services.classify.metrics import ClassifyMetrics
from services.classify.order import Partition
from services.classify.ports import ItemReader
from services.classify.restoration import Restoration
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
from shared.tracing import Span, log_fields, traceparent_of

EXIT_TEMPORARY_FAILURE = 75
"""sysexits.h EX_TEMPFAIL: an orchestrator should start us again."""

_READ_AT_ONCE = 32
_LINK_AT_ONCE = 64
_EVICT_SECONDS = 86_400.0
_ASK_SECONDS = 20.0
_CRASH_SECONDS = 0.5


def end_process(error: ClassifyError) -> None:
    """End at once, without the framework's orderly shutdown, which would commit the event that was not finished."""
    logger().error("process.ended", reason=str(error), status=EXIT_TEMPORARY_FAILURE)
    sys.stdout.flush()
    os._exit(EXIT_TEMPORARY_FAILURE)


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
        self._tasks: list[asyncio.Task[None]] = []
        self._app = _app(settings, connection)
        self._framework = Framework(self._app, connection, TP)
        table = LinkTable(self._link_table(), partial(TP, connection.topic(LINK_CHANGELOG.name)))
        self._durability = Durability(
            publisher=publisher,
            table=table,
            metrics=metrics,
            deadline_seconds=settings.handler_deadline_seconds,
            end=end,
        )
        self._linker = Linker(stored=table.get, settings=LinkSettings(), now=clock.now)
        self._reading = Lane(work=self._read, limit=_READ_AT_ONCE, failed=self._failed)
        self._linking = Lane(work=self._link, limit=_LINK_AT_ONCE, failed=self._failed)
        self._restoration = Restoration(
            linker=self._linker,
            table=table,
            durability=self._durability,
            metrics=metrics,
            positions=self._positions,
            framework=self._framework,
        )
        self._intake = Intake(
            fetch=self._fetch,
            framework=self._framework,
            positions=self._positions,
            lanes={ITEMS.name: self._reading, REPORTS.name: self._linking},
            fetched_again=metrics.fetched_again,
        )
        for name, topic in (("read", ITEMS), ("link", REPORTS)):
            self._app.agent(self._topic(topic), name=name, concurrency=1)(partial(self._take, topic))

    # The shell's life

    async def start(self) -> None:
        """Join the group and begin; recovery of the table goes on in the background, see ``not_ready``."""
        self._app.finalize()
        await asyncio.to_thread(discard_unreadable, Path(self._app.conf.tabledir))
        self._framework.take_over()
        self._tasks = [
            asyncio.create_task(work)
            for work in (self._reading.run(), self._linking.run(), self._intake.catch_up(), self._evict())
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
        while not self._app.crashed:  # noqa: ASYNC110  # the framework tells nobody
            await asyncio.sleep(_CRASH_SECONDS)

    def not_ready(self) -> str | None:
        """Say why no records are taken yet."""
        if self._stopping:
            return "stopping"
        return None if self._recovered else "the open incidents are not rebuilt yet"

    def assigned(self) -> frozenset[Partition]:
        """The partitions of items and reports that are ours now; topics without prefix."""
        return self._framework.assigned()

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

    def _link_table(self) -> Any:
        return self._app.Table(
            LINK_TABLE,
            key_type=bytes,
            value_type=bytes,
            partitions=REPORT_PARTITIONS,
            options={
                "driver": "rocksdict",
                "block_cache_size": self._settings.rocksdb_cache_bytes,
                "write_buffer_size": self._settings.rocksdb_write_buffer_bytes,
                "max_open_files": 256,
            },
            on_recover=self._recover,
        )

    def _failed(self, error: Exception) -> None:
        self._end(error if isinstance(error, ClassifyError) else InfrastructureError("", repr(error), 0.0))

    async def _take(self, topic: Topic, stream: Any) -> None:
        await self._intake.take(topic, delivered(topic, stream))

    async def _fetch(self, partition: Partition, first: int, end: int) -> list[Received]:
        topic, number = partition
        return await read_range(self._connection, topic=topic, partition=number, first=first, end=end)

    # The stages

    async def _read(self, batch: Sequence[Event]) -> None:
        with _in_progress(self._metrics.reading, len(batch)):
            spans = [traces.begun(one) for one in batch]
            outcomes = await asyncio.gather(
                *(
                    traces.read(stages.read(one.received, self._reader, self._clock.now), span)
                    for one, span in zip(batch, spans, strict=True)
                )
            )
            await self._finish(batch, spans, outcomes, self._metrics.reading, "item.read")

    async def _link(self, batch: Sequence[Event]) -> None:
        left = [one for one in batch if self._linker.is_ours(one.received)]
        for one in batch:
            if one not in left:  # another worker has the region by now and gets the report, for it was not acknowledged
                self._framework.drop(one.message)
        with _in_progress(self._metrics.linking, len(left)):
            while left:
                spans = [traces.begun(one) for one in left]
                outcomes = self._linker.link([one.received for one in left])
                done, left = left[: len(outcomes)], left[len(outcomes) :]
                await self._finish(done, spans[: len(done)], outcomes, self._metrics.linking, "report.linked")
                if outcomes[-1].state_spoilt:
                    await self._restoration.repair(done[-1].received.partition)

    async def _finish(
        self,
        batch: Sequence[Event],
        spans: Sequence[Span],
        outcomes: Sequence[Outcome],
        stage: StageMetrics,
        log_event: str,
    ) -> None:
        """Make everything the batch caused durable, then acknowledge it."""
        with traces.kept(spans):
            await self._durability.keep([one.received for one in batch], traces.onward(outcomes, spans))
        for one, span, outcome in zip(batch, spans, outcomes, strict=True):
            self._framework.acknowledge(one.message)
            traces.ended(span, outcome)
            self._count(one, outcome, stage, log_event)
        self._metrics.open_incidents.set(sum(len(region.incidents) for region in self._linker.regions.values()))

    def _count(self, one: Event, outcome: Outcome, stage: StageMetrics, log_event: str) -> None:
        duration = time.monotonic() - one.since
        traced = log_fields(traceparent_of(one.received.headers))
        stage.finished.labels(outcome.outcome).inc()
        stage.duration.observe(duration)
        for flag in outcome.flags:
            self._metrics.kept_out.labels(flag).inc()
        if outcome.desk is not None:
            word, decided = outcome.desk
            self._metrics.desk_decisions.labels(word, decided.value).inc()
        if outcome.dead is not None:
            self._metrics.dead_letters.labels(one.received.topic, outcome.dead.value).inc()
            where = {"topic": one.received.topic, "partition": one.received.partition}
            logger().error("message.dead_lettered", **where, **outcome.log, **traced)
            return
        stage.last_success.set_to_current_time()
        logger().info(log_event, outcome=outcome.outcome, duration_s=round(duration, 4), **outcome.log, **traced)

    # The state

    async def _recover(self) -> None:
        """Fold the table anew for every partition that is ours now; called by the framework after recovery, before events."""
        try:
            async with self._restoring:  # a rebalance that comes meanwhile calls again
                self._intake.begin(await self._restoration.rebuild())
        except (KafkaError, OSError, TimeoutError) as error:
            self._end(InfrastructureError(LINK_CHANGELOG.name, repr(error), 0.0))
        except Exception as error:  # noqa: BLE001  # the framework would log it and begin with an empty state: every incident would ring again
            logger().error("state.unreadable", exc_info=error)
            shutil.rmtree(self._app.conf.tabledir, ignore_errors=True)  # the changelog has it all
            self._end(StateError(f"the link table cannot be read: {error}"))
        self._metrics.recoveries.inc()
        self._recovered = True

    async def _positions(self) -> dict[Partition, Position]:
        """Where every partition stands; by a client of its own, for the framework's answers late while it fetches."""
        async with asyncio.timeout(_ASK_SECONDS), LagReader(self._connection) as reader:
            return await reader.positions(FAUST_APP_ID, [ITEMS, REPORTS, LINK_CHANGELOG])

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
        return await self._restoration.evict(self._clock.now() - timedelta(days=self._settings.keep_incidents_days))


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
