#!/usr/bin/env python3
"""Bytes of what is kept: an item, its report and the change it causes, on average over the labelled streams of tests/eval.

.venv/bin/python -m bench.sizes
"""

import gzip
from pathlib import Path
from statistics import mean

from services.classify.backtest import Backtest
from services.classify.items import item_of_line
from services.classify.read.reader import Reader
from shared.codec import encode

STREAMS = Path(__file__).parents[1] / "tests" / "eval" / "streams"


def main() -> None:
    """Print the averages, plain and compressed as the producer does (batches, gzip)."""
    reader, folding = Reader.load(), Backtest()
    items, reports, changes = [], [], []
    for path in sorted(STREAMS.glob("*/items.jsonl")):
        for line in path.read_bytes().splitlines():
            item = item_of_line(line)
            report = reader.read(item)
            items.append(encode(item))
            reports.append(encode(report))
            changes += [encode(change) for change in folding.take(report)]
    for name, values in (("item", items), ("report", reports), ("change", changes)):
        batches = [b"".join(values[at : at + 50]) for at in range(0, len(values), 50)]
        packed = sum(len(gzip.compress(batch, 6)) for batch in batches) / len(values)
        print(f"{name}: {len(values)} of {mean(map(len, values)):.0f} bytes, {packed:.0f} compressed")


if __name__ == "__main__":
    main()
