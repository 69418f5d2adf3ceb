"""Classify workers as processes beside a broker of their own: what starts them, feeds them, and reads what came out."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.embedded.jars import cache_directory, class_path, load_lock
from shared.embedded.kafka import KafkaServer
from shared.embedded.processes import ChildProcess
from shared.embedded.stack import default_fetcher
from shared.kafka.connection import KafkaConnection
from shared.kafka.consumer import Consumer
from shared.kafka.dead_letters import Received
from shared.kafka.errors import KafkaError
from shared.kafka.lag import LagReader
from shared.kafka.publisher import Publisher, PublishError, Record
from shared.kafka.topics import apply
from shared.topics import ALL, FAUST_APP_ID, ITEMS, REPORTS, Topic
from tests.support.servers import unique_name


@dataclass(kw_only=True)
class World:
    """A broker of its own and the workers that read from it; every worker that ends is started again."""

    broker: KafkaServer
    connection: KafkaConnection
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    workers: list[ChildProcess] = field(default_factory=list)
    ended: list[int | None] = field(default_factory=list)
    resting: set[str] = field(default_factory=set)
    """Names of workers that are not started again for now."""
    bootstrap_override: str | None = None

    def add_worker(self, *, name: str | None = None) -> ChildProcess:
        """Start one more worker with a data directory of its own."""
        name = name or f"worker-{len(self.workers)}"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
        child = ChildProcess(
            name=name,
            argv=[sys.executable, "-m", "services.cli", "run", "classify"],
            log_path=self.folder / f"{name}.log",
            env=environment
            | {
                "TOCSIN_KAFKA_BOOTSTRAP": self.bootstrap_override or self.connection.bootstrap,
                "TOCSIN_LOG_FORMAT": "json",
                "TOCSIN_CLASSIFY_DATA_DIR": str(self.data_dir(name)),
            }
            | self.settings,
            grace_seconds=60,
        )
        child.start()
        self.workers.append(child)
        return child

    def data_dir(self, name: str) -> Path:
        """Where the worker of that name keeps its state."""
        return self.folder / name

    async def keep_running(self) -> None:
        """Start whatever ended again, as an orchestrator would."""
        while True:
            for worker in self.workers:
                if worker.name not in self.resting and not worker.is_running:
                    self.ended.append(worker.returncode)
                    worker.start()
            await asyncio.sleep(0.3)

    async def publish(self, records: Sequence[Record]) -> None:
        """Publish, again and again until it is done; some records may be there twice."""
        while True:
            try:
                async with Publisher(self.connection, client_id="story", timeout_seconds=10) as publisher:
                    await publisher.publish(records)
                    return
            except (PublishError, KafkaError, OSError):
                await asyncio.sleep(0.5)

    async def lag(self) -> int:
        """How far the workers are behind."""
        async with asyncio.timeout(20), LagReader(self.connection) as reader:
            return await reader.lag(FAUST_APP_ID, [ITEMS, REPORTS])

    async def drained(self, seconds: float) -> None:
        """Wait until nothing is left to do; raises ``AssertionError`` with what is left after ``seconds``."""
        until, quiet, behind = time.monotonic() + seconds, 0, -1
        while quiet < 2:
            assert time.monotonic() < until, f"{behind} records behind after {seconds:g} s"
            try:
                behind = await self.lag()
            except (KafkaError, OSError, TimeoutError):
                behind = -1
            quiet = quiet + 1 if behind == 0 else 0
            await asyncio.sleep(0.5)

    async def dump(self, topic: Topic) -> list[Received]:
        """Everything a topic holds, in order within each partition."""
        return await dump(self.connection, topic)


async def dump(connection: KafkaConnection, topic: Topic) -> list[Received]:
    """Everything a topic holds now, in order within each partition."""
    async with LagReader(connection) as reader:
        total = await reader.written([topic])
    found: list[Received] = []
    async with Consumer(connection, topic=topic.name, group=unique_name("dump"), client_id="test") as consumer:
        async for batch in consumer.batches(wait_seconds=0.5):
            found += batch
            if len(found) >= total:
                break
    return sorted(found, key=lambda record: (record.partition, record.offset))


@asynccontextmanager
async def world(folder: Path, *, workers: int = 1, settings: dict[str, str] | None = None) -> AsyncIterator[World]:
    """A broker with every topic and ``workers`` workers; everything is gone afterwards but the logs."""
    lock, cache, fetcher = load_lock(), cache_directory(os.environ), default_fetcher(os.environ)
    broker = KafkaServer(
        directory=folder / "kafka",
        log_path=folder / "kafka.log",
        jars=lambda: class_path(cache=cache, lock=lock, fetcher=fetcher),
    )
    await broker.start()
    made = World(
        broker=broker,
        connection=KafkaConnection(bootstrap=broker.bootstrap_servers),
        folder=folder,
        settings=settings or {},
    )
    try:
        await apply(made.connection, ALL)
        for _ in range(workers):
            made.add_worker()
        yield made
    finally:
        for worker in made.workers:
            worker.kill()
        await asyncio.gather(*(worker.wait() for worker in made.workers))
        await broker.stop()
