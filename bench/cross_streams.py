#!/usr/bin/env python3
"""How well the kind of a story is told on news the model has not learnt from: each open stream read by a model learnt without it.

    python -m bench.cross_streams [--more STREAM]... [--errors STREAM] [--write]

The word lists and rules were still improved on these streams, so the figures are too good for what rests on words alone; the
learnt part is honest. --more adds open streams that the shipped model does not learn from yet, --errors prints what was read
wrongly, --write puts the table into docs/evaluation.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.evaluate import OWN_STREAMS, PAGE, ROOT
from bench.scoring import stream
from bench.scoring.figures import binary, macro_f1
from bench.scoring.page import fingerprint, replace_parts
from bench.scoring.reading import kind_of
from bench.scoring.stream import ATTACK_NEWS, Stream
from bench.scoring.tables import table
from services.classify.read.kind import KindModel
from services.classify.read.reader import Reader
from services.classify.train.kinds import KINDS, Lesson
from services.classify.train.streams import LEARNT_FROM
from shared.events.report import Report

LANGUAGES = ("en", "ar", "ckb")
Told = tuple[str, str, str]
"""The language of an item, its true kind, and the kind as read."""


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """A stream as a reader tells it whose kind model was learnt without it."""

    stream: Stream
    reports: Mapping[str, Report]

    @property
    def told(self) -> list[Told]:
        """Each item's language, true kind and kind as read."""
        return [
            (item.lang or "und", truth.kind, kind_of(self.reports.get(truth.id)))
            for item, truth in zip(self.stream.items, self.stream.truths, strict=True)
        ]


def unseen(streams: Sequence[str] = LEARNT_FROM) -> Iterator[Unseen]:
    """Yield each of these streams, read without having learnt from it."""
    lesson = Lesson.load(streams)
    for name in streams:
        model = lesson.model(without=name)
        reader = Reader.load(kinds=KindModel(kinds=model["kinds"], weights=model["weights"]))
        labelled = stream.load(OWN_STREAMS / name)
        yield Unseen(stream=labelled, reports={item.item_id: reader.read(item) for item in labelled.items})


def figures(name: str, told: Sequence[Told]) -> list[str]:
    """Return a row: items, the F1 of attack news, the mean F1 of the kinds, and the F1 of each."""
    pairs = [(true, found) for _, true, found in told]
    attack = binary((true in ATTACK_NEWS, found in ATTACK_NEWS) for true, found in pairs).f1
    count = Counter(true for true, _ in pairs)
    each = [
        f"{binary((true == kind, found == kind) for true, found in pairs).f1:.3f}" if count[kind] else "–"
        for kind in KINDS
    ]
    return [name, str(len(pairs)), f"{attack:.3f}", f"{macro_f1(pairs) or 0:.3f}", *each]


def part(done: Sequence[Unseen]) -> str:
    """Return the page's table: each stream with its languages, then all streams together."""
    rows = []
    for name, told in (*((f"`{one.stream.name}`", one.told) for one in done), ("**all**", _together(done))):
        rows.append(figures(name, told))
        spoken = [lang for lang in LANGUAGES if any(lang == one for one, _, _ in told)]
        if len(spoken) > 1:
            rows += [figures(f"{name} {lang}", [one for one in told if one[0] == lang]) for lang in spoken]
    return table(["read without having learnt from it", "items", "attack news", "kind, macro", *KINDS], rows)


def _together(done: Sequence[Unseen]) -> list[Told]:
    return [row for one in done for row in one.told]


def main() -> int:
    """Learn without each stream, read it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--more", action="append", default=[], help="a further open stream")
    parser.add_argument("--errors", help="print what was read wrongly of this stream")
    parser.add_argument("--write", action="store_true", help="put the table into docs/evaluation.md")
    args = parser.parse_args()
    done = []
    for one in unseen((*LEARNT_FROM, *args.more)):
        if not one.stream.may_be_looked_at:
            sys.exit(f"{one.stream.name} is held out: nothing is learnt from it")
        done.append(one)
        if one.stream.name == args.errors:
            for item, (lang, true, found) in zip(one.stream.items, one.told, strict=True):
                if true != found:
                    print(f"{item.item_id} ({lang}) {true} read as {found}: {item.title} | {item.summary[:160]}")
    text = f"{part(done)}\n\nMeasured with reading and linking `{fingerprint(ROOT)}`."
    print(text)
    if args.write:
        PAGE.write_text(replace_parts(PAGE.read_text(encoding="utf-8"), {"cross streams": text}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
