"""A classifier inside the test's own process, beside a real broker, and what reads and writes its topics."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from services.classify.app import Classifier
from services.classify.errors import ClassifyError
from services.classify.metrics import ClassifyMetrics
from services.classify.settings import ClassifySettings
from shared.clock import SystemClock
from shared.codec import decode, encode, headers
from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.events.report import Report
from shared.geo.regions import partition_of
from shared.kafka.connection import KafkaConnection
from shared.kafka.consumer import Consumer
from shared.kafka.dead_letters import Received
from shared.kafka.publisher import Acknowledged, Publisher, PublishError, Record
from shared.topics import INCIDENTS, ITEMS, REPORTS, Topic
from tests.support.reports import item, report
from tests.support.servers import unique_name

WAIT_SECONDS = 40.0


class FakeReader:
    """Reads item n as report n; an item titled "spoilt" raises, as a fault in reading would."""

    async def read(self, told: Item) -> Report:
        if told.title == "spoilt":
            raise ValueError("cannot read this")
        return report(int(told.item_id[1:]))


class ChoosyPublisher(Publisher):
    """Publishes for real, but refuses what ``refuses`` names, before anything of the batch is sent."""

    refuses: Callable[[Sequence[Record]], bool] = staticmethod(lambda _: False)

    async def publish(self, records: Sequence[Record]) -> tuple[Acknowledged, ...]:
        if self.refuses(records):
            raise PublishError(records[-1].topic, "refused by the test")
        return await super().publish(records)


class Worker:
    """A running classifier and what it needs."""

    def __init__(self, connection: KafkaConnection, data_dir: Path, deadline_seconds: float) -> None:
        self.ended = asyncio.Event()
        self.registry = CollectorRegistry()
        self.publisher = ChoosyPublisher(connection, client_id="test", timeout_seconds=5)
        settings = ClassifySettings(
            data_dir=data_dir,
            handler_deadline_seconds=deadline_seconds,
            publish_timeout_seconds=5,
            commit_interval_seconds=0.2,
            keep_incidents_days=180,
        )
        self.classifier = Classifier(
            settings=settings,
            connection=connection,
            publisher=self.publisher,
            reader=FakeReader(),
            metrics=ClassifyMetrics(self.registry),
            clock=SystemClock(),
            end=self._end,
        )

    def _end(self, error: ClassifyError) -> None:
        """As the process ends: what is in hand is never finished, and what is committed stays."""
        self.ended.set()
        self.classifier._app.conf.stream_wait_empty = False
        raise error


@asynccontextmanager
async def running(
    connection: KafkaConnection, data_dir: Path, *, deadline_seconds: float = 3.0
) -> AsyncIterator[Worker]:
    """A worker that is ready; ``deadline_seconds`` is how long publishing is tried again before it ends."""
    worker = Worker(connection, data_dir, deadline_seconds)
    async with worker.publisher:
        await worker.classifier.start()
        try:
            await until(lambda: worker.classifier.not_ready() is None, "the worker is ready")
            yield worker
        finally:
            await worker.classifier.stop()  # else a test that fails would never end


async def until(condition: Callable[[], bool], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"waited {WAIT_SECONDS:g} s until {what}"
        await asyncio.sleep(0.05)


async def records_of(
    connection: KafkaConnection, topic: Topic, count: int, settle_seconds: float = 0.3
) -> list[Received]:
    """Everything on a topic once there are ``count`` records, and what else comes within the settling time."""
    found: list[Received] = []
    loop = asyncio.get_running_loop()
    deadline, settled = loop.time() + WAIT_SECONDS, None
    async with Consumer(connection, topic=topic.name, group=unique_name("g"), client_id="test") as consumer:
        async for batch in consumer.batches(wait_seconds=0.2):
            found += batch
            assert loop.time() < deadline, f"{len(found)} of {count} records on {topic.name}"
            if len(found) >= count:
                settled = settled or loop.time() + settle_seconds
                if loop.time() > settled:
                    break
    return found


async def changes_of(connection: KafkaConnection, count: int, settle_seconds: float = 0.3) -> list[IncidentChange]:
    records = await records_of(connection, INCIDENTS, count, settle_seconds)
    return [decode(IncidentChange, record.value) for record in records]


def item_record(number: int, **changes: object) -> Record:
    told = item(number, **changes)
    return Record(
        topic=ITEMS.name,
        key=told.item_id.encode(),
        value=encode(told),
        headers=headers(told, event_id=told.event_id, occurred_at=told.published),
    )


def report_record(told: Report) -> Record:
    sent = msgspec.structs.replace(told, region="mena", parts=(0,))
    return Record(topic=REPORTS.name, key=b"mena", value=encode(sent), partition=partition_of("mena"))
