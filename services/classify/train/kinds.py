"""The kind model: learnt from the shipped examples and from the open streams.

What it is worth on news it has not seen is what ``python -m bench.cross_streams`` measures: each stream read by a model that
was learnt without it.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from services.classify.read import lexicon
from services.classify.read.dates import read_date
from services.classify.read.features import features_of
from services.classify.read.language import language_of
from services.classify.read.text import document_of
from services.classify.read.triggers import MAX_SENTENCES, mark
from services.classify.read.wording import is_word
from services.classify.train.examples import LANGUAGES, examples
from services.classify.train.learner import Matrix, learn, likeness_of
from services.classify.train.streams import LEARNT_FROM, labelled
from shared.events.item import Item
from shared.events.report import Kind

KINDS = tuple(Kind)
MODEL = Path(__file__).parents[1] / "read" / "data" / "kind_model.json"
STRENGTH = 0.001
"""Pull of each weight to zero, chosen by leaving one stream out."""
LEAST_EXAMPLES = 2
"""A word that fewer examples hold says nothing."""
OWN = "examples"


class Model(TypedDict):
    """What the file holds: the kinds in order, and for each feature one weight a kind."""

    kinds: list[str]
    weights: dict[str, list[float]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """An item as the model sees it: the stream it comes from, its features, its true kind."""

    source: str
    features: Mapping[str, float]
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """All rows and how alike they are, from which a model is learnt with or without one of the streams."""

    rows: tuple[Row, ...]
    likeness: Matrix

    @classmethod
    def load(cls, streams: Sequence[str] = LEARNT_FROM) -> "Lesson":
        """Return the examples and the items of these streams."""
        lexica = {lang: lexicon.load(lang) for lang in LANGUAGES}
        own = [(OWN, one.item, one.kind) for lang in LANGUAGES for one in examples(lang)]
        theirs = [(name, one.item, one.kind) for name in streams for one in labelled(name)]
        rows = tuple(
            Row(source=source, features=_seen(item, lexica), kind=kind) for source, item, kind in (*own, *theirs)
        )
        kept = _words_of_many(rows)
        learnt = tuple(
            Row(
                source=row.source,
                features={name: value for name, value in row.features.items() if name in kept},
                kind=row.kind,
            )
            for row in rows
        )
        return cls(rows=learnt, likeness=likeness_of([row.features for row in learnt]))

    def model(self, *, without: str | None = None) -> Model:
        """Return the model that all rows give, or all but those of one stream."""
        weights = learn(
            [row.features for row in self.rows],
            self.likeness,
            [KINDS.index(row.kind) for row in self.rows],
            [number for number, row in enumerate(self.rows) if row.source != without],
            class_count=len(KINDS),
            strength=STRENGTH,
        )
        return {"kinds": [one.value for one in KINDS], "weights": weights}


def _seen(item: Item, lexica: Mapping[str, lexicon.Lexicon]) -> dict[str, float]:
    lang = item.lang if item.feed == "train" and item.lang else language_of(item)
    marks = mark(document_of(item, lang, most_sentences=MAX_SENTENCES), lexica)
    head = tuple(one.sentence.index for one in marks.head)
    date = read_date(marks.document, kind_hint=None, country=item.country, sentences=head)
    return features_of(marks, is_old=date.is_old, is_back_reference=date.is_back_reference)


def _words_of_many(rows: Sequence[Row]) -> frozenset[str]:
    """The features to learn: every concept, and the words that more than one example holds."""
    seen = Counter(name for row in rows for name in row.features)
    return frozenset(name for name, count in seen.items() if not is_word(name) or count >= LEAST_EXAMPLES)


def train() -> Model:
    """Return the model that the shipped examples and the open streams give."""
    return Lesson.load().model()


def written(model: Model) -> str:
    """Return the file's text: a feature a line, sorted."""
    rows = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for name, row in sorted(model["weights"].items())
    )
    return f'{{"kinds":{json.dumps(model["kinds"])},\n"weights":{{\n{rows}\n}}}}\n'


def main() -> int:
    """Train and write the model."""
    lesson = Lesson.load()
    MODEL.write_text(written(lesson.model()), encoding="utf-8")
    sys.stdout.write(f"{len(lesson.rows)} items with a kind; written: {MODEL}\n")
    return 0
