#!/usr/bin/env python3
"""How fast alerts leave, what they cost, and whether hanging receivers delay the others.

    python -m bench.alert [--cases fanout,single,fanout-hang25,single-hang25,paced-hang25] [--share 1.0]
    python -m bench.alert --cases memory            (200,000 deliveries: is memory flat?)

The service runs as its own process between real Kafka and PostgreSQL (durable, as shipped), all on this machine's cores. A
delay runs from the incident being handed to Kafka to the request's arrival. CPU is that of the service and of PostgreSQL,
of a thousand requests; Kafka, the receiver and this program are left out, as they were for the peers. The receiver written in
Go of ``../shared/peers/webhooks`` is used where it and Go are there, else a small one of our own, which shares this process.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.webhook_receivers import ENDPOINTS, Receiver, go_receiver, receiving
from services.standalone.webhook_receiver import new_secret
from shared.codec import encode
from shared.embedded.stack import EmbeddedStack
from shared.events.facts import Place, Precision
from shared.events.incident import IncidentChange
from shared.kafka.publisher import Publisher, Record
from shared.topics import INCIDENTS
from tests.support.alert_process import AlertStage, webhook
from tests.support.incidents import opened, record_headers

_CHUNK = 200
_PATIENCE_SECONDS = 240.0
SECRET = new_secret()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run: ``fan`` endpoints hear of each of ``incidents``; the first ``hanging`` endpoints never answer in time."""

    name: str
    incidents: int
    fan: int
    hanging: int = 0
    per_second: float = 0.0
    svix_per_second: float | None = None
    svix_cpu: float | None = None
    svix_p99_ms: float | None = None


CASES = (
    Case(name="fanout", incidents=200, fan=100, svix_per_second=4299, svix_cpu=0.36, svix_p99_ms=765),
    Case(name="single", incidents=20_000, fan=1, svix_per_second=777, svix_cpu=2.15, svix_p99_ms=115),
    Case(name="fanout-hang25", incidents=200, fan=100, hanging=25),
    Case(name="single-hang25", incidents=20_000, fan=1, hanging=25),
    Case(name="memory", incidents=2_000, fan=100),
    Case(name="paced-hang25", incidents=3_000, fan=1, hanging=25, per_second=100, svix_cpu=3.07, svix_p99_ms=9839),
)


_UNBRAKED = {"limit_an_hour": False, "heartbeat": False}
"""A watch of a real place is told a flood in one summary; here each message is to be measured."""


def watches(case: Case, urls: Sequence[str]) -> dict[str, Any]:
    """One watch that tells every endpoint, or for each endpoint a watch of its own small area."""
    endpoints = {f"e{number}": webhook(url, SECRET) for number, url in enumerate(urls)}
    if case.fan > 1:
        return {
            "endpoints": endpoints,
            "watches": {"all": {"places": ["IQ"], "endpoints": list(endpoints), **_UNBRAKED}},
        }
    own = {
        f"w{number}": {
            "places": [{"circle": {"lat": _place(number).lat, "lon": _place(number).lon, "radius_km": 2}}],
            "endpoints": [f"e{number}"],
            **_UNBRAKED,
        }
        for number in range(len(urls))
    }
    return {"endpoints": endpoints, "watches": own}


def _place(number: int) -> Place:
    return Place(
        name=f"Village {number}", lat=round(33.0 + (number // 10) * 0.1, 4), lon=round(43.0 + (number % 10) * 0.1, 4),
        precision=Precision.EXACT, country="IQ", admin1="IQG10", admin2="IQG10Q05",
    )  # fmt: skip


def incidents(case: Case) -> list[IncidentChange]:
    """The load."""
    return [opened(number + 1, place=_place(number % ENDPOINTS)) for number in range(case.incidents)]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one run showed. Delays are in milliseconds, of healthy endpoints."""

    case: Case
    healthy: int
    wanted: int
    seconds: float
    attempts: int
    recorded: int
    service_cpu: float
    postgres_cpu: float
    p50: float
    p99: float
    rss_mb: float
    rss_of_tenths: Sequence[float]
    load: float

    @property
    def cpu_per_thousand(self) -> float:
        """Service and PostgreSQL."""
        return 1000 * (self.service_cpu + self.postgres_cpu) / max(1, self.attempts)

    def lines(self) -> list[str]:
        """For people."""
        case, rate = self.case, self.healthy / self.seconds
        ratio = f" ({rate / case.svix_per_second:.2f} x Svix)" if case.svix_per_second else ""
        cost = f" ({self.cpu_per_thousand / case.svix_cpu:.2f} x Svix)" if case.svix_cpu else ""
        late = f" ({self.p99 / case.svix_p99_ms:.2f} x Svix)" if case.svix_p99_ms else ""
        per = 1000 / max(1, self.attempts)
        return [
            f"{case.name}: {self.healthy} of {self.wanted} healthy deliveries in {self.seconds:.1f} s, {self.recorded} recorded as delivered",
            f"  rate    {rate:8.0f} /s{ratio}",
            f"  CPU     {self.cpu_per_thousand:8.2f} s/1,000{cost}: service {self.service_cpu * per:.2f}, PostgreSQL {self.postgres_cpu * per:.2f}",
            f"  delay   {self.p50:8.0f} ms p50, {self.p99:.0f} ms p99{late}",
            (
                f"  memory  {self.rss_mb:8.0f} MB at most, by tenths of the run {' '.join(f'{one:.0f}' for one in self.rss_of_tenths)}; "
                f"load average {self.load:.1f}"
            ),
        ]


async def measure(case: Case, stack: EmbeddedStack, directory: Path, binary: Path | None) -> Result:
    """Run one case in a database and under topic names of its own."""
    dsn = await _database(stack.postgres_dsn, f"bench_{case.name.replace('-', '_')}")
    async with receiving(binary, case.hanging) as receiver:
        directory.mkdir()  # noqa: ASYNC240  # nothing else runs yet
        stage = AlertStage(
            kafka=stack.bootstrap_servers, postgres=dsn, directory=directory, watches=watches(case, receiver.urls)
        )
        for name in ("RETRY_SCHEDULE_SECONDS", "WEBHOOK_TIMEOUT_SECONDS", "WEBHOOK_CONNECT_SECONDS",
                     "SMTP_TIMEOUT_SECONDS", "APPRISE_TIMEOUT_SECONDS", "LEASE_SECONDS"):  # fmt: skip
            del stage.environment[f"TOCSIN_ALERT_{name}"]
        async with stage:
            await stage.start()
            service = psutil.Process(stage.pids[-1])
            child = stack.postgres.child
            assert child is not None
            assert child.pid is not None
            database = psutil.Process(child.pid)
            before = (_cpu(service), _cpu_of_tree(database))
            load = incidents(case)
            sent = await _publish(stage, case, load)
            wanted = round(case.incidents * case.fan * (1 - case.hanging / ENDPOINTS))
            arrivals, rss = await _until_all_came(receiver, wanted, service)
            await _settled(dsn, wanted)
            service_cpu, postgres_cpu = _cpu(service) - before[0], _cpu_of_tree(database) - before[1]
            attempts, recorded, ids = await _ledger(dsn)
            await stage.end(signal.SIGKILL)
    began = min(sent.values())
    delays = sorted(1000 * (at - sent[ids[one]]) for one, at in arrivals.items())
    seconds = max(arrivals.values()) - began
    return Result(
        case=case, healthy=len(arrivals), wanted=wanted, seconds=seconds, attempts=attempts, recorded=recorded,
        service_cpu=service_cpu, postgres_cpu=postgres_cpu, p50=delays[len(delays) // 2],
        p99=delays[min(len(delays) - 1, len(delays) * 99 // 100)], rss_mb=max(rss) / 1e6,
        rss_of_tenths=[rss[len(rss) * tenth // 10] / 1e6 for tenth in range(10)], load=os.getloadavg()[0],
    )  # fmt: skip


async def _publish(stage: AlertStage, case: Case, load: Sequence[IncidentChange]) -> dict[str, float]:
    """Put the load on the topic; returns when each incident was handed over."""
    sent: dict[str, float] = {}
    chunk = max(1, round(case.per_second / 20)) if case.per_second else _CHUNK
    async with Publisher(stage.connection, client_id="bench") as publisher:
        began = time.monotonic()
        for start in range(0, len(load), chunk):
            if case.per_second:
                await asyncio.sleep(max(0.0, began + start / case.per_second - time.monotonic()))
            records = [_record(state) for state in load[start : start + chunk]]
            now = time.time()
            sent |= {state.incident_id: now for state in load[start : start + chunk]}
            await publisher.publish(records)
    return sent


def _record(state: IncidentChange) -> Record:
    return Record(
        topic=INCIDENTS.name, key=state.incident_id.encode(), value=encode(state), headers=record_headers(state)
    )


async def _until_all_came(
    receiver: Receiver, wanted: int, service: psutil.Process
) -> tuple[Mapping[str, float], Sequence[int]]:
    until = time.monotonic() + max(_PATIENCE_SECONDS, wanted / 300)
    memory = []
    while True:
        await asyncio.sleep(max(1.0, wanted / 40_000))  # asking for a long list costs what is measured
        memory.append(service.memory_info().rss)
        arrivals = await receiver.arrivals()
        if len(arrivals) >= wanted or time.monotonic() > until:
            return arrivals, memory


async def _settled(dsn: str, wanted: int) -> None:
    """Wait until the outcomes are written down: they are part of the cost."""
    for _ in range(100):
        if (await _ledger(dsn))[1] >= wanted:
            return
        await asyncio.sleep(0.1)


async def _ledger(dsn: str) -> tuple[int, int, dict[str, str]]:
    connection = await asyncpg.connect(dsn)
    try:
        attempts = await connection.fetchval("SELECT count(*) FROM tocsin_alert.attempts")
        rows = await connection.fetch("SELECT delivery_id, incident_id, status FROM tocsin_alert.deliveries")
    finally:
        await connection.close()
    recorded = sum(row["status"] == "delivered" for row in rows)
    return attempts, recorded, {row["delivery_id"]: row["incident_id"] for row in rows}


async def _database(dsn: str, name: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return f"{dsn.rpartition('/')[0]}/{name}"


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _cpu_of_tree(process: psutil.Process) -> float:
    """Of a server and its children, those that have ended included."""
    times = process.cpu_times()
    spent = float(times.children_user + times.children_system) + _cpu(process)
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended just now
            spent += _cpu(child)
    return spent


async def run(names: Sequence[str], share: float) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        directory = Path(folder)
        binary = go_receiver(directory)
        whose = "the peers' (Go)" if binary else "our own, in this process"
        print(f"receiver: {whose}; load average {os.getloadavg()[0]:.1f}")
        async with EmbeddedStack(directory / "data") as stack:
            for case in CASES:
                if case.name in names:
                    part = replace(case, incidents=max(ENDPOINTS, round(case.incidents * share)))
                    result = await measure(part, stack, directory / case.name, binary)
                    print("\n".join(result.lines()), flush=True)


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=",".join(case.name for case in CASES if case.name != "memory"))
    parser.add_argument("--share", type=float, default=1.0, help="this part of each case's incidents")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.cases.split(","), arguments.share))
    return 0


if __name__ == "__main__":
    sys.exit(main())
