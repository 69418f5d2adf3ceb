"""The ingest service as a process, as an operator runs it, and what it put on its topic."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml
from aiokafka import AIOKafkaConsumer

from services.ingest.feed import Feed
from shared.codec import decode
from shared.events.item import Item

WAIT_SECONDS = 60.0


def write_feeds(path: Path, feeds: Sequence[Feed]) -> Path:
    """Write a list of feeds as an operator would; unset keys are left out."""
    entries = [
        {
            key: value
            for key in ("slug", "url", "outlet", "language", "country", "tier", "interval_seconds", "full_text")
            if (value := getattr(feed, key)) is not None
        }
        for feed in feeds
    ]
    path.write_text(yaml.safe_dump({"feeds": entries}, allow_unicode=True), encoding="utf-8")
    return path


class IngestProcess:
    """``python -m services.ingest`` while the context is open; ``kill`` is SIGKILL, leaving the context is SIGTERM."""

    def __init__(self, environment: Mapping[str, str], log_path: Path) -> None:
        self._environment = {**os.environ, **environment}
        self._log_path = log_path
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it."""
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.ingest", env=self._environment, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """End it without warning."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int | None:
        """End it in order; return its exit status."""
        return await self._end(signal.SIGTERM)

    async def wait(self) -> int:
        """Return its exit status once it ends by itself."""
        assert self._process is not None
        async with asyncio.timeout(WAIT_SECONDS):
            return await self._process.wait()

    @property
    def pid(self) -> int:
        """Its process id; raises ``AssertionError`` when it does not run."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has logged, over all its lives."""
        return self._log_path.read_text(encoding="utf-8")

    async def _end(self, number: int) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(WAIT_SECONDS):
            return await process.wait()


class ItemsTopic:
    """Reads the items topic from its beginning and keeps every record."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        self.records: list[tuple[str, bytes, bytes]] = []

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def read(self, *, quiet_seconds: float = 1.0) -> None:
        """Read until nothing has come for a while."""
        while found := await self._consumer.getmany(timeout_ms=int(quiet_seconds * 1000)):
            self._keep(found)

    async def read_items(self, count: int, *, wait_seconds: float = WAIT_SECONDS) -> None:
        """Read until there are ``count`` different events; raises ``TimeoutError`` saying how many there were."""
        try:
            async with asyncio.timeout(wait_seconds):
                while len(self.event_ids) < count:
                    self._keep(await self._consumer.getmany(timeout_ms=200))
        except TimeoutError as error:
            raise TimeoutError(f"{len(self.event_ids)} of {count} events within {wait_seconds:g} s") from error

    def _keep(self, found: Mapping[object, Sequence[object]]) -> None:
        for records in found.values():
            for record in records:
                headers = dict(getattr(record, "headers", ()))
                self.records.append(
                    (
                        headers["event-id"].decode(),
                        getattr(record, "value", b""),
                        repr(sorted(headers.items())).encode(),
                    )
                )

    @property
    def event_ids(self) -> set[str]:
        """The different events seen."""
        return {event_id for event_id, _, _ in self.records}

    @property
    def items(self) -> dict[str, Item]:
        """The items by event id."""
        return {event_id: decode(Item, value) for event_id, value, _ in self.records}

    @property
    def unequal(self) -> set[str]:
        """Event ids that were seen with different bytes or headers; a promise says there are none."""
        first: dict[str, tuple[bytes, bytes]] = {}
        found = set()
        for event_id, value, headers in self.records:
            if first.setdefault(event_id, (value, headers)) != (value, headers):
                found.add(event_id)
        return found
