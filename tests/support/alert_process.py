"""The alert service as a process, as an operator runs it, beside real Kafka and PostgreSQL."""

import asyncio
import copy
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from services.alert.schema import SCHEMA
from shared.codec import encode
from shared.events.incident import IncidentChange
from shared.kafka.connection import KafkaConnection
from shared.kafka.publisher import Publisher, Record
from shared.kafka.topics import apply
from shared.postgres.migrate import upgrade
from shared.topics import INCIDENTS, SOURCES, dead_letters_of
from tests.support.incidents import record_headers
from tests.support.servers import unique_name

_READY_SECONDS = 60.0


def write_watches(path: Path, document: Mapping[str, Any]) -> Path:
    """Write a watches file. Watches that say nothing of it have no daily sign of life: a real morning may pass in a test."""
    document = copy.deepcopy(dict(document))
    for watch in document.get("watches", {}).values():
        watch.setdefault("heartbeat", False)
    path.write_text(yaml.safe_dump(dict(document), allow_unicode=True), encoding="utf-8")
    return path


def webhook(url: str, secret: str, **more: Any) -> dict[str, Any]:
    """An endpoint's entry."""
    return {"channel": "webhook", "url": url, "secret": secret, **more}


class AlertStage:
    """A topic prefix, a migrated database and a service process of one test's own."""

    def __init__(self, *, kafka: str, postgres: str, directory: Path, watches: Mapping[str, Any]) -> None:
        self.prefix = unique_name("alert") + "."
        self.connection = KafkaConnection(bootstrap=kafka, topic_prefix=self.prefix)
        self.postgres = postgres
        self.log_path = directory / "alert.log"
        self._watches = write_watches(directory / "watches.yaml", watches)
        self._processes: list[asyncio.subprocess.Process] = []
        self.environment = {
            "TOCSIN_KAFKA_BOOTSTRAP": kafka,
            "TOCSIN_TOPIC_PREFIX": self.prefix,
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_ALERT_POSTGRES_DSN": postgres,
            "TOCSIN_ALERT_WATCHES_FILE": str(self._watches),
            "TOCSIN_ALERT_ALLOW_NETWORKS": "127.0.0.0/8",
            "TOCSIN_ALERT_API_PORT": "0",
            "TOCSIN_ALERT_API_OPEN_INCIDENTS": "true",
            "TOCSIN_ALERT_RETRY_SCHEDULE_SECONDS": "0.2,0.5,1,1,1,1,1",
            "TOCSIN_ALERT_WEBHOOK_TIMEOUT_SECONDS": "3",
            "TOCSIN_ALERT_WEBHOOK_CONNECT_SECONDS": "2",
            "TOCSIN_ALERT_SMTP_TIMEOUT_SECONDS": "3",
            "TOCSIN_ALERT_APPRISE_TIMEOUT_SECONDS": "3",
            "TOCSIN_ALERT_LEASE_SECONDS": "13",
        }

    async def __aenter__(self) -> Self:
        await apply(self.connection, (INCIDENTS, SOURCES, dead_letters_of(INCIDENTS)))
        await upgrade(self.postgres, SCHEMA)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._processes:
            await self.end(signal.SIGTERM)

    async def start(self) -> None:
        """Start the service, or another replica of it, and return when it says that it is ready."""
        offset = self.log_path.stat().st_size if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.alert", env={**os.environ, **self.environment}, stdout=log, stderr=log
            )
        self._processes.append(process)
        async with asyncio.timeout(_READY_SECONDS):
            while "service.ready" not in self.log_path.read_text(encoding="utf-8")[offset:]:
                if process.returncode is not None:
                    raise AssertionError(f"the service ended with {process.returncode}:\n{self.log()}")
                await asyncio.sleep(0.05)

    async def end(self, number: signal.Signals) -> int | None:
        """End the process started last with a signal and return its status, None when there is none."""
        if not self._processes:
            return None
        process = self._processes.pop()
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(30):
            return await process.wait()

    @property
    def pids(self) -> list[int]:
        """The running processes, oldest first."""
        return [process.pid for process in self._processes]

    async def publish(self, changes: Sequence[IncidentChange]) -> None:
        """Put changes on the topic, as linking would."""
        await self.publish_raw([
            Record(
                topic=INCIDENTS.name,
                key=change.incident_id.encode(),
                value=encode(change),
                headers=record_headers(change),
            )
            for change in changes
        ])  # fmt: skip

    async def publish_raw(self, records: Sequence[Record]) -> None:
        """Put any records on a topic."""
        async with Publisher(self.connection, client_id="test") as publisher:
            await publisher.publish(records)

    @property
    def page_url(self) -> str:
        """Where the page of the replica started last is."""
        found = re.findall(r'"url": ?"(http://[^"]+)"', self.log_path.read_text(encoding="utf-8"))
        return str(found[-1])

    def log(self) -> str:
        """What the service has logged."""
        return self.log_path.read_text(encoding="utf-8")[-6000:]
