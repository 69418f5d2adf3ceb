#!/usr/bin/env python3
"""Three replicas of ingest over one PostgreSQL and one Kafka, one killed or frozen at random: nothing lost, equal ids with equal bytes.

    python -m bench.ingest_chaos [--minutes 5] [--seed 1] [--feeds 30] [--per-second 10]

Exits with 1 when the distinct event ids on the topic are not the expected ones, when records of one id differ in a byte, or when two
events share an item and a version.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from services.ingest.schema import SCHEMA
from shared.embedded.stack import EmbeddedStack
from shared.kafka.connection import KafkaConnection
from shared.kafka.topics import apply
from shared.postgres.migrate import upgrade
from shared.topics import ITEMS, SOURCES
from tests.support.ingest_chaos import Chaos, survive


async def run(chaos: Chaos, folder: Path) -> int:
    """Run once and print the verdict."""
    async with EmbeddedStack(folder / "data") as stack:
        await apply(KafkaConnection(bootstrap=stack.bootstrap_servers), [ITEMS, SOURCES])
        await upgrade(stack.postgres_dsn, SCHEMA)
        verdict = await survive(
            bootstrap=stack.bootstrap_servers,
            dsn=stack.postgres_dsn,
            topic=ITEMS.name,
            prefix="",
            folder=folder,
            chaos=chaos,
            tell=lambda text: print(text, flush=True),
        )
    print(
        f"{chaos.seconds / 60:g} minutes, {verdict.kills} kills, {verdict.stops} freezes beyond the lease: {verdict.expected} events expected, "
        f"{verdict.events} distinct on the topic in {verdict.records} records, {len(verdict.problems)} problems"
    )
    for problem in verdict.problems[:40]:
        print(" ", problem)
    return 1 if verdict.problems else 0


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feeds", type=int, default=30)
    parser.add_argument("--per-second", type=float, default=10.0)
    parser.add_argument("--keep", type=Path, help="a folder for the logs, kept afterwards")
    given = parser.parse_args()
    chaos = Chaos(seconds=60 * given.minutes, seed=given.seed, feeds=given.feeds, items_per_second=given.per_second)
    with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(run(chaos, folder))


if __name__ == "__main__":
    sys.exit(main())
