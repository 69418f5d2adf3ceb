#!/usr/bin/env python3
"""The whole pipeline at a steady pace: how long from fetching an item to the request that tells of it.

    .venv/bin/python -m bench.pipeline [--per-second 50]

Feed server, Kafka, PostgreSQL, the three services and a receiver on this machine's cores; the stories are the demo's and those of
tests/eval/streams, some of which are attacks. Prints the delays of all webhooks of a watch over the world, against the target.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.chaos import stories
from tests.support.pipeline import busy_day, pipeline
from tests.support.pipeline_chaos import survive

_TARGET_SECONDS = 5.0


async def run(per_second: float, folder: Path) -> int:
    """Play, wait, print."""
    day = busy_day(datetime.now(tz=UTC), stories())
    seconds = len(day.items) / per_second
    async with pipeline(folder, day, seconds=seconds) as made:
        verdict = await survive(made, (), tell=print, drain_seconds=300)
        delays = []
        for webhook in made.receiver.accepted:
            fetched = json.loads(webhook.body)["data"]["times"]["fetched"]
            if fetched:
                delays.append((webhook.received_at - datetime.fromisoformat(fetched).astimezone(UTC)).total_seconds())
    delays.sort()
    worst = delays[int(len(delays) * 0.99)]
    print(f"{len(day.items)} stories at {per_second:g}/s; {verdict}")
    for problem in (*verdict.lost, *verdict.repeated)[:20]:
        print(" ", problem)
    print(
        f"fetch to request: median {delays[len(delays) // 2]:.2f} s, p99 {worst:.2f} s (target {_TARGET_SECONDS:g}), "
        f"last {delays[-1]:.2f} s, of {len(delays)}"
    )
    return 0 if worst < _TARGET_SECONDS and not verdict.lost and not verdict.repeated else 1


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-second", type=float, default=50.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-pipeline-") as folder:
        sys.exit(asyncio.run(run(args.per_second, Path(folder))))


if __name__ == "__main__":
    main()
