"""``python -m services.classify.train.types``: learns the type model from the examples and the open streams and writes it beside the reader.

Deterministic, like the kind model. What it learns is when to overrule the rules, so their answer is among its features; figures
on a stream that it has learnt from say nothing, and ``cross_streams`` leaves one out at a time.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from services.classify.read import lexicon
from services.classify.read.event_type import rule_type
from services.classify.read.events import whole_of
from services.classify.read.text import document_of
from services.classify.read.triggers import MAX_SENTENCES, mark
from services.classify.read.type_features import type_features
from services.classify.train.examples import LANGUAGES, examples
from services.classify.train.streams import LEARNT_FROM, labelled
from shared.events.facts import EventType
from shared.events.item import Item
from shared.events.report import Kind

TYPES = tuple(EventType)
MODEL = Path(__file__).parents[1] / "read" / "data" / "type_model.json"
STRENGTH = 0.002
"""Pull of each weight to zero, chosen by leaving one stream out."""
LEAST_EXAMPLES = 2
"""A feature that fewer examples have says nothing."""
_STEPS = 800
_MOMENTUM = 0.95
_OWN = "examples"
_STATES_FACTS = frozenset({Kind.REPORT, Kind.UPDATE})
Matrix = npt.NDArray[np.float64]


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
    own = [(_OWN, one.item, one.kind, one.event_type) for lang in LANGUAGES for one in examples(lang)]
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


def fit(found: Sequence[Row]) -> Model:
    """Return the weights of a multinomial logistic regression over these rows."""
    seen = Counter(name for row in found for name in row.features)
    names = sorted(name for name, count in seen.items() if count >= LEAST_EXAMPLES)
    x = _table(found, names)
    target = np.eye(len(TYPES))[[TYPES.index(row.event_type) for row in found]]
    weights = x.T @ _what_rows_add(x, target)
    return {
        "types": [one.value for one in TYPES],
        "weights": {name: [round(float(value), 3) for value in weights[at]] for at, name in enumerate(names)},
    }


def _what_rows_add(x: Matrix, target: Matrix) -> Matrix:
    """What each row adds to the weights, by Nesterov's gradient: as many unknowns as rows, not as features."""
    count = len(x)
    likeness = x @ x.T
    step = 1.0 / (np.linalg.norm(likeness, 2) / count + STRENGTH)
    added = np.zeros_like(target)
    moment = np.zeros_like(target)
    for _ in range(_STEPS):
        ahead = added + _MOMENTUM * moment
        slope = (_shares(likeness @ ahead) - target) / count + STRENGTH * ahead
        moment = _MOMENTUM * moment - step * slope
        added = added + moment
    return added


def _shares(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return result


def _table(found: Sequence[Row], names: Sequence[str]) -> Matrix:
    at = {name: number for number, name in enumerate(names)}
    x = np.zeros((len(found), len(names)))
    for number, row in enumerate(found):
        for name, value in row.features.items():
            if name in at:
                x[number, at[name]] = value
    return x


def train() -> Model:
    """Return the model that the shipped examples and the open streams give."""
    return fit(rows())


def main() -> int:
    """Train and write the model."""
    found = rows()
    MODEL.write_text(json.dumps(fit(found), indent=0, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(found)} attacks with a type; written: {MODEL}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
