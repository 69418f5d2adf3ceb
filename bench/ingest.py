#!/usr/bin/env python3
"""How fast ingest polls, and what it costs beside Miniflux: many feeds, unchanged and changed, on the real Kafka and PostgreSQL.

    python -m bench.ingest [--feeds 500 5000] [--rounds 3] [--server PROGRAM]

Each round makes every feed due at once; feeds lie on 200 loopback hosts. ``--server`` names another feed server with the flags and the
admin interface of ``bench.feed_server``. CPU is user and system time of whole process trees, ended children included. A
round is over when every item it found is acknowledged by Kafka and settled in PostgreSQL. The first one leaves PostgreSQL with
30 new rows of each feed to clear up after, which the next one pays for; medians are of the rounds of a kind.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import psutil

from services.ingest.schema import SCHEMA
from shared.embedded.stack import EmbeddedStack
from shared.kafka.connection import KafkaConnection
from shared.kafka.topics import apply
from shared.postgres.migrate import upgrade
from shared.topics import ITEMS, SOURCES

HOSTS = 200
ROUND_SECONDS = 600.0
SECONDS_A_FEED = 0.12
"""What a round may take beyond that for each feed: the first one brings 30 items of each to Kafka."""
MEGABYTE = 1_048_576
MINIFLUX = {"unchanged": (1404.0, 1.13), "changed": (50.0, 28.6)}
"""Polls a second, and CPU seconds per 1,000 with its PostgreSQL: Miniflux 2.3.3, tuned, 5,000 feeds, 2 cores (2026-11-22)."""
TARGETS = {"unchanged": (700.0, 1.13), "changed": (200.0, 6.0)}
WORST_PAUSE = 0.050
MEMORY = 500.0


@dataclass(kw_only=True)
class Round:
    """What one round measured."""

    feeds: int
    kind: str
    stats: dict[str, float]
    began: float
    ended: float
    poller_cpu: float
    postgres_cpu: float
    kafka_cpu: float
    other_cores: float
    poller_mib: float
    new_items: int
    worst_pause: float = 0.0
    worst_pause_cpu: float = 0.0

    @property
    def polls(self) -> float:
        """Polls that the feed server counted."""
        return self.stats["polls"]

    def line(self) -> str:
        """Return the figures in a row."""
        poller, postgres = (1000 * cpu / self.polls for cpu in (self.poller_cpu, self.postgres_cpu))
        return (
            f"{self.feeds:>6} {self.kind:<10} {self.stats['polls_per_s']:>7.0f} {poller:>7.2f} {postgres:>9.2f} {poller + postgres:>6.2f} "
            f"{1000 * self.kafka_cpu / self.polls:>6.2f} {self.new_items:>7} {self.poller_mib:>7.0f} {1000 * self.worst_pause:>7.0f} {1000 * self.worst_pause_cpu:>7.0f} {self.other_cores:>6.2f}"
        )

    @property
    def cost(self) -> float:
        """CPU seconds of poller and PostgreSQL per 1,000 polls."""
        return 1000 * (self.poller_cpu + self.postgres_cpu) / self.polls


def verdicts(rounds: Sequence[Round]) -> Iterator[str]:
    """Compare the median round of each kind with Miniflux's and with the targets; memory and pauses by the worst round."""
    for feeds, kind in dict.fromkeys((one.feeds, one.kind) for one in rounds if one.kind in MINIFLUX):
        same = [one for one in rounds if (one.feeds, one.kind) == (feeds, kind)]
        speed, cost = median(one.stats["polls_per_s"] for one in same), median(one.cost for one in same)
        pause, memory = max(one.worst_pause for one in same), max(one.poller_mib for one in same)
        peer_speed, peer_cost = MINIFLUX[kind]
        target_speed, target_cost = TARGETS[kind]
        missed = [
            words
            for words, is_met in (
                (f"{target_speed:.0f} polls/s", speed >= target_speed),
                (f"{target_cost:.2f} CPU s", cost <= target_cost),
                (f"{1000 * WORST_PAUSE:.0f} ms pause", pause < WORST_PAUSE),
                (f"{MEMORY:.0f} MiB", memory < MEMORY),
            )
            if not is_met
        ]
        yield (
            f"{feeds} feeds, {kind}, median of {len(same)}: {speed:.0f} polls/s ({speed / peer_speed:.2f} x Miniflux's), {cost:.2f} CPU s "
            f"({peer_cost / cost:.2f} x fewer), worst pause {1000 * pause:.0f} ms, {memory:.0f} MiB"
            f"; targets {'met' if not missed else 'MISSED: ' + ', '.join(missed)}"
        )


@dataclass
class Usage:
    """CPU seconds so far, by whom."""

    poller: float = 0.0
    postgres: float = 0.0
    kafka: float = 0.0
    ours: float = 0.0
    machine: float = 0.0
    at: float = field(default_factory=time.time)


def usage(poller: int, server: int) -> Usage:
    """Add up the CPU time of all that runs under this process, and of the machine."""
    found = Usage()
    pollers = {poller, *(child.pid for child in psutil.Process(poller).children(recursive=True))}
    for process in [psutil.Process(), *psutil.Process().children(recursive=True), psutil.Process(server)]:
        try:
            times, name = process.cpu_times(), process.name()
        except psutil.NoSuchProcess:
            continue
        spent = times.user + times.system
        ended = times.children_user + times.children_system
        if process.pid in pollers:
            found.poller += spent + ended
        elif name.startswith("postgres"):
            found.postgres += spent + ended
        elif name.startswith("java"):
            found.kafka += spent
        found.ours += spent
    machine = psutil.cpu_times()
    found.machine = sum(machine[:8]) - machine.idle - getattr(machine, "iowait", 0.0)
    return found


def memory_mib(pid: int) -> float:
    """Proportional set size of a process tree."""
    total = 0
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / MEGABYTE


class Admin:
    """The feed server's other door."""

    def __init__(self, address: str) -> None:
        self._address = address

    def ask(self, path: str, method: str = "POST") -> dict[str, float]:
        """Return its answer."""
        request = urllib.request.Request(f"http://{self._address}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = answer.read()
        return json.loads(said) if said.startswith(b"{") else {}


@contextmanager
def feed_server(program: str | None, feeds: int) -> Iterator[tuple[int, int, Admin]]:
    """Start a feed server; give its process id, its port and its admin door."""
    port, admin_port = free_port("127.0.1.1"), free_port("127.0.0.1")
    command = [program] if program else [sys.executable, "-m", "bench.feed_server"]
    address = f"127.0.0.1:{admin_port}"
    flags = ["-feeds", str(feeds), "-hosts", str(HOSTS), "-port", str(port), "-admin", address]
    process = subprocess.Popen([*command, *flags], stdout=subprocess.DEVNULL, env={**os.environ, "GOMAXPROCS": "1"})
    try:
        admin, deadline = Admin(address), time.time() + 20
        while True:
            try:
                admin.ask("/stats", "GET")
                break
            except OSError:
                if time.time() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield process.pid, port, admin
    finally:
        process.terminate()
        process.wait(10)


def free_port(host: str) -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as one:
        one.bind((host, 0))
        return int(one.getsockname()[1])


def write_feeds(path: Path, feeds: int, port: int) -> None:
    """Write the list of feeds; only a round makes one due."""
    lines = ["feeds:"]
    for number in range(feeds):
        host = number % HOSTS
        url = f"http://127.0.{1 + host // 100}.{1 + host % 100}:{port}/feed/{number}.xml"
        lines.append(
            f"  - {{slug: f{number}, url: '{url}', outlet: Feed {number}, language: en, tier: 2, interval_seconds: 86400}}"
        )
    path.write_text("\n".join(lines), encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What a round is measured on."""

    database: Any
    poller: int
    server: int
    admin: Admin
    feeds: int


@contextmanager
def service(environment: dict[str, str], pauses: Path, log: Path) -> Iterator[int]:
    """Run ingest; give its process id. The pauses are written when it has ended."""
    with log.open("wb") as out:
        command = [sys.executable, "-m", "bench.timed_service", str(pauses)]
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        yield process.pid
    except RuntimeError as error:
        raise RuntimeError(f"{error}: {log.read_text(encoding='utf-8')[-500:]}") from error
    finally:
        process.terminate()
        process.wait(30)


async def measure(stack: EmbeddedStack, feeds: int, program: str | None, directory: Path, repeats: int) -> list[Round]:
    """Poll ``feeds`` feeds: the first time, then unchanged and changed in turn, ``repeats`` times."""
    name = f"bench{feeds}"
    connection = await asyncpg.connect(stack.postgres_dsn)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    dsn = stack.postgres_dsn.rpartition("/")[0] + f"/{name}"
    await upgrade(dsn, SCHEMA)
    pauses, log = directory / f"pauses-{feeds}.json", directory / f"service-{feeds}.log"
    database = await asyncpg.connect(dsn)
    with feed_server(program, feeds) as (server, port, admin):
        write_feeds(directory / "feeds.yaml", feeds, port)
        environment = {
            "TOCSIN_KAFKA_BOOTSTRAP": stack.bootstrap_servers,
            "TOCSIN_POSTGRES_DSN": dsn,
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_INGEST_FEEDS_FILE": str(directory / "feeds.yaml"),
            "TOCSIN_INGEST_ALLOW_NETWORKS": "127.0.0.0/8",
            "TOCSIN_INGEST_CONTACT": "bench@example.org",
            "TOCSIN_INGEST_HOST_DELAY_SECONDS": "0",
            "TOCSIN_INGEST_HOST_CONNECTIONS": "16",
            "TOCSIN_INGEST_WORKERS": "64",
        }
        with service(environment, pauses, log) as poller:
            stage = Stage(database=database, poller=poller, server=server, admin=admin, feeds=feeds)
            kinds = ("first", *("unchanged", "changed") * repeats)
            rounds = [await one_round(stage, kind) for kind in kinds]
    await database.close()
    longest = json.loads(pauses.read_text(encoding="utf-8"))
    for one in rounds:
        within = [pause for second, pause in longest if one.began <= second + 1 <= one.ended + 1]
        one.worst_pause, one.worst_pause_cpu = max(within, default=(0.0, 0.0))
    return rounds


async def one_round(stage: Stage, kind: str) -> Round:
    """Make all feeds due (at first they are), wait until all is polled and settled, and add up what it took."""
    database, admin, feeds = stage.database, stage.admin, stage.feeds
    admin.ask(f"/control?mode={'every' if kind == 'changed' else 'static'}")
    admin.ask("/reset")
    items_before = await database.fetchval("SELECT count(*) FROM tocsin_ingest.outbox")
    before, peak = usage(stage.poller, stage.server), 0.0
    if kind != "first":
        await database.execute("UPDATE tocsin_ingest.feeds SET next_poll_at = now()")
    patience = ROUND_SECONDS + SECONDS_A_FEED * feeds
    while True:
        await asyncio.sleep(0.5)
        if psutil.Process(stage.poller).status() == psutil.STATUS_ZOMBIE:
            raise RuntimeError("the service has ended; its log says why")
        peak = max(peak, memory_mib(stage.poller))
        stats = admin.ask("/stats?brief=1", "GET")
        if stats["polls"] >= feeds and await _is_settled(database):
            break
        if time.time() > before.at + patience:
            waiting = await database.fetchval("SELECT count(*) FROM tocsin_ingest.outbox WHERE acknowledged_at IS NULL")
            raise TimeoutError(
                f"after {patience:.0f} s {stats['polls']:.0f} of {feeds} feeds are polled and {waiting} items wait for Kafka"
            )
    after = usage(stage.poller, stage.server)
    if (stats["polls"], stats["distinct_feeds_polled"]) != (feeds, feeds):
        raise RuntimeError(f"each feed must be polled once: {stats}")
    ours = after.ours - before.ours
    return Round(
        feeds=feeds,
        kind=kind,
        stats=stats,
        began=before.at,
        ended=after.at,
        poller_cpu=after.poller - before.poller,
        postgres_cpu=after.postgres - before.postgres,
        kafka_cpu=after.kafka - before.kafka,
        other_cores=max(0.0, (after.machine - before.machine - ours) / (after.at - before.at)),
        poller_mib=peak,
        new_items=await database.fetchval("SELECT count(*) FROM tocsin_ingest.outbox") - items_before,
    )


async def _is_settled(database: Any) -> bool:
    return bool(
        await database.fetchval(
            "SELECT NOT EXISTS (SELECT 1 FROM tocsin_ingest.feeds WHERE next_poll_at <= now() OR leased_until IS NOT NULL) "
            "AND NOT EXISTS (SELECT 1 FROM tocsin_ingest.outbox WHERE acknowledged_at IS NULL)"
        )
    )


async def bench(sizes: Sequence[int], program: str | None, repeats: int) -> list[Round]:
    """Measure every size on servers of its own data."""
    rounds: list[Round] = []
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        async with EmbeddedStack(Path(name) / "data") as stack:
            await apply(KafkaConnection(bootstrap=stack.bootstrap_servers), [ITEMS, SOURCES])
            for size in sizes:
                rounds += await measure(stack, size, program, Path(name), repeats)
    return rounds


def main() -> int:
    """Measure, and print the table and what it means."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--feeds", type=int, nargs="+", default=[500, 5_000])
    arguments.add_argument("--server", help="another feed server")
    arguments.add_argument("--rounds", type=int, default=3, help="of each kind, in turn; their median counts")
    given = arguments.parse_args()
    print(f"load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores; CPU in seconds per 1,000 polls; pauses in ms")
    rounds = asyncio.run(bench(given.feeds, given.server, given.rounds))
    print(" feeds round      polls/s  poller  postgres   both  kafka   items     MiB   pause  (cpu)  others")
    for one in rounds:
        print(one.line())
    for verdict in verdicts(rounds):
        print(verdict)
    return 0


if __name__ == "__main__":
    sys.exit(main())
