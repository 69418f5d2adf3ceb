"""The embedded stack keeps its data, refuses what it must, listens on loopback only and leaves nothing behind."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.embedded.class_archive import class_archive
from shared.embedded.errors import (
    AlreadyRunningError,
    JarDownloadError,
    JarMismatchError,
    OtherVersionError,
    PortInUseError,
    ServerDiedError,
)
from shared.embedded.jars import cache_directory, class_path, load_lock
from shared.embedded.kafka import java_version
from shared.embedded.maven import MavenFetcher
from shared.embedded.ports import free_port
from shared.embedded.processes import ChildProcess
from shared.embedded.stack import EmbeddedStack
from tests.support.servers import create_topics, unique_name

pytestmark = pytest.mark.servers

OWNER = """
import asyncio, json, signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background hands on an ignored SIGINT
from shared.embedded.processes import ChildProcess
from shared.embedded.stack import EmbeddedStack

async def main() -> None:
    async with EmbeddedStack(Path(sys.argv[1])) as stack:
        worker = ChildProcess(
            name="worker", argv=[sys.executable, "-c", "import time; time.sleep(600)"], log_path=stack.log_dir / "worker.log"
        )
        worker.start()
        print(json.dumps({"bootstrap": stack.bootstrap_servers, "dsn": stack.postgres_dsn}), flush=True)
        try:
            await asyncio.sleep(600)
        finally:
            await worker.stop()

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Whatever a test here does, in the end only children that were there before are left (servers of other tests, maybe)."""
    before = set(psutil.Process().children(recursive=True))
    yield
    assert [each for each in psutil.Process().children() if each not in before] == []


@pytest.fixture(scope="module")
def formatted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that was used once; tests take copies, which spares each the first start."""
    path = tmp_path_factory.mktemp("stack") / "data"

    async def use() -> None:
        async with EmbeddedStack(path):
            pass

    asyncio.run(use())
    return path


@pytest.fixture
def data_dir(formatted: Path, tmp_path: Path) -> Iterator[Path]:
    """A data directory of this test's own; its logs stay for whoever looks into a failure."""
    target = tmp_path / "data"
    shutil.copytree(formatted, target, copy_function=shutil.copy2)
    target.chmod(0o700)
    if os.geteuid() == 0:  # copying gave root what belongs to the database's user
        owner = (formatted / "postgres").stat()
        for path in (target / "postgres", *(target / "postgres").rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
    yield target
    for bulk in ("kafka", "postgres"):
        shutil.rmtree(target / bulk, ignore_errors=True)


class Owner:
    """Another process that runs the stack, and every process that came of it."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", OWNER, str(data_dir)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.addresses: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=40)

    def survivors(self) -> list[psutil.Process]:
        return [each for each in self.family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


async def send(bootstrap: str, topic: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def read(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with consumer, asyncio.timeout(20):
        return [(await consumer.getone()).value for _ in range(count)]


async def rows(dsn: str) -> list[int]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row["n"] for row in await connection.fetch("SELECT n FROM kept ORDER BY n")]
    finally:
        await connection.close()


async def add_row(dsn: str, n: int) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    await connection.execute("INSERT INTO kept VALUES ($1)", n)
    await connection.close()


async def test_data_survives_a_restart(data_dir: Path) -> None:
    topic = unique_name("kept")
    async with EmbeddedStack(data_dir) as stack:
        await create_topics(stack.bootstrap_servers, [topic])
        await send(stack.bootstrap_servers, topic, b"one", b"two")
        await add_row(stack.postgres_dsn, 1)
    async with EmbeddedStack(data_dir) as stack:
        assert await read(stack.bootstrap_servers, topic, 2) == [b"one", b"two"]
        assert await rows(stack.postgres_dsn) == [1]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_the_owner_and_nothing_acknowledged_is_lost(data_dir: Path, number: signal.Signals) -> None:
    owner = Owner(data_dir)
    names = {each.name() for each in owner.family}
    assert {"java", "postgres"} <= names, names
    bootstrap, dsn = owner.addresses["bootstrap"], owner.addresses["dsn"]

    async def fill() -> None:
        await create_topics(bootstrap, ["kept"])
        await send(bootstrap, "kept", b"acknowledged")
        await add_row(dsn, 7)

    async def check() -> None:
        # Started at once, while the servers of a killed owner may still be stopping: it waits for them.
        async with EmbeddedStack(data_dir) as stack:
            assert owner.survivors() == []
            assert await read(stack.bootstrap_servers, "kept", 1) == [b"acknowledged"]
            assert await rows(stack.postgres_dsn) == [7]

    asyncio.run(fill())
    owner.end(number)
    asyncio.run(check())


async def test_a_second_start_on_the_same_directory_is_refused_and_the_first_goes_on(data_dir: Path) -> None:
    async with EmbeddedStack(data_dir) as first:
        with pytest.raises(AlreadyRunningError, match=rf"in use by process {os.getpid()}; stop that process first"):
            async with EmbeddedStack(data_dir):
                pytest.fail("started twice")
        await add_row(first.postgres_dsn, 1)
        await create_topics(first.bootstrap_servers, ["still-there"])


async def test_data_of_another_version_is_refused_before_anything_starts(data_dir: Path) -> None:
    version = json.loads((data_dir / "VERSION").read_text())
    (data_dir / "VERSION").write_text(json.dumps(version | {"kafka": "3.9.1"}))
    with pytest.raises(OtherVersionError, match=r"belongs to Kafka 3\.9, and this Tocsin runs Kafka 4\.1"):
        async with EmbeddedStack(data_dir):
            pytest.fail("started")


async def test_a_cluster_of_another_postgres_is_refused_even_under_our_version_file(data_dir: Path) -> None:
    (data_dir / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(OtherVersionError, match="belongs to PostgreSQL 16, and this Tocsin runs PostgreSQL 18"):
        async with EmbeddedStack(data_dir):
            pytest.fail("started")


def family_of(child: ChildProcess | None) -> list[psutil.Process]:
    """A server's process and all that came of it."""
    assert child is not None
    assert child.pid is not None
    process = psutil.Process(child.pid)
    return [process, *process.children(recursive=True)]


async def test_nothing_listens_beyond_loopback(data_dir: Path) -> None:
    async with EmbeddedStack(data_dir) as stack:
        listening = {
            (process.name(), connection.laddr.ip)
            for server in (stack.kafka, stack.postgres)
            for process in family_of(server.child)
            for connection in process.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
        }
    assert listening == {("java", "127.0.0.1"), ("postgres", "127.0.0.1")}


async def test_a_local_user_without_the_password_is_not_let_in(data_dir: Path) -> None:
    async with EmbeddedStack(data_dir) as stack:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1", port=stack.postgres.port, user="tocsin", password="", database="tocsin"
            )
    assert (data_dir / "postgres-password").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("server", ["kafka", "postgres"])
async def test_a_port_in_use_is_named_and_no_process_is_left(data_dir: Path, server: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} on 127\.0\.0\.1, wanted by .*, is in use"):
            async with EmbeddedStack(data_dir, **{f"{server}_port": port}):
                pytest.fail("started")


async def test_the_ports_asked_for_are_used(data_dir: Path) -> None:
    kafka_port, postgres_port = free_port(), free_port()
    async with EmbeddedStack(data_dir, kafka_port=kafka_port, postgres_port=postgres_port) as stack:
        assert stack.bootstrap_servers == f"127.0.0.1:{kafka_port}"
        assert f"@127.0.0.1:{postgres_port}/" in stack.postgres_dsn


@pytest.mark.parametrize("server", ["kafka", "postgres"])
async def test_a_server_that_dies_is_reported_and_can_be_started_again_at_the_same_address(
    data_dir: Path, server: str
) -> None:
    async with EmbeddedStack(data_dir) as stack:
        await create_topics(stack.bootstrap_servers, ["kept"])
        await send(stack.bootstrap_servers, "kept", b"acknowledged")
        await add_row(stack.postgres_dsn, 1)
        addresses = stack.bootstrap_servers, stack.postgres_dsn
        victim = getattr(stack, server)
        os.kill(victim.child.pid, signal.SIGKILL)
        with pytest.raises(ServerDiedError, match=r"ended by itself \(exit status -9\); see .*\.log"):
            await asyncio.wait_for(stack.watch(), 20)
        began = time.monotonic()
        await victim.start()
        assert time.monotonic() - began < 30
        assert (stack.bootstrap_servers, stack.postgres_dsn) == addresses
        assert await read(stack.bootstrap_servers, "kept", 1) == [b"acknowledged"]
        assert await rows(stack.postgres_dsn) == [1]


@pytest.fixture
def own_cache(formatted: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the filled cache, to be damaged."""
    target = tmp_path / "cache"
    shutil.copytree(cache_directory(os.environ), target)
    yield target
    shutil.rmtree(target)


def damaged_jar(cache: Path) -> Path:
    """One cached jar, of which a byte has changed."""
    jar = next(cache.rglob("kafka-clients-*.jar"))
    contents = bytearray(jar.read_bytes())
    contents[1000] ^= 0xFF
    jar.write_bytes(contents)
    return jar


async def test_a_corrupted_jar_stops_the_start_and_no_process_is_left(data_dir: Path, own_cache: Path) -> None:
    jar = damaged_jar(own_cache)
    with pytest.raises(JarMismatchError, match=f"{jar.name} is not the locked file"):
        async with EmbeddedStack(data_dir, cache_dir=own_cache):
            pytest.fail("started")


async def test_a_first_start_without_a_network_says_what_to_do(tmp_path: Path) -> None:
    # Port 9 (discard) of loopback: refused at once, nothing leaves the machine.
    fetcher = MavenFetcher(repository_url="http://127.0.0.1:9/maven")
    said: list[str] = []
    with pytest.raises(JarDownloadError, match=r"must be downloaded once .* Connect to the network"):
        async with EmbeddedStack(
            tmp_path / "data", cache_dir=tmp_path / "cache", fetcher=fetcher, announce=said.append
        ):
            pytest.fail("started")
    assert "46 files, 44 MB" in said[0]


async def test_damaged_class_archives_cost_speed_and_nothing_else(data_dir: Path, own_cache: Path) -> None:
    jars = class_path(cache=own_cache, lock=load_lock(), fetcher=MavenFetcher())
    archive = class_archive(jars, java_version())
    for path in (archive.base, archive.broker):
        path.unlink(missing_ok=True)
        path.write_bytes(b"no archive at all" * 10_000)
    assert archive.is_complete
    async with EmbeddedStack(data_dir, cache_dir=own_cache) as stack:
        await create_topics(stack.bootstrap_servers, ["works"])


async def test_a_server_that_cannot_start_says_so_with_the_end_of_its_log(data_dir: Path) -> None:
    (data_dir / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ServerDiedError, match="no_such_setting") as caught:
        async with EmbeddedStack(data_dir):
            pytest.fail("started")
    assert caught.value.server == "PostgreSQL"
    assert caught.value.log_path == data_dir / "logs" / "postgres.log"
