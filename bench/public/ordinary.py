"""Ordinary news: how much of it is taken for news of an attack."""

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.public.articles import item, unescaped
from bench.scoring.tables import table
from services.classify.read.reader import Reader
from shared.events.item import Item

AG_SECTIONS = {"2": "sport", "3": "business", "4": "science and technology"}
"""Section 1, world, is left out: it is full of attacks."""
PER_THOUSAND = 1_000
_KINDS = ("report", "update", "reaction", "retraction")


def ordinary_part(reader: Reader, folder: Path) -> dict[str, str]:
    """Return the page's part on the ordinary-news sets found in ``folder``; absent ones are named on standard error."""
    rows = []
    total: Counter[str] = Counter()
    for name, load, path in (
        ("AG news", _ag_news, folder / "ag-news" / "test.csv"),
        ("BBC news", _labelled, folder / "bbc-news"),
        ("20 newsgroups", _labelled, folder / "20news"),
    ):
        if not path.exists():
            sys.stderr.write(f"{name}: nothing at {path}: skipped\n")
            continue
        for section, kinds in sorted(_kinds_by_section(reader, load, path).items()):
            rows.append([f"{name}, {section}", *_counts(kinds)])
            if name == "AG news":
                total += kinds
    if not rows:
        return {}
    if total:
        rows.append(["**AG news, the three sections**", *_counts(total)])
    return {"ordinary": table(["", "items", *_KINDS, "in 1,000"], rows)}


def _counts(kinds: Counter[str]) -> list[str]:
    count = kinds.total()
    alarms = count - kinds["other"]
    return [str(count), *(str(kinds[kind]) for kind in _KINDS), f"{alarms * PER_THOUSAND / count:.2f}"]


def _kinds_by_section(
    reader: Reader, load: Callable[[Path], Iterator[tuple[str, Item]]], path: Path
) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for section, one in load(path):
        report = reader.read(one)
        found.setdefault(section, Counter())[report.kind.value] += 1
        if report.kind.value != "other":
            sys.stderr.write(f"  {report.kind.value} {report.confidence:.2f} {section}: {one.title[:90]}\n")
    return found


def _ag_news(path: Path) -> Iterator[tuple[str, Item]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for number, (label, title, summary) in enumerate(csv.reader(lines)):
            if label in AG_SECTIONS:
                yield AG_SECTIONS[label], item(f"ag{number}", title=unescaped(title), summary=unescaped(summary))


def _labelled(folder: Path) -> Iterator[tuple[str, Item]]:
    """Yield articles of lines "text, tab, 1 for politics and 0 for the rest"; the first words stand in for a headline."""
    csv.field_size_limit(sys.maxsize)
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for number, (text, label) in enumerate(csv.reader(lines, delimiter="\t")):
                headline, *_ = text.split("  ", 1)
                section = "politics" if label == "1" else "not politics"
                yield section, item(f"{path.stem}{number}", title=headline[:120], content=text)
