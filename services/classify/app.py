"""The stream framework's wall: Faust assigns partitions, recovers the link table and commits offsets; everything else is ours.

What differs from stock Faust, and why (design, promises 1 and 4):

- Outputs and the changelog record are published by our own producer and awaited; only then is RocksDB written and the event
  ended. Stock Faust writes RocksDB first and commits even when the changelog record was refused.
- A record that cannot be published is tried again without ending its event; after the deadline the process ends with
  nothing committed.
- Exceptions never leave an agent: Faust would acknowledge the event and go on.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import faust
from faust.types import TP

from services.classify import stages
from services.classify.entries import decode_entry, in_order
from services.classify.errors import InfrastructureError
from services.classify.link.fold import OpenIncidents
from services.classify.link.settings import LinkSettings
from services.classify.metrics import ClassifyMetrics
from services.classify.ports import ItemReader
from services.classify.settings import ClassifySettings
from services.classify.stages import Outcome
from shared.clock import Clock
from shared.kafka.connection import KafkaConnection
from shared.kafka.dead_letters import Received
from shared.kafka.publisher import Acknowledged, Publisher, PublishError, Record
from shared.logging import logger
from shared.metrics import StageMetrics
from shared.topics import FAUST_APP_ID, ITEMS, LINK_CHANGELOG, LINK_TABLE, REPORT_PARTITIONS, REPORTS, Topic

EXIT_TEMPORARY_FAILURE = 75
"""sysexits.h EX_TEMPFAIL: an orchestrator should start us again."""

_RETRY_SECONDS = 1.0


def end_process(error: InfrastructureError) -> None:
    """End at once, without the framework's orderly shutdown, which would commit the event that was not finished."""
    logger().error("process.ended", reason=str(error), status=EXIT_TEMPORARY_FAILURE)
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
        end: Callable[[InfrastructureError], None] = end_process,
    ) -> None:
        self._settings = settings
        self._connection = connection
        self._publisher = publisher
        self._reader = reader
        self._metrics = metrics
        self._clock = clock
        self._end = end
        self._link_settings = LinkSettings()
        self._folds: dict[int, OpenIncidents] = {}
        self._recovered = False
        self._stopping = False
        self._finished_at = time.monotonic()
        self._finished: dict[TP, int] = {}
        self._app = _app(settings, connection)
        self._table = self._app.Table(
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
            on_recover=self._rebuild,
        )
        self._app.agent(self._topic(ITEMS), name="read", concurrency=1)(self._read_all)
        self._app.agent(self._topic(REPORTS), name="link", concurrency=1)(self._link_all)

    # The shell's life

    async def start(self) -> None:
        """Join the group and begin; recovery of the table goes on in the background, see ``is_ready``."""
        self._app.finalize()
        await self._app.start()

    async def stop(self) -> None:
        """Stop consuming, finish what is in hand, commit and leave the group."""
        self._stopping = True
        await self._app.stop()

    async def wait_for_crash(self) -> None:
        """Return when the framework has crashed; its reason is logged."""
        await self._app._crashed.wait()  # the framework offers no public way to wait for it

    def not_live(self) -> str | None:
        """Say what is stuck: records are waiting, and none was finished for longer than the limit."""
        idle_seconds = time.monotonic() - self._finished_at
        if not self._recovered or idle_seconds < self._settings.stall_seconds:
            return None
        waiting = self._waiting()
        return f"{waiting} records waiting, none finished for {idle_seconds:.0f} s" if waiting else None

    def not_ready(self) -> str | None:
        """Say why no records are taken yet."""
        if self._stopping:
            return "stopping"
        return None if self._recovered else "the open incidents are not rebuilt yet"

    def _waiting(self) -> int:
        consumer = self._app.consumer
        total = 0
        for tp, finished in self._finished.items():
            if tp in consumer.assignment():
                total += max(0, (consumer.highwater(tp) or 0) - finished - 1)
        return total

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

    # The stages

    async def _read_all(self, stream: Any) -> None:
        async for event in stream.events():
            await self._unit(event, ITEMS, self._metrics.reading, self._read_one, "item.read")

    async def _link_all(self, stream: Any) -> None:
        async for event in stream.events():
            await self._unit(event, REPORTS, self._metrics.linking, self._link_one, "report.linked")

    async def _read_one(self, received: Received) -> Outcome:
        return await stages.read(received, self._reader, self._clock.now)

    async def _link_one(self, received: Received) -> Outcome:
        fold = self._folds.setdefault(received.partition, OpenIncidents())
        outcome = stages.link(received, self._stored, fold, self._link_settings, self._clock.now())
        if outcome.state_spoilt:
            self._rebuild_partition(received.partition)
        return outcome

    async def _unit(
        self,
        event: Any,
        topic: Topic,
        stage: StageMetrics,
        work: Callable[[Received], Awaitable[Outcome]],
        log_event: str,
    ) -> None:
        """One record from decision to durable effect; returns only when everything it caused is acknowledged."""
        started = time.monotonic()
        received = _received(event, topic)
        stage.received.inc()
        with stage.in_progress.track_inprogress():
            outcome = await work(received)
            await self._make_durable(received, outcome)
        stage.finished.labels(outcome.outcome).inc()
        for flag in outcome.flags:
            self._metrics.kept_out.labels(flag).inc()
        duration = time.monotonic() - started
        stage.duration.observe(duration)
        self._finished_at = time.monotonic()
        self._finished[event.message.tp] = received.offset
        self._metrics.open_incidents.set(sum(len(fold) for fold in self._folds.values()))
        if outcome.dead is not None:
            self._metrics.dead_letters.labels(topic.name, outcome.dead.value).inc()
            logger().error("message.dead_lettered", topic=topic.name, partition=received.partition, **outcome.log)
            return
        stage.last_success.set_to_current_time()
        logger().info(log_event, outcome=outcome.outcome, duration_s=round(duration, 4), **outcome.log)

    async def _make_durable(self, received: Received, outcome: Outcome) -> None:
        if outcome.entry is None:
            if outcome.records:
                await self._publish(outcome.records)
            return
        key, value = outcome.entry
        changelog = Record(topic=LINK_CHANGELOG.name, key=key, value=value, partition=received.partition)
        acknowledged = await self._publish((*outcome.records, changelog))
        self._table.data[key] = value
        tp = TP(self._connection.topic(LINK_CHANGELOG.name), received.partition)
        self._table.data.set_persisted_offset(tp, acknowledged[-1].offset)

    async def _publish(self, records: Sequence[Record]) -> tuple[Acknowledged, ...]:
        """Publish until acknowledged. Repeating is harmless: records are the same bytes under the same ids."""
        started = time.monotonic()
        while True:
            try:
                return await self._publisher.publish(records)
            except PublishError as error:
                self._metrics.publish_retries.inc()
                waited = time.monotonic() - started
                logger().warning("publish.retried", topic=error.topic, reason=error.reason, waited_s=round(waited, 1))
                if waited > self._settings.handler_deadline_seconds:
                    self._end(InfrastructureError(error.topic, error.reason, waited))
                await asyncio.sleep(_RETRY_SECONDS)

    # The state

    def _stored(self, key: bytes) -> bytes | None:
        try:
            value: bytes = self._table.data[key]
        except KeyError:
            return None
        return value

    async def _rebuild(self) -> None:
        """Fold the table anew for every partition that is ours now; called by the framework after recovery."""
        try:
            self._folds.clear()
            for partition in sorted(
                tp.partition
                for tp in self._app.assignor.assigned_actives()
                if tp.topic == self._connection.topic(REPORTS.name)
            ):
                self._rebuild_partition(partition)
        except Exception as error:  # noqa: BLE001  # the framework would log it and begin with an empty state: every incident would ring again
            logger().error("state.unreadable", exc_info=error)
            self._end(InfrastructureError(LINK_CHANGELOG.name, f"the link table cannot be read: {error}", 0.0))
        self._metrics.recoveries.inc()
        self._finished_at = time.monotonic()
        self._recovered = True

    def _rebuild_partition(self, partition: int) -> None:
        started = time.monotonic()
        fold = OpenIncidents()
        entries = in_order((decode_entry(value) for value in self._table.data.values()), partition)
        for entry in entries:
            fold.replay(entry.key, entry.changes)
        self._folds[partition] = fold
        logger().info(
            "state.rebuilt",
            partition=partition,
            reports=len(entries),
            incidents=len(fold),
            duration_s=round(time.monotonic() - started, 3),
        )


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


def _received(event: Any, topic: Topic) -> Received:
    message = event.message
    raw = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Received(
        topic=topic.name,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value) for name, value in raw),
    )
