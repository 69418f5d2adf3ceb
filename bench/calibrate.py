#!/usr/bin/env python3
"""Fits the curve of ``services/classify/read/confidence.py`` on the stream ``garmian`` and writes its parameters.

    python -m bench.calibrate [--write]

Two parameters by Newton's method on the logarithmic loss, pulled a little to "change nothing". Without --write it only says
what it found, and what a five-fold cross-validation makes of it. Never fitted on a held-out stream, nor on ``dev``, at whose errors
the rules were written: there the reader is right more often than elsewhere.
"""

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path

from bench.evaluate import OWN_STREAMS, run
from bench.scoring import stream
from bench.scoring.reliability import bins_of, calibration_error, judged
from bench.scoring.stream import STATES_FACTS
from services.classify.read.confidence import Curve, curve, log_odds
from services.classify.read.reader import Reader

STREAM = OWN_STREAMS / "garmian"
DATA = Path(__file__).resolve().parents[1] / "services" / "classify" / "read" / "data" / "confidence.json"
PULL = 1.0
"""How many reports the prior "change nothing" weighs."""
FOLDS = 5
_STEPS = 50


def fit(rows: Sequence[tuple[float, bool]]) -> Curve:
    """Return the likeliest curve for (raw probability, right) rows."""
    slope, shift = 1.0, 0.0
    for _ in range(_STEPS):
        to_slope, to_shift = PULL * (slope - 1), PULL * shift
        aa, ab, bb = PULL, 0.0, PULL
        for raw, right in rows:
            x = log_odds(raw)
            p = 1 / (1 + math.exp(-(slope * x + shift)))
            off, spread = p - right, p * (1 - p)
            to_slope, to_shift = to_slope + off * x, to_shift + off
            aa, ab, bb = aa + spread * x * x, ab + spread * x, bb + spread
        det = aa * bb - ab * ab
        slope -= (bb * to_slope - ab * to_shift) / det
        shift -= (aa * to_shift - ab * to_slope) / det
    return Curve(slope=round(slope, 3), shift=round(shift, 3))


def cross_validated(rows: Sequence[tuple[float, bool]]) -> list[tuple[float, bool]]:
    """Return each row with the probability of a curve that was fitted without its fold."""
    out = []
    for fold in range(FOLDS):
        found = fit([row for number, row in enumerate(rows) if number % FOLDS != fold])
        out += [(found.calibrated(raw), right) for raw, right in rows[fold::FOLDS]]
    return out


def brier(rows: Sequence[tuple[float, bool]]) -> float:
    """Return the mean square of what was claimed less what came true; unlike the calibration error it needs no bins."""
    return sum((probability - right) ** 2 for probability, right in rows) / len(rows)


def main() -> None:
    """Fit, say what changes, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    shipped = curve()
    done = run(Reader.load(), stream.load(STREAM))
    rows = [
        (shipped.raw(confidence), right)
        for confidence, right, kind in judged(done.stream.truths, done.reports)
        if kind in STATES_FACTS
    ]
    found = fit(rows)
    print(f"{len(rows)} reports and updates, {sum(right for _, right in rows)} right")
    for name, judgements in (("raw", rows), ("cross-validated", cross_validated(rows))):
        error = calibration_error(bins_of(judgements))
        print(f"{name:<16} calibration error {error:.3f}  Brier score {brier(judgements):.4f}")
    print(f"slope {found.slope}, shift {found.shift} (shipped: {shipped.slope}, {shipped.shift})")
    if args.write:
        DATA.write_text(json.dumps({"shift": found.shift, "slope": found.slope}) + "\n", encoding="utf-8")
        print(f"written: {DATA.name}")


if __name__ == "__main__":
    main()
