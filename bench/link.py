#!/usr/bin/env python3
"""Linking measured: how its cost grows with open incidents, what the service links a second, how long an item takes.

    make bench-link      or: .venv/bin/python -m bench.link [--open 20000] [--reports 5000] [--seconds 20]

1. The decision alone, with 200 and with ``--open`` incidents open: CPU time of each report, and the ratio.
2. One worker on a real broker, first given ``--open`` attacks, then ``--reports`` more at once: reports a second.
3. The same worker, 50 items a second: from the item's publication to the change on the incidents topic, as a consumer sees it.

Everything runs on this machine, broker and load included. ``--json FILE`` keeps the figures.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from aiokafka.errors import KafkaError

from bench.link_fold import compare, report
from shared.codec import decode
from shared.events.incident import IncidentChange
from shared.events.item import Item
from shared.kafka.consumer import Consumer
from shared.kafka.publisher import Publisher, Record
from shared.topics import INCIDENTS
from tests.support.link_story import TOWNS, item_record, report_records
from tests.support.link_world import World, world
from tests.support.reports import item

ITEMS_A_SECOND = 50
_AT_ONCE = 500
_START_SECONDS = 120.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def growth(few: int, many: int) -> dict[str, float]:
    """CPU milliseconds a report with few and with many incidents open, and the ratio."""
    found = compare(few, many)
    print(found.said(few, many), flush=True)
    return {"few_ms": found.few_ms, "many_ms": found.many_ms, "ratio": found.ratio}


async def publish_reports(made: World, chance: random.Random, numbers: range) -> None:
    """Publish the bench's reports on the reports topic."""
    waiting: list[Record] = []
    async with Publisher(made.connection, client_id="bench", timeout_seconds=60) as publisher:
        for number in numbers:
            waiting += report_records(report(chance, number))
            if len(waiting) >= _AT_ONCE or number == numbers[-1]:
                await publisher.publish(waiting)
                waiting = []


async def joined(made: World) -> None:
    """Return when the worker is of its group, which on a busy machine takes longer than the broker needs to answer."""
    async with asyncio.timeout(_START_SECONDS):
        while True:
            await asyncio.sleep(1)
            with contextlib.suppress(KafkaError):
                await made.lag()
                return


async def throughput(made: World, opened: int, reports: int) -> dict[str, float]:
    """Reports a second through the service, while ``opened`` attacks are linked and with them open.

    Timed from the moment the reports lie on the topic until the last is linked and committed.
    """
    chance, figures = random.Random(1), {}
    for name, numbers in (("filling", range(1, opened + 1)), ("full", range(opened + 1, opened + reports + 1))):
        worker = made.workers[0]
        worker.kill()
        await worker.wait()
        await publish_reports(made, chance, numbers)
        worker.start()
        before = await made.lag()
        while (left := await made.lag()) == before:  # noqa: ASYNC110  # nobody tells; its start and recovery are not linking
            await asyncio.sleep(0.05)
        began, first = time.monotonic(), left
        while await made.lag():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        figures[name] = first / (time.monotonic() - began)
        print(f"service, {name} ({len(numbers)} reports): {figures[name]:,.0f} reports/s", flush=True)
    return figures


async def latency(made: World, seconds: float) -> dict[str, float]:
    """Milliseconds from an item's publication to its change on the incidents topic, at 50 items a second."""
    sent: dict[str, float] = {}
    took: list[float] = []
    total = int(seconds * ITEMS_A_SECOND)

    async def receive() -> None:
        async with Consumer(
            made.connection, topic=INCIDENTS.name, group="bench-latency", client_id="bench"
        ) as consumer:
            async for batch in consumer.batches(wait_seconds=0.05):
                now = time.monotonic()
                for record in batch:
                    began = sent.pop(decode(IncidentChange, record.value).item_id.partition("#")[0], None)
                    if began is not None:
                        took.append((now - began) * 1_000)
                if len(took) >= total:
                    return

    receiving = asyncio.create_task(receive())
    chance = random.Random(2)
    async with Publisher(made.connection, client_id="bench-items") as publisher:
        warm = [item_record(told(chance, 900_000 + number)) for number in range(50)]
        await publisher.publish(warm)
        await made.drained(120)
        began, sends = time.monotonic(), []
        for number in range(total):
            one = told(chance, 1_000_000 + number)
            sent[one.item_id] = time.monotonic()
            sends.append(asyncio.create_task(publisher.publish([item_record(one)])))
            await asyncio.sleep(max(0.0, began + (number + 1) / ITEMS_A_SECOND - time.monotonic()))
        await asyncio.gather(*sends)
    await asyncio.wait([receiving], timeout=20)
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    figures = {"p50_ms": percentile(took, 0.5), "p99_ms": percentile(took, 0.99), "changed": len(took) / total}
    print(
        f"item to incident at {ITEMS_A_SECOND}/s: median {figures['p50_ms']:.0f} ms, p99 {figures['p99_ms']:.0f} ms"
        f" ({len(took)} of {total} items changed an incident)",
        flush=True,
    )
    return figures


def told(chance: random.Random, number: int) -> Item:
    """An item as a feed would tell it."""
    town, killed = chance.choice(TOWNS), chance.randrange(1, 9)
    return item(
        number,
        title=f"Gunmen kill {killed} people near {town}",
        summary=f"Gunmen opened fire on a checkpoint near {town} in Iraq on Saturday, killing {killed} people, police said.",
    )


async def run(opened: int, reports: int, seconds: float, folder: Path) -> dict[str, dict[str, float]]:
    """All three, in order."""
    figures = {"growth": growth(200, opened)}
    async with world(folder, workers=1) as made:
        await joined(made)
        figures["throughput"] = await throughput(made, opened, reports)
        figures["latency"] = await latency(made, seconds)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=20_000)
    parser.add_argument("--reports", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        figures = asyncio.run(run(args.open, args.reports, args.seconds, Path(folder)))
    print(f"load {os.getloadavg()[0]:.1f} after")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
