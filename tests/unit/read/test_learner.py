"""What the learner promises: the optimum, always the same, and rows compared rightly whether a feature is rare or common."""

import numpy as np

from services.classify.train.learner import fit, likeness_of, shares, weights_of

DRAW = np.random.default_rng(7)
ROWS = [
    {"bias": 1.0, f"rare{DRAW.integers(40)}": 1.0, **{f"common{n}": 0.5 for n in range(6) if DRAW.random() < 0.5}}
    for _ in range(120)
]
CLASSES = [int("common1" in row) + int("common2" in row) for row in ROWS]
STRENGTH = 0.01


def table() -> tuple[list[str], np.ndarray]:
    names = sorted({name for row in ROWS for name in row})
    return names, np.array([[row.get(name, 0.0) for name in names] for row in ROWS])


def test_likeness_is_the_inner_product_of_rows() -> None:
    _, x = table()
    assert np.allclose(likeness_of(ROWS), x @ x.T)


def test_the_slope_is_zero_where_the_fit_ends() -> None:
    _, x = table()
    added = fit(likeness_of(ROWS), CLASSES, class_count=3, strength=STRENGTH)
    weights = x.T @ added
    target = np.eye(3)[CLASSES]
    rarity = (1 / target.mean(axis=0)) ** 0.5
    weighing = (target @ rarity / (target @ rarity).mean())[:, None]
    slope = x.T @ ((shares(x @ weights) - target) * weighing) / len(ROWS) + STRENGTH * weights
    assert np.abs(slope).max() < 1e-6
    assert (shares(x @ weights).argmax(axis=1) == CLASSES).mean() > 0.9


def test_the_same_rows_always_give_the_same_weights() -> None:
    names, _ = table()
    once, again = (
        weights_of(ROWS, fit(likeness_of(ROWS), CLASSES, class_count=3, strength=STRENGTH), names) for _ in range(2)
    )
    assert once == again
