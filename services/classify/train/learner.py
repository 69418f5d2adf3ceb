"""A multinomial logistic regression over sparse rows: how alike rows are, the fit, and the weights it gives each feature.

The weights are a sum of the rows, so the search is for what each row adds: as many unknowns as examples, not as words. The
problem is convex and solved to convergence in double precision from a fixed start: the same rows always give the same weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Row = Mapping[str, float]

_MEMORY = 12
"""How many steps back L-BFGS looks."""
_MOST_STEPS = 400
_SMALL = 1e-7
_ENOUGH = 1e-4
_SHORTEST = 1e-6
_FEW = 48
"""A feature that so few rows have is added pair by pair; the others go through one matrix product."""
_AT_ONCE = 1_000


def likeness_of(rows: Sequence[Row]) -> Matrix:
    """Return the inner product of every two rows."""
    count = len(rows)
    holders: dict[str, list[tuple[int, float]]] = {}
    for number, row in enumerate(rows):
        for name, value in row.items():
            holders.setdefault(name, []).append((number, value))
    likeness = np.zeros((count, count))
    common = [held for name, held in sorted(holders.items()) if len(held) > _FEW]
    for begin in range(0, len(common), _AT_ONCE):
        block = common[begin : begin + _AT_ONCE]
        x = np.zeros((count, len(block)))
        for column, held in enumerate(block):
            for number, value in held:
                x[number, column] = value
        likeness += x @ x.T
    flat = likeness.reshape(-1)
    for name in sorted(holders):
        held = holders[name]
        if len(held) <= _FEW:
            at = np.array([number for number, _ in held])
            values = np.array([value for _, value in held])
            flat[(at[:, None] * count + at[None, :]).ravel()] += np.outer(values, values).ravel()
    return likeness


@dataclass(frozen=True, kw_only=True)
class _Step:
    """One past step: how far it went, how the slope changed, both as rows see them, and their product."""

    moved: Matrix
    moved_seen: Matrix
    turned: Matrix
    turned_seen: Matrix
    product: float


def fit(likeness: Matrix, classes: Sequence[int], *, class_count: int, strength: float) -> Matrix:
    """Return what each row adds to the weights of each class; rare classes count more than their share, by its square root."""
    count = len(classes)
    target = np.eye(class_count)[np.asarray(classes)]
    rarity = (1.0 / np.maximum(target.mean(axis=0), 1e-9)) ** 0.5
    row_weight = target @ rarity
    weighing = (row_weight / row_weight.mean())[:, None]

    def loss(added: Matrix, scores: Matrix) -> float:
        top = scores.max(axis=1, keepdims=True)
        logs = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
        return float(-(weighing * target * logs).sum() / count + 0.5 * strength * (added * scores).sum())

    def slope_of(added: Matrix, scores: Matrix) -> Matrix:
        slope: Matrix = (shares(scores) - target) * weighing / count + strength * added
        return slope

    added: Matrix = np.zeros_like(target)
    scores = np.zeros_like(target)
    value, slope = loss(added, scores), slope_of(added, scores)
    slope_seen = likeness @ slope
    past: list[_Step] = []
    for _ in range(_MOST_STEPS):
        direction = _direction(slope, slope_seen, past)
        direction_seen = likeness @ direction
        fall = float((slope * direction_seen).sum())
        length = 1.0
        while True:
            ahead, ahead_scores = added + length * direction, scores + length * direction_seen
            ahead_value = loss(ahead, ahead_scores)
            if ahead_value <= value + _ENOUGH * length * fall or length < _SHORTEST:
                break
            length /= 2
        ahead_slope = slope_of(ahead, ahead_scores)
        ahead_seen = likeness @ ahead_slope
        turned, turned_seen = ahead_slope - slope, ahead_seen - slope_seen
        moved, moved_seen = length * direction, length * direction_seen
        product = float((moved * turned_seen).sum())
        if product > 0:
            past.append(
                _Step(moved=moved, moved_seen=moved_seen, turned=turned, turned_seen=turned_seen, product=product)
            )
            del past[:-_MEMORY]
        added, scores, value, slope, slope_seen = ahead, ahead_scores, ahead_value, ahead_slope, ahead_seen
        if float((slope * slope_seen).sum()) <= _SMALL**2 or product <= 0:
            break
    return added


def _direction(slope: Matrix, slope_seen: Matrix, past: Sequence[_Step]) -> Matrix:
    """L-BFGS's direction; products are taken between weights, not between what rows add, hence the "seen"."""
    found: Matrix = slope.copy()
    if not past:
        found /= -max(1e-12, float((slope * slope_seen).sum()) ** 0.5)
        return found
    taken = []
    for step in reversed(past):
        share = float((found * step.moved_seen).sum()) / step.product
        taken.append(share)
        found = found - share * step.turned
    last = past[-1]
    found = found * (last.product / float((last.turned * last.turned_seen).sum()))
    for step, share in zip(past, reversed(taken), strict=True):
        found = found + step.moved * (share - float((found * step.turned_seen).sum()) / step.product)
    return -found


def shares(scores: Matrix) -> Matrix:
    """Return each row's probability of each class."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return result


def weights_of(rows: Sequence[Row], added: Matrix, names: Sequence[str]) -> dict[str, list[float]]:
    """Return the weights of the features ``names``, a number a class, rounded to what the file holds; all zero is left out."""
    sums = {name: np.zeros(added.shape[1]) for name in names}
    for number, row in enumerate(rows):
        for name, value in row.items():
            if name in sums:
                sums[name] += added[number] * value
    rounded = {name: [round(float(one), 3) + 0.0 for one in sums[name]] for name in names}
    return {name: weights for name, weights in rounded.items() if any(weights)}


def learn(
    rows: Sequence[Mapping[str, float]],
    likeness: Matrix,
    answers: Sequence[int],
    chosen: Sequence[int],
    *,
    class_count: int,
    strength: float,
) -> dict[str, list[float]]:
    """Return the weights that the ``chosen`` rows give; ``likeness`` is of all rows, so that leaving some out costs no new comparison."""
    part = likeness if len(chosen) == len(rows) else likeness[np.ix_(chosen, chosen)]
    added = fit(part, [answers[at] for at in chosen], class_count=class_count, strength=strength)
    features = [rows[at] for at in chosen]
    return weights_of(features, added, sorted({name for row in features for name in row}))
