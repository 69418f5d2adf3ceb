#!/usr/bin/env python3
"""The whole pipeline under faults: kill, stop and cut off each part by a seeded plan, then print what was lost, repeated, late.

    .venv/bin/python -m bench.chaos [--minutes 10] [--seed 1]
    .venv/bin/python -m bench.chaos --minutes 2 --lose-kafka

Kafka, PostgreSQL, the three services, a feed server, a webhook receiver and a mail server run on loopback, with a proxy on every
way between them. Their disks are filled to the last byte, the services' clocks stepped by an hour, PostgreSQL is restarted while
transactions are open. The day is the demo's, with the stories of tests/eval/streams mixed in. Exits with 1 when anything was lost
or came twice under different ids.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.support.pipeline import busy_day, pipeline, possible_kinds
from tests.support.pipeline_chaos import incidents, judged, lose_kafka, survive
from tests.support.pipeline_faults import KINDS, plan

STREAMS = Path(__file__).parents[1] / "tests" / "eval" / "streams"


def stories(streams: Path = STREAMS) -> list[dict[str, str]]:
    """Titles and summaries of the labelled streams, for their variety."""
    found = []
    for path in sorted(streams.glob("*/items.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            found.append(
                {"lang": item.get("lang") or "en", "title": item["title"], "summary": item.get("summary") or ""}
            )
    return found


async def run(minutes: float, seed: int, folder: Path) -> int:
    """Run once and print the verdict."""
    seconds = minutes * 60
    day = busy_day(datetime.now(tz=UTC), stories())
    kinds = possible_kinds()
    faults = plan(seed=seed, seconds=seconds, kinds=kinds)
    if missing := [kind for kind in KINDS if kind not in kinds]:
        print(
            f"left out, this machine cannot: {', '.join(missing)} (a full disk needs root, a stepped clock a C compiler)"
        )
    print(f"{len(day.items)} stories in {seconds:.0f} s, {len(faults)} faults, seed {seed}", flush=True)
    async with pipeline(folder, day, seconds=seconds) as made:
        verdict = await survive(
            made, faults, tell=lambda text: print(text, flush=True), drain_seconds=600 + seconds * 0.1
        )
    print(verdict)
    for problem in (*verdict.lost, *verdict.repeated)[:40]:
        print(" ", problem)
    return 1 if verdict.lost or verdict.repeated else 0


async def lose(minutes: float, folder: Path) -> int:
    """Let the day pass undisturbed, lose all of Kafka, refill it, and print what is missing and what was told again."""
    day = busy_day(datetime.now(tz=UTC), stories())
    async with pipeline(folder, day, seconds=minutes * 60) as made:
        before = await survive(made, (), tell=lambda text: print(text, flush=True), drain_seconds=600)
        print(f"before: {before}", flush=True)
        known, told = await incidents(made), len(made.receiver.accepted)
        await lose_kafka(made)
        after = await judged(made)
        now = await incidents(made)
    same = sum(now.get(incident_id) == items for incident_id, items in known.items())
    print(f"after:  {after}")
    print(
        f"incidents with the same id and the same items: {same} of {len(known)}; {after.told - told} told that were not"
    )
    for problem in (*after.lost, *after.repeated)[:40]:
        print(" ", problem)
    return 1 if after.lost or after.repeated else 0


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the logs, kept afterwards")
    parser.add_argument(
        "--lose-kafka", action="store_true", help="no faults; then Kafka loses everything and is refilled"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as temporary:
        folder = args.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        drill = lose(args.minutes, folder) if args.lose_kafka else run(args.minutes, args.seed, folder)
        sys.exit(asyncio.run(drill))


if __name__ == "__main__":
    main()
