"""Real Kafka and PostgreSQL for tests: pytest fixtures over the embedded servers.

Started when the first test asks, once for the whole run, each on free loopback ports in a temporary directory of this run:
two runs side by side never meet. A test that uses one carries the ``servers`` marker by itself.

========================  =========================================================================
``kafka_bootstrap``       ``127.0.0.1:port`` of a broker; use ``unique_name`` for topics and groups
``postgres_dsn``          of the server's own database; read it, do not fill it
``postgres_database``     DSN of an empty database of this test's own, dropped afterwards
========================  =========================================================================
"""

import asyncio
import os
import shutil
import threading
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.embedded.jars import cache_directory, class_path, load_lock
from shared.embedded.kafka import KafkaServer
from shared.embedded.postgres import PostgresServer
from shared.embedded.stack import default_fetcher
from shared.topics import Topic

T = TypeVar("T")
SERVER_FIXTURES = frozenset({"kafka_bootstrap", "postgres_dsn", "postgres_database"})
CALL_SECONDS = 120.0


class BackgroundLoop:
    """An event loop in a thread, for servers that outlive the loop of a single test."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="embedded-servers", daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` over there and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_SECONDS)

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def unique_name(stem: str) -> str:
    """A name for a topic, group or database that no other test has used, still readable in a log."""
    return f"{stem}-{uuid.uuid4().hex[:10]}"


async def create_topics(bootstrap: str, topics: Iterable[Topic | str]) -> None:
    """Create topics on the single test broker; a plain name gets one partition, a ``Topic`` what it declares."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        response = await admin.create_topics([_new_topic(topic) for topic in topics], timeout_ms=30_000)
        refused = [error for error in response.topic_errors if error[1] != 0]
        if refused:
            raise RuntimeError(f"the broker refused topics: {refused}")
    finally:
        await admin.close()


def _new_topic(topic: Topic | str) -> NewTopic:
    if isinstance(topic, str):
        return NewTopic(name=topic, num_partitions=1, replication_factor=1)
    return NewTopic(name=topic.name, num_partitions=topic.partitions, replication_factor=1, topic_configs=topic.config)


@pytest.fixture(scope="session")
def server_loop() -> Iterator[BackgroundLoop]:
    """Where the servers of this run live."""
    loop = BackgroundLoop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def server_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where their data lies; the logs stay for whoever looks into a failure."""
    directory = tmp_path_factory.mktemp("servers")
    yield directory
    for bulk in ("kafka", "postgres"):
        shutil.rmtree(directory / bulk, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka_bootstrap(server_loop: BackgroundLoop, server_directory: Path) -> Iterator[str]:
    """``127.0.0.1:port`` of this run's broker; topics are not created by themselves."""
    lock = load_lock()
    cache, fetcher = cache_directory(os.environ), default_fetcher(os.environ)
    server = KafkaServer(
        directory=server_directory / "kafka",
        log_path=server_directory / "kafka.log",
        jars=lambda: class_path(cache=cache, lock=lock, fetcher=fetcher),
    )
    server_loop.call(server.start())
    yield server.bootstrap_servers
    server_loop.call(server.stop())


@pytest.fixture(scope="session")
def postgres_dsn(server_loop: BackgroundLoop, server_directory: Path) -> Iterator[str]:
    """DSN of the server's own database, as superuser: for making databases, not for filling."""
    server = PostgresServer(directory=server_directory / "postgres", log_path=server_directory / "postgres.log")
    server_loop.call(server.start())
    yield server.dsn
    server_loop.call(server.stop())


@pytest_asyncio.fixture
async def postgres_database(postgres_dsn: str) -> AsyncIterator[str]:
    """DSN (``postgresql://…``) of an empty database for this test alone."""
    name = unique_name("test")
    connection = await asyncpg.connect(postgres_dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{postgres_dsn.rpartition('/')[0]}/{name}"
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses a server, so that ``-m "not servers"`` leaves them out."""
    for item in items:
        if SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
