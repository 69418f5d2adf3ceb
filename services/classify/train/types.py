"""``python -m services.classify.train.types``: learns the type model from the examples and the open streams and writes it beside the reader.

Deterministic, like the kind model. What it learns is when to overrule the rules, so their answer is among its features; figures
on a stream that it has learnt from say nothing, and ``bench.cross_types`` leaves one out at a time.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from services.classify.read import lexicon
from services.classify.read.event_type import rule_type
from services.classify.read.events import whole_of
from services.classify.read.text import document_of
from services.classify.read.triggers import MAX_SENTENCES, mark
from services.classify.read.type_features import type_features
from services.classify.train.examples import LANGUAGES, examples
from services.classify.train.learner import Matrix, learn, likeness_of
from services.classify.train.streams import LEARNT_FROM, labelled
from shared.events.facts import EventType
from shared.events.item import Item
from shared.events.report import Kind

TYPES = tuple(EventType)
MODEL = Path(__file__).parents[1] / "read" / "data" / "type_model.json"
STRENGTH = 0.0005
"""Pull of each weight to zero, chosen by leaving one stream out."""
LEAST_EXAMPLES = 2
"""A feature that fewer examples have says nothing."""
_OWN = "examples"
_STATES_FACTS = frozenset({Kind.REPORT, Kind.UPDATE})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One attack told: where it comes from, what the rules say, its features, its true type."""

    source: str
    lang: str
    rule: EventType | None
    features: Mapping[str, float]
    event_type: EventType


class Model(TypedDict):
    """What the file holds: the types in order, and for each feature one weight a type."""

    types: list[str]
    weights: dict[str, list[float]]


def rows(streams: Sequence[str] = LEARNT_FROM) -> tuple[Row, ...]:
    """Return the reports and updates with a type, of the examples and of these streams."""
    lexica = {lang: lexicon.load(lang) for lang in LANGUAGES}
    own = [(_OWN, one.item, one.kind, one.event_type) for lang in LANGUAGES for one in examples(lang, for_types=True)]
    theirs = [(name, one.item, one.kind, one.event_type) for name in streams for one in labelled(name)]
    found = []
    for source, item, kind, event_type in (*own, *theirs):
        if kind in _STATES_FACTS and event_type is not None:
            rule, features = _seen(item, lexica)
            lang = item.lang or "en"
            found.append(Row(source=source, lang=lang, rule=rule, features=features, event_type=event_type))
    return tuple(found)


def _seen(item: Item, lexica: Mapping[str, lexicon.Lexicon]) -> tuple[EventType | None, dict[str, float]]:
    telling = whole_of(mark(document_of(item, item.lang or "en", most_sentences=MAX_SENTENCES), lexica))
    rule = rule_type(telling.marks, telling.sentences)
    return rule, type_features(telling.marks, rule)


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """All rows and how alike they are, from which a model is learnt with or without one of the streams."""

    rows: tuple[Row, ...]
    likeness: Matrix

    @classmethod
    def load(cls, streams: Sequence[str] = LEARNT_FROM) -> "Lesson":
        """Return the examples and these streams; a feature that only one row has is left out."""
        found = rows(streams)
        seen = Counter(name for row in found for name in row.features)
        kept = {name for name, count in seen.items() if count >= LEAST_EXAMPLES}
        learnt = tuple(
            replace(row, features={name: value for name, value in row.features.items() if name in kept})
            for row in found
        )
        return cls(rows=learnt, likeness=likeness_of([row.features for row in learnt]))

    def model(self, *, without: str | None = None) -> Model:
        """Return the model that all rows give, or all but those of one stream."""
        weights = learn(
            [row.features for row in self.rows],
            self.likeness,
            [TYPES.index(row.event_type) for row in self.rows],
            [number for number, row in enumerate(self.rows) if row.source != without],
            class_count=len(TYPES),
            strength=STRENGTH,
        )
        return {"types": [one.value for one in TYPES], "weights": weights}


def train() -> Model:
    """Return the model that the shipped examples and the open streams give."""
    return Lesson.load().model()


def main() -> int:
    """Train and write the model."""
    lesson = Lesson.load()
    MODEL.write_text(json.dumps(lesson.model(), indent=0, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(lesson.rows)} attacks with a type; written: {MODEL}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
