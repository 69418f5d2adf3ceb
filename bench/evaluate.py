#!/usr/bin/env python3
"""Scores reading and linking on every labelled stream that is here, and writes the tables of docs/evaluation.md.

    python -m bench.evaluate [--stream DIR]... [--public DIR] [--no-page]

Streams: tests/eval/streams/* and, where present, the folders under $TOCSIN_EVAL_DIR (default ../shared/eval) and those given
with --stream. --public names a folder of public sets (see docs/evaluation.md). What is absent is skipped and said to be.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.public.attacks import attack_parts
from bench.public.lgl import lgl_part
from bench.public.ordinary import ordinary_part
from bench.scoring import reading, stream, tables
from bench.scoring.headlines import headlines_part
from bench.scoring.left_out import Unseen, part, unseen
from bench.scoring.linking import LinkingFigures, score_linking
from bench.scoring.page import fingerprint, replace_parts
from bench.scoring.reliability import Bin, bins_of, judged, plot
from bench.scoring.stream import STATES_FACTS, Stream
from services.classify.backtest import Backtest
from services.classify.read.reader import Reader
from shared.events.incident import IncidentChange
from shared.events.report import Report

ROOT = Path(__file__).resolve().parents[1]
OWN_STREAMS = ROOT / "tests" / "eval" / "streams"
PAGE = ROOT / "docs" / "evaluation.md"
PLOT = ROOT / "docs" / "img" / "reliability.svg"
WORST = 25
"""How many wrong items are listed of a stream that may be looked at."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A stream read and linked."""

    stream: Stream
    reports: dict[str, Report]
    changes: tuple[IncidentChange, ...]


def run(reader: Reader, labelled: Stream) -> Run:
    """Read and link a stream as ``tocsin backtest`` does."""
    reports = {item.item_id: reader.read(item) for item in labelled.items}
    folding = Backtest()
    changes = tuple(change for item in labelled.items for change in folding.take(reports[item.item_id]))
    return Run(stream=labelled, reports=reports, changes=changes)


def streams_in(folders: Sequence[Path]) -> Iterator[Stream]:
    """Yield the streams found; says on standard error what is not there."""
    for folder in folders:
        found = (
            [folder] if (folder / "items.jsonl").exists() else sorted(p.parent for p in folder.glob("*/items.jsonl"))
        )
        if not found:
            sys.stderr.write(f"no labelled stream in {folder}: skipped\n")
        for one in found:
            yield stream.load(one)


def figures_by_language(done: Run) -> dict[str, reading.ReadingFigures]:
    """Return the figures of all items, then of each language."""
    lang_of = {item.item_id: item.lang or "und" for item in done.stream.items}
    langs = sorted(set(lang_of.values()), key=("en", "ar", "ckb").index)
    by = {"all": reading.score_reading(done.stream.truths, done.reports)}
    for lang in langs:
        by[lang] = reading.score_reading([t for t in done.stream.truths if lang_of[t.id] == lang], done.reports)
    return by


def stream_part(done: Run, linked: LinkingFigures) -> str:
    """Return the page's part on one stream; single errors only where they may be seen."""
    by = figures_by_language(done)
    out = [
        "**Reading**", tables.reading_table(by),
        "**Linking**", tables.linking_table(linked),
        "**Story kind**", tables.confusion_table(by["all"].kinds),
        "**Event type**, true reports and updates", tables.confusion_table(by["all"].event_types, only_wrong=True),
    ]  # fmt: skip
    if done.stream.may_be_looked_at:
        out += [f"**Worst errors** (at most {WORST}, the most wrong first)", worst_errors(done)]
    return "\n\n".join(out)


def worst_errors(done: Run) -> str:
    """Return the items with most read wrongly, a wrong kind weighing most."""
    items = {item.item_id: item for item in done.stream.items}
    wrong = [(reading.wrong_facts(truth, done.reports.get(truth.id)), truth) for truth in done.stream.truths]
    ranked = sorted(((facts, truth) for facts, truth in wrong if facts), key=lambda p: (-("kind" in p[0]), -len(p[0])))
    rows = []
    for facts, truth in ranked[:WORST]:
        report = done.reports[truth.id]
        toll = reading.casualties_text(report.casualties)
        read = f"{report.kind.value} {report.place.admin2 or report.place.name if report.place else '-'} {toll}"
        true = f"{truth.kind} {truth.admin2 or truth.place or '-'} {_toll(truth)}"
        rows.append(
            [f"{truth.id} ({items[truth.id].lang})", ", ".join(facts), true, read, _short(items[truth.id].title)]
        )
    return tables.table(["item", "wrong", "truth", "read", "title"], rows) if rows else "None."


def reliability(runs: Sequence[Run], left_out: Sequence[Unseen]) -> tuple[str, str]:
    """Return the table and the drawing of confidence against what is right, on streams not learnt from and on the held-out one."""
    series: dict[str, tuple[Bin, ...]] = {}
    held_out = [(one.stream, one.reports) for one in runs if not one.stream.may_be_looked_at]
    for name, chosen in (("left out", [(one.stream, one.reports) for one in left_out]), ("held out", held_out)):
        rows = [row for labelled, reports in chosen for row in judged(labelled.truths, reports)]
        if rows:
            series[name] = bins_of([(confidence, right) for confidence, right, _ in rows])
            series[f"{name}, read as report or update"] = bins_of(
                [(confidence, right) for confidence, right, kind in rows if kind in STATES_FACTS]
            )
    return tables.reliability_table(series), plot(series)


def _toll(truth: stream.Truth) -> str:
    return "/".join("-" if count is None else str(count) for count in (truth.killed, truth.wounded))


def _short(title: str) -> str:
    flat = " ".join(title.replace("|", "/").split())
    return flat if len(flat) <= 90 else flat[:89] + "…"


def main() -> int:
    """Score, print the figures, and write the page unless asked not to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(os.environ.get("TOCSIN_EVAL_DIR", ROOT.parent / "shared" / "eval"))
    parser.add_argument("--stream", type=Path, action="append", default=[], help="a further labelled stream")
    parser.add_argument("--public", type=Path, help="a folder with public sets")
    parser.add_argument("--no-page", action="store_true", help="print only")
    args = parser.parse_args()
    reader = Reader.load()
    runs = [run(reader, one) for one in streams_in([OWN_STREAMS, beside, *args.stream])]
    if not runs:
        sys.stderr.write("nothing to score\n")
        return 1
    parts: dict[str, str] = {}
    for done in runs:
        linked = score_linking(done.stream, done.changes)
        parts[f"stream {done.stream.name}"] = stream_part(done, linked)
    left_out = list(unseen())
    parts["cross streams"] = part(left_out)
    parts["reliability"], drawing = reliability(runs, left_out)
    parts |= headlines_part(reader, beside / "ucdp_headlines_dev.csv")
    if args.public is None:
        sys.stderr.write("no --public folder: public sets skipped\n")
    else:
        parts |= ordinary_part(reader, args.public) | attack_parts(reader, args.public) | lgl_part(args.public)
    mark = f"Measured with reading and linking `{fingerprint(ROOT)}`."
    parts = {name: f"{text}\n\n{mark}" for name, text in parts.items()}
    for name, text in parts.items():
        sys.stdout.write(f"\n## {name}\n\n{text}\n")
    if not args.no_page:
        PLOT.parent.mkdir(parents=True, exist_ok=True)
        PLOT.write_text(drawing, encoding="utf-8")
        PAGE.write_text(
            replace_parts(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "", parts), encoding="utf-8"
        )
        sys.stdout.write(f"\nwritten: {PAGE.relative_to(ROOT)}, {PLOT.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
