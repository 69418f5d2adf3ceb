"""Classify workers as processes beside a broker of their own, a stream of invented news, and faults at random moments.

``World`` runs the parts, ``Story`` invents the news, ``Chaos`` breaks things by a seed, ``verdict`` compares what came out with
the fold of what went in.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import msgspec

from services.classify.backtest import Backtest
from services.classify.regions import by_region
from shared.codec import DecodeError, decode, encode, headers
from shared.embedded.jars import cache_directory, class_path, load_lock
from shared.embedded.kafka import KafkaServer
from shared.embedded.processes import ChildProcess
from shared.embedded.stack import default_fetcher
from shared.events.facts import Casualties, Count, Place
from shared.events.incident import IncidentChange
from shared.events.item import Item, ItemChange
from shared.events.report import Kind, Report
from shared.geo.regions import partition_of
from shared.kafka.connection import KafkaConnection
from shared.kafka.consumer import Consumer
from shared.kafka.dead_letters import Received
from shared.kafka.errors import KafkaError
from shared.kafka.lag import LagReader
from shared.kafka.publisher import Publisher, PublishError, Record
from shared.kafka.topics import apply
from shared.topics import ALL, FAUST_APP_ID, INCIDENTS, ITEMS, REPORTS, Topic, dead_letters_of
from tests.support.reports import EPOCH, item, report, village
from tests.support.servers import unique_name

TOWNS = ("Khanaqin", "Baqubah", "Muqdadiyah", "Jalawla", "Kirkuk", "Mosul", "Tikrit", "Samarra", "Ramadi", "Fallujah")


class Story:
    """Invented news by a seed: first-hand reports, updates, retractions, reactions, new versions, withdrawals, repeats, rubbish."""

    def __init__(self, seed: int, *, first: int = 0) -> None:
        self._chance = random.Random(seed)
        self._first = first  # two stories told to one world must not share numbers: an item has one first version
        self._told: list[Report] = []
        self.items: list[Item] = []

    def records(self, count: int) -> Iterator[Record]:
        """Yield ``count`` records: four of five on the reports topic, the rest as items."""
        for number in range(self._first, self._first + count):
            if number % 5 == 4:
                yield self._item(number)
            else:
                yield from self._report(number)

    def _item(self, number: int) -> Record:
        town, killed = self._chance.choice(TOWNS), self._chance.randrange(1, 9)
        told = item(
            number,
            title=f"Gunmen kill {killed} people near {town}",
            summary=f"Gunmen opened fire on a checkpoint near {town} in Iraq on Saturday, killing {killed} people, police said.",
        )
        self.items.append(told)
        return item_record(told)

    def _report(self, number: int) -> Iterator[Record]:
        chance = self._chance
        if self._told and chance.random() < 0.05:
            yield from report_records(chance.choice(self._told[-40:]))  # as a republished outbox would
            return
        if chance.random() < 0.01:
            yield Record(topic=REPORTS.name, key=b"mena", value=b"{rubbish", partition=partition_of("mena"))
            return
        told = self._version(number) if self._told and chance.random() < 0.15 else self._fresh(number)
        self._told.append(told)
        yield from report_records(told)

    def _fresh(self, number: int) -> Report:
        chance = self._chance
        place = village(chance.randrange(60 + number // 3))
        if chance.random() < 0.15:
            place = Place(
                name="Selo", lat=48.0 + chance.randrange(40) / 20, lon=37.0, precision=place.precision, country="UA"
            )
        published = EPOCH + timedelta(minutes=number)
        toll = chance.randrange(1, 12)
        kinds = (Kind.REPORT, Kind.UPDATE, Kind.REACTION, Kind.RETRACTION, Kind.OTHER)
        return report(
            number,
            kind=chance.choices(kinds, weights=(70, 14, 6, 4, 6))[0],
            outlet=f"outlet-{chance.randrange(7)}",
            place=place,
            published=published,
            occurred_on=published.date() if chance.random() < 0.8 else None,
            casualties=Casualties(killed=Count(best=toll, low=toll, high=toll)),
            backfill=chance.random() < 0.05,
        )

    def _version(self, number: int) -> Report:
        earlier = self._chance.choice(self._told[-60:])
        toll = self._chance.randrange(1, 12)
        return msgspec.structs.replace(
            earlier,
            version=earlier.version + 1,
            event_id=f"v{number:05}",
            change=self._chance.choice((ItemChange.TEXT, ItemChange.TITLE, ItemChange.WITHDRAWN)),
            casualties=Casualties(killed=Count(best=toll, low=toll, high=toll)),
        )


def item_record(told: Item) -> Record:
    """An item as ingest publishes it."""
    return Record(
        topic=ITEMS.name,
        key=told.item_id.encode(),
        value=encode(told),
        headers=headers(told, event_id=told.event_id, occurred_at=told.published),
    )


def report_records(told: Report) -> list[Record]:
    """A report as reading publishes it, one record a region."""
    return [
        Record(topic=REPORTS.name, key=str(part.region).encode(), value=encode(part), partition=partition_of(str(part.region)))
        for part in by_region(told)
    ]  # fmt: skip


@dataclass(kw_only=True)
class World:
    """A broker of its own and the workers that read from it; every worker that ends is started again."""

    broker: KafkaServer
    connection: KafkaConnection
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    workers: list[ChildProcess] = field(default_factory=list)
    ended: list[int | None] = field(default_factory=list)
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
                "TOCSIN_CLASSIFY_DATA_DIR": str(self.folder / name),
            }
            | self.settings,
            grace_seconds=60,
        )
        child.start()
        self.workers.append(child)
        return child

    async def keep_running(self) -> None:
        """Start whatever ended again, as an orchestrator would."""
        while True:
            for worker in self.workers:
                if not worker.is_running:
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


class Chaos:
    """Kills and stops workers and the broker until told to end, by a seed; ``done`` says what it did."""

    def __init__(self, made: World, *, seed: int, pause_seconds: tuple[float, float] = (2.0, 6.0)) -> None:
        self._world = made
        self._chance = random.Random(seed)
        self._pause = pause_seconds
        self.done: list[str] = []

    async def run(self) -> None:
        """Break things until cancelled; what it stopped goes on then, and the broker is back."""
        while True:
            await asyncio.sleep(self._chance.uniform(*self._pause))
            act = self._chance.choices(
                (self._kill_worker, self._stop_worker, self._kill_broker, self._stop_broker), weights=(4, 3, 1, 1)
            )[0]
            await asyncio.shield(asyncio.ensure_future(act()))

    async def _kill_worker(self) -> None:
        worker = self._chance.choice(self._world.workers)
        self.done.append(f"kill {worker.name}")
        worker.kill()  # not awaited: it is started again by others, and may never be seen ended

    async def _stop_worker(self) -> None:
        worker = self._chance.choice(self._world.workers)
        # Above the session timeout of 15 s the group goes on without it, and it comes back as one that knows nothing of that.
        seconds = self._chance.choice((1.0, 3.0, 20.0))
        self.done.append(f"stop {worker.name} for {seconds:g} s")
        await _stopped(worker.pid, seconds)

    async def _kill_broker(self) -> None:
        self.done.append("kill broker")
        child = self._world.broker.child
        assert child is not None
        child.kill()
        await child.wait()
        await self._world.broker.start()

    async def _stop_broker(self) -> None:
        seconds = self._chance.choice((1.0, 4.0, 12.0))
        self.done.append(f"stop broker for {seconds:g} s")
        child = self._world.broker.child
        assert child is not None
        await _stopped(child.pid, seconds)


async def _stopped(pid: int | None, seconds: float) -> None:
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came out against what should have: ``problems`` is empty when they are equal."""

    reports: int
    changes: int
    published: int
    problems: tuple[str, ...]


async def verdict(connection: KafkaConnection, items: Sequence[Item]) -> Verdict:
    """Fold the dump of the reports and compare it, field for field, with the incidents; every item must have its report."""
    reports = await dump(connection, REPORTS)
    problems: list[str] = []
    bodies: dict[tuple[str, int], bytes | None] = {}
    published = await dump(connection, INCIDENTS)
    for record in published:
        change = decode(IncidentChange, record.value)
        key = (change.incident_id, change.revision)
        if bodies.setdefault(key, record.value) != record.value:
            problems.append(f"{key} has two bodies")
    folding, expected, told = Backtest(), {}, set()
    for record in reports:
        try:
            one = decode(Report, record.value)
        except DecodeError:
            continue
        told.add(one.event_id)
        for change in folding.take(one):
            expected[change.incident_id, change.revision] = change
    found = {key: decode(IncidentChange, value) for key, value in bodies.items()}
    problems += [f"{key} is missing" for key in sorted(set(expected) - set(found))]
    problems += [f"{key} should not be" for key in sorted(set(found) - set(expected))]
    problems += [f"{key} differs" for key in sorted(set(found) & set(expected)) if found[key] != expected[key]]
    problems += [f"item {one.item_id} has no report" for one in items if one.event_id not in told]
    letters = await dump(connection, dead_letters_of(ITEMS))
    problems += [f"item dead-lettered: {dict(letter.headers).get('dlq-error')!r}" for letter in letters]
    return Verdict(reports=len(reports), changes=len(expected), published=len(published), problems=tuple(problems))


async def survive(
    made: World, *, items: int, seed: int, tell: Callable[[str], None], per_second: float, chunk: int = 25
) -> Verdict:
    """Send ``items`` records while one, then two, then three workers are hurt; return the comparison once all is quiet."""
    story = Story(seed)
    chaos = Chaos(made, seed=seed)
    keeping, breaking = asyncio.create_task(made.keep_running()), asyncio.create_task(chaos.run())
    sent, waiting = 0, []
    began = time.monotonic()
    try:
        for record in story.records(items):
            waiting.append(record)
            if len(waiting) < chunk:
                continue
            await made.publish(waiting)
            sent, waiting = sent + len(waiting), []
            if len(made.workers) < 3 and sent >= items * len(made.workers) / 3:
                made.add_worker()
                tell(f"{sent} sent, {len(made.workers)} workers")
            await asyncio.sleep(max(0.0, began + sent / per_second - time.monotonic()))
        if waiting:
            await made.publish(waiting)
        breaking.cancel()
        await asyncio.wait([breaking])
        await _until_whole(made)
        tell(f"all sent after {time.monotonic() - began:.0f} s; {len(chaos.done)} faults: {', '.join(chaos.done)}")
        await made.drained(600)
        tell(f"quiet after {time.monotonic() - began:.0f} s; workers ended with {made.ended}")
        return await verdict(made.connection, story.items)
    finally:
        for task in (keeping, breaking):
            task.cancel()
        await asyncio.gather(keeping, breaking, return_exceptions=True)


async def _until_whole(made: World) -> None:
    """Wait until what a fault began has ended: shielded, it outlives the task that began it."""
    others = [task for task in asyncio.all_tasks() if task.get_coro().__qualname__.startswith("Chaos._")]  # type: ignore[union-attr]
    if others:
        await asyncio.wait(others)
