#!/usr/bin/env python3
"""Hurt classify workers and the broker at random under a stream of news, then compare with the fold of what was sent.

SIGKILL and SIGSTOP of workers and of the broker, a changelog that is refused or stalled, state directories deleted.

    .venv/bin/python -m bench.link_chaos [--items 20000] [--seed 1] [--per-second 60]

One worker at first, then two, then three. Exits with 1 when the incidents differ from the fold in anything.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.support.link_chaos import SETTINGS, survive
from tests.support.link_world import world


async def run(items: int, seed: int, per_second: float, folder: Path) -> int:
    """Run once and print the verdict."""
    async with world(folder, settings=SETTINGS) as made:
        result = await survive(
            made, items=items, seed=seed, tell=lambda text: print(text, flush=True), per_second=per_second
        )
    print(
        f"{result.reports} reports, {result.changes} changes ({result.moved} into another link region), "
        f"{result.published} published, {len(result.problems)} problems"
    )
    print(f"kept out: {', '.join(f'{flag} {times}' for flag, times in sorted(result.kept_out.items()))}")
    for problem in result.problems[:40]:
        print(" ", problem)
    return 1 if result.problems else 0


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-second", type=float, default=60.0)
    parser.add_argument("--keep", type=Path, help="a folder for the logs, kept afterwards")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as temporary:
        folder = args.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        sys.exit(asyncio.run(run(args.items, args.seed, args.per_second, folder)))


if __name__ == "__main__":
    main()
