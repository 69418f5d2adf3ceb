"""Streams read by a reader whose kind model was learnt without them: what can be said of news it has not learnt from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.scoring import stream
from bench.scoring.figures import binary, macro_f1
from bench.scoring.reading import kind_of
from bench.scoring.stream import ATTACK_NEWS, Stream
from bench.scoring.tables import table
from services.classify.read.kind import KindModel
from services.classify.read.reader import Reader
from services.classify.train.kinds import KINDS, Lesson
from services.classify.train.streams import LEARNT_FROM, STREAMS
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
        labelled = stream.load(STREAMS / name)
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
