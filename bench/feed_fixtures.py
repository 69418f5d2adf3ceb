#!/usr/bin/env python3
"""Read the test feeds of other projects, and say what came of each: nothing may crash, hang or differ between the two readers.

    python -m bench.feed_fixtures DIRECTORY... [--list]

Each directory is a project's sources. Its ``.xml``, ``.rss``, ``.atom``, ``.rdf`` and ``.json`` files are read, and the feeds that its Go
tests carry as raw strings. Prints one row of a Markdown table a directory; exits with 1 when one crashed, took longer than a second, or
was read differently by the fast reader and by feedparser. ``--list`` names every file that was refused.
"""

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.ingest.adapters import feed_parser
from services.ingest.document import Document
from services.ingest.encoding import decode

_SUFFIXES = frozenset((".xml", ".rss", ".atom", ".rdf", ".json"))
_RAW_STRING = re.compile(r"`([^`]{20,})`")
_LOOKS_LIKE_A_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)\b|jsonfeed\.org", re.IGNORECASE)
_SLOW_SECONDS = 1.0
_URL = "https://paper.example/feed"


@dataclass
class Tally:
    """What became of the documents of one directory."""

    documents: int = 0
    feeds: int = 0
    entries: int = 0
    fast: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Return the row of the table."""
        refused = ", ".join(f"{count} {reason}" for reason, count in self.refused.most_common()) or "0"
        return (
            f"| {name} | {self.documents} | {self.feeds} | {self.entries} | {self.fast} | {refused} "
            f"| {1000 * self.slowest:.0f} ms | {len(self.faults)} |"
        )


def documents(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every document below ``directory`` with a name, in the order of names."""
    for path in sorted(directory.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(directory))
        if path.suffix.lower() in _SUFFIXES:
            yield name, path.read_bytes()
        elif path.name.endswith("_test.go"):
            for match in _RAW_STRING.finditer(path.read_text(encoding="utf-8", errors="replace")):
                if _LOOKS_LIKE_A_FEED.search(match.group(1)):
                    yield f"{name} at {match.start()}", match.group(1).encode()


def check(name: str, body: bytes, tally: Tally) -> None:
    """Read one document both ways."""
    tally.documents += 1
    began = time.process_time()
    try:
        found = feed_parser.parse(body, content_type="", url=_URL, language=None, max_entries=2_000)
    except Exception as error:  # noqa: BLE001 - any fault at all is what is looked for
        tally.faults.append(f"{name}: crashed: {type(error).__name__}: {error}")
        return
    spent = time.process_time() - began
    tally.slowest = max(tally.slowest, spent)
    if spent > _SLOW_SECONDS:
        tally.faults.append(f"{name}: took {spent:.1f} s")
    if not isinstance(found, Document):
        tally.refused[found.reason.value] += 1
        tally.refusals.append(f"{name}: {found.detail}")
        return
    tally.feeds += 1
    tally.entries += len(found.entries)
    text = decode(body, "").text
    if not found.is_cut_off and not text.lstrip().startswith("{") and feed_parser.read_plain(text, 2_000) is not None:
        tally.fast += 1
        slow = feed_parser.read_any(text, url=_URL, language=None, max_entries=2_000, is_cut_off=False)
        if slow != found:
            tally.faults.append(f"{name}: the fast reader and feedparser differ")


def main() -> int:
    """Read the directories that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", type=Path)
    parser.add_argument("--list", action="store_true", help="name every document that was refused")
    given = parser.parse_args()
    print("| project | documents | feeds | entries | read the fast way | refused | slowest (CPU) | faults |")
    print("|---|---|---|---|---|---|---|---|")
    is_good = True
    for directory in given.directories:
        tally = Tally()
        for name, body in documents(directory):
            check(name, body, tally)
        print(tally.row(directory.name), flush=True)
        is_good = is_good and not tally.faults and tally.documents > 0
        for line in (*tally.faults, *(tally.refusals if given.list else ())):
            print(f"  {line}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
