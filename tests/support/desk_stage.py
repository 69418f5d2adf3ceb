"""Linking and alerting as processes beside real servers, and the ``tocsin incidents`` command of a person at the desk."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec
from click.testing import CliRunner

from services.classify.backtest import Backtest
from services.cli.__main__ import cli
from services.standalone.local_services import free_port
from shared.codec import decode, encode, headers
from shared.events.incident import IncidentChange
from shared.events.report import Report
from shared.geo.regions import partition_of
from shared.kafka.consumer import Consumer
from shared.kafka.dead_letters import Received
from shared.kafka.publisher import Record
from shared.kafka.topics import apply
from shared.topics import ALL, INCIDENTS, REPORTS, Topic
from tests.support.alert_process import AlertStage
from tests.support.reports import report
from tests.support.servers import unique_name

_READY_SECONDS = 90.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a command said and how it ended."""

    status: int
    output: str
    errors: str


class DeskStage:
    """Everything from the reports topic to the receivers, of one test's own."""

    def __init__(self, *, kafka: str, postgres: str, directory: Path, watches: Mapping[str, Any]) -> None:
        self.alert = AlertStage(kafka=kafka, postgres=postgres, directory=directory, watches=watches)
        self._directory = directory
        self._health_port = free_port()
        self._classify: asyncio.subprocess.Process | None = None
        self._environment = {
            "TOCSIN_KAFKA_BOOTSTRAP": kafka,
            "TOCSIN_TOPIC_PREFIX": self.alert.prefix,
            "TOCSIN_LOG_FORMAT": "json",
        }

    async def __aenter__(self) -> Self:
        await apply(self.alert.connection, ALL)
        await self.alert.__aenter__()
        own = {
            "TOCSIN_CLASSIFY_DATA_DIR": str(self._directory / "classify"),
            "TOCSIN_CLASSIFY_HTTP_PORT": str(self._health_port),
        }
        with (self._directory / "classify.log").open("ab") as log:
            self._classify = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.classify",
                env={**_plain_environment(), **self._environment, **own}, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            await self.alert.start()
            await self._ready()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._classify is not None and self._classify.returncode is None:
            self._classify.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._classify.wait(), 30)
            except TimeoutError:
                self._classify.kill()
                await self._classify.wait()
        await self.alert.__aexit__(kind, error, trace)

    async def tell(self, *reports: Report) -> None:
        """Put news on the reports topic, as reading would."""
        await self.alert.publish_raw([
            Record(
                topic=REPORTS.name,
                key=b"mena",
                value=encode(sent),
                headers=headers(sent, event_id=sent.event_id, occurred_at=sent.published),
                partition=partition_of("mena"),
            )
            for sent in (msgspec.structs.replace(one, region="mena", parts=(0,)) for one in reports)
        ])  # fmt: skip

    async def incidents(self, *arguments: str, **settings: str) -> Ran:
        """Run ``tocsin incidents …`` in this process; ``settings`` are environment variables."""
        plain = {name: None for name in os.environ if name.startswith("TOCSIN_")}
        done = await asyncio.to_thread(
            CliRunner().invoke, cli, ("incidents", *arguments), env=plain | self._of_a_person | settings
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ran(status=done.exit_code, output=done.stdout, errors=done.stderr)

    async def _command(self, *arguments: str) -> Ran:
        """Run ``tocsin incidents …`` as a person does, as a process of its own."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.cli", "incidents", *arguments,
            env=_plain_environment() | self._of_a_person,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, errors = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        ran = Ran(status=process.returncode, output=output.decode(), errors=errors.decode())
        assert "Traceback" not in ran.errors, ran.errors
        return ran

    @property
    def _of_a_person(self) -> dict[str, str]:
        return self._environment | {"TOCSIN_POSTGRES_DSN": self.alert.postgres}

    async def decided(self, *arguments: str) -> str:
        """Run a decision that must be carried out, and return what the command said."""
        ran = await self._command(*arguments, "--who", "duty editor", "--wait", "60")
        assert ran.status == 0, ran.errors
        assert not ran.errors, ran.errors
        return ran.output

    async def refused(self, *arguments: str) -> str:
        """Run a decision that must be refused, and return the sentence."""
        ran = await self.incidents(*arguments, "--who", "duty editor")
        assert ran.status != 0, ran.output
        return ran.errors

    async def metric(self, sample: str) -> float:
        """A sample of linking's metrics, 0 where there is none."""
        async with httpx.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"http://127.0.0.1:{self._health_port}/metrics")).text
        found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    async def changes(self) -> dict[tuple[str, int], IncidentChange]:
        """``tocsin.incidents.v1`` by (incident, revision)."""
        states = [decode(IncidentChange, record.value) for record in await self._records(INCIDENTS)]
        return {(state.incident_id, state.revision): state for state in states}

    async def replayed(self) -> dict[tuple[str, int], IncidentChange]:
        """What ``tocsin backtest --reports`` makes of the dump of the reports topic."""
        folding = Backtest()
        reports = [decode(Report, record.value) for record in await self._records(REPORTS)]
        return {(one.incident_id, one.revision): one for told in reports for one in folding.take(told)}

    async def _records(self, topic: Topic) -> list[Received]:
        found: list[Received] = []
        async with Consumer(
            self.alert.connection, topic=topic.name, group=unique_name("dump"), client_id="test"
        ) as consumer:
            idle = 0
            async for batch in consumer.batches(wait_seconds=0.3):
                found += batch
                idle = 0 if batch else idle + 1
                if found and idle > 3:
                    break
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def _ready(self) -> None:
        assert self._classify is not None
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(_READY_SECONDS):
            while True:
                assert self._classify.returncode is None, (self._directory / "classify.log").read_text()[-4000:]
                try:
                    if (await client.get(f"http://127.0.0.1:{self._health_port}/readyz")).is_success:
                        return
                except httpx.HTTPError:
                    pass  # it does not listen yet
                await asyncio.sleep(0.1)


def attack(number: int, *, hours_ago: float, **changes: Any) -> Report:
    """News of today of an attack on a village of Diyala, told so long ago: decisions of the desk are made now."""
    told_at = datetime.now(tz=UTC) - timedelta(hours=hours_ago)
    day = (told_at + timedelta(hours=3)).date()
    return report(number, **{"published": told_at, "occurred_on": day, **changes})


def incident_of(outputs: Sequence[str]) -> str:
    """The first incident id in what was said."""
    return next(found[0] for text in outputs if (found := re.search(r"\ba_[0-9a-f]{24}\b", text)))


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
