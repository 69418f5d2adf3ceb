"""``python -m services.classify.train``: learns the kind model from the shipped examples, then the type model (``types``), and writes both beside the reader.

Deterministic: a convex problem, solved to convergence in double precision from a fixed start, weights rounded to four decimals.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from services.classify.read import lexicon
from services.classify.read.dates import read_date
from services.classify.read.features import features_of, is_word
from services.classify.read.text import document_of
from services.classify.read.triggers import mark
from services.classify.train import types
from services.classify.train.examples import LANGUAGES, Example, examples
from shared.events.report import Kind

KINDS = tuple(Kind)
MODEL = Path(__file__).parents[1] / "read" / "data" / "kind_model.json"
STRENGTH = 0.002
"""Pull of each weight to zero, chosen by cross-validation on the examples."""
FOLDS = 5
LEAST_EXAMPLES = 2
"""A word that fewer examples hold says nothing."""
_MOMENTUM = 0.98
_STEP = 1.0
Matrix = npt.NDArray[np.float64]


def fit(x: Matrix, y: npt.NDArray[np.int64], strength: float = STRENGTH, steps: int = 3000) -> Matrix:
    """Return the weights (features by kinds) of a multinomial logistic regression, the kinds weighted to count alike by half.

    The weights are a sum of rows of ``x``, so the search is for what each row adds: as many unknowns as examples, not as words.
    """
    count = len(y)
    target = np.eye(len(KINDS))[y]
    share = target.mean(axis=0)
    weight = (1.0 / np.maximum(share, 1e-9)) ** 0.5
    row_weight = (weight[y] / weight[y].mean())[:, None]
    likeness = x @ x.T
    step = _STEP / (np.linalg.norm(likeness, 2) / count + strength)
    added = np.zeros((count, len(KINDS)))
    moment = np.zeros_like(added)
    for _ in range(steps):  # Nesterov's gradient: the problem is smooth and convex
        ahead = added + _MOMENTUM * moment
        slope = (_shares(likeness @ ahead) - target) * row_weight / count + strength * ahead
        moment = _MOMENTUM * moment - step * slope
        added = added + moment
    weights: Matrix = x.T @ added
    return weights


def probabilities(x: Matrix, weights: Matrix) -> Matrix:
    """Return each row's probability of each kind."""
    return _shares(x @ weights)


def _shares(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return result


def _table(rows: list[dict[str, float]], names: list[str]) -> Matrix:
    at = {name: number for number, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for name, value in row.items():
            if name in at:
                x[number, at[name]] = value
    return x


def _features(found: tuple[Example, ...]) -> list[dict[str, float]]:
    lexica = {lang: lexicon.load(lang) for lang in LANGUAGES}
    rows = []
    for one in found:
        document = document_of(one.item, one.item.lang or "en")
        date = read_date(document, kind_hint=None, country=None, sentences=(0, 1, 2))
        rows.append(features_of(mark(document, lexica), is_old=date.is_old, is_back_reference=date.is_back_reference))
    return rows


def _names(rows: Sequence[Mapping[str, float]]) -> list[str]:
    """The features to learn: every concept, and the words that more than one example holds."""
    seen = Counter(name for row in rows for name in row)
    return sorted(name for name, count in seen.items() if not is_word(name) or count >= LEAST_EXAMPLES)


class Model(TypedDict):
    """What the file holds: the kinds in order, and for each feature one weight a kind."""

    kinds: list[str]
    weights: dict[str, list[float]]


def _examples() -> tuple[Example, ...]:
    return tuple(example for lang in LANGUAGES for example in examples(lang))


def train() -> Model:
    """Return the model that the shipped examples give."""
    found = _examples()
    rows = _features(found)
    names = _names(rows)
    y = np.array([KINDS.index(example.kind) for example in found])
    weights = fit(_table(rows, names), y)
    return {
        "kinds": [kind.value for kind in KINDS],
        "weights": {name: [round(float(value), 4) for value in weights[number]] for number, name in enumerate(names)},
    }


def cross_validate() -> float:
    """Return the share of examples whose kind is the likeliest one to a model that has not seen them."""
    found = _examples()
    rows = _features(found)
    names = _names(rows)
    y = np.array([KINDS.index(example.kind) for example in found])
    x = _table(rows, names)
    right = 0
    for fold in range(FOLDS):
        held = np.arange(len(y)) % FOLDS == fold
        predicted = probabilities(x[held], fit(x[~held], y[~held])).argmax(axis=1)
        right += int((predicted == y[held]).sum())
    return right / len(y)


def main() -> int:
    """Train, say how well it does on examples it has not seen, and write the model."""
    sys.stdout.write(f"{len(_examples())} examples, right in {FOLDS}-fold cross-validation: {cross_validate():.3f}\n")
    MODEL.write_text(json.dumps(train(), indent=0, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"written: {MODEL}\n")
    return types.main()


if __name__ == "__main__":
    sys.exit(main())
