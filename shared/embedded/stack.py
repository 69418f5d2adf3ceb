"""The embedded Kafka and PostgreSQL together, over one data directory."""

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from shared.embedded import data_directory
from shared.embedded.data_directory import LAYOUT, DirectoryLock, Versions
from shared.embedded.errors import ServerDiedError
from shared.embedded.jars import JarFetcher, cache_directory, class_path, load_lock
from shared.embedded.kafka import KafkaServer
from shared.embedded.maven import MavenFetcher
from shared.embedded.postgres import MAJOR_VERSION, PostgresServer
from shared.embedded.processes import ChildProcess


class EmbeddedStack:
    """``async with EmbeddedStack(data_dir) as stack: stack.bootstrap_servers, stack.postgres_dsn``.

    Entering returns once both servers accept connections, or raises an EmbeddedError with a sentence for the user and leaves
    no process. Data survives; a second start on the same directory is refused. Leaving stops both, and so does the end of
    this process, however it ends. Ports are chosen free unless given. ``fetcher`` replaces the download of Kafka's jars,
    ``announce`` is told (from another thread) before it begins.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        kafka_port: int = 0,
        postgres_port: int = 0,
        cache_dir: Path | None = None,
        fetcher: JarFetcher | None = None,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.data_dir = data_dir.expanduser().absolute()
        self._kafka_port = kafka_port
        self._postgres_port = postgres_port
        self._cache_dir = cache_dir
        self._fetcher = fetcher
        self._announce = announce
        self._lock: DirectoryLock | None = None
        self._kafka: KafkaServer | None = None
        self._postgres: PostgresServer | None = None

    @property
    def kafka(self) -> KafkaServer:
        """The broker; raises RuntimeError outside ``async with``."""
        if self._kafka is None:
            raise RuntimeError("the embedded stack is not running")
        return self._kafka

    @property
    def postgres(self) -> PostgresServer:
        """The database server; raises RuntimeError outside ``async with``."""
        if self._postgres is None:
            raise RuntimeError("the embedded stack is not running")
        return self._postgres

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's address, ``127.0.0.1:port``."""
        return self.kafka.bootstrap_servers

    @property
    def postgres_dsn(self) -> str:
        """``postgresql://user:password@127.0.0.1:port/tocsin``; it carries a password."""
        return self.postgres.dsn

    @property
    def log_dir(self) -> Path:
        """Where the servers write their logs; a fitting place for those of other children."""
        return self.data_dir / "logs"

    @property
    def lock_descriptor(self) -> int:
        """The directory's lock; give it (``keep_open``) to children that write there, and a next start waits for them too."""
        if self._lock is None:
            raise RuntimeError("the embedded stack is not running")
        return self._lock.descriptor

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(data_directory.prepare, self.data_dir)
        self._lock = await data_directory.lock(self.data_dir)
        try:
            await self._start(self._lock.descriptor)
        except BaseException:
            await asyncio.shield(self._stop())
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.shield(self._stop())

    async def watch(self) -> None:
        """Wait until one of the servers ends by itself, then raise ServerDiedError; meant to run beside the work."""
        children = [child for child in (self.kafka.child, self.postgres.child) if child is not None]
        waiting = {asyncio.create_task(child.wait()): child for child in children}
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        raise died(waiting[done.pop()])

    async def _start(self, lock_descriptor: int) -> None:
        lock = load_lock()
        wanted = Versions(layout=LAYOUT, kafka=lock.kafka_version, postgres=MAJOR_VERSION)
        data_directory.check_versions(self.data_dir, wanted)
        cache = cache_directory(os.environ) if self._cache_dir is None else self._cache_dir
        fetcher = default_fetcher(os.environ) if self._fetcher is None else self._fetcher
        self._kafka = KafkaServer(
            directory=self.data_dir / "kafka",
            log_path=self.log_dir / "kafka.log",
            jars=lambda: class_path(cache=cache, lock=lock, fetcher=fetcher, announce=self._announce),
            port=self._kafka_port,
            keep_open=(lock_descriptor,),
        )
        self._postgres = PostgresServer(
            directory=self.data_dir / "postgres",
            log_path=self.log_dir / "postgres.log",
            port=self._postgres_port,
            keep_open=(lock_descriptor,),
        )
        starting = [asyncio.create_task(self._kafka.start()), asyncio.create_task(self._postgres.start())]
        try:
            done, _ = await asyncio.wait(starting, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)

    async def _stop(self) -> None:
        servers = [server for server in (self._kafka, self._postgres) if server is not None]
        await asyncio.gather(*(server.stop() for server in servers))
        self._kafka = self._postgres = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def default_fetcher(environ: Mapping[str, str]) -> MavenFetcher:
    """Maven Central, or the mirror that ``$TOCSIN_MAVEN_URL`` names."""
    return MavenFetcher(repository_url=environ.get("TOCSIN_MAVEN_URL") or None)


def died(child: ChildProcess) -> ServerDiedError:
    """The error for a child that ended by itself."""
    assert child.log_path is not None
    return ServerDiedError(
        server=child.name, returncode=child.returncode, log_path=child.log_path, last_lines=child.last_lines()
    )
