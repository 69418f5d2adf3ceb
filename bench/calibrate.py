#!/usr/bin/env python3
"""Fits the curves of ``services/classify/read/confidence.py`` and writes their parameters.

    python -m bench.calibrate [--write]

Two parameters a group of kinds, by Newton's method on the logarithmic loss, pulled a little to "change nothing". Fitted on streams
read by a kind model learnt without them, and of these on the newest three: rules and word lists were improved least on them,
so the reader is right about as often as on news it has not seen. Without --write it only says what it found.
"""

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path

from bench.scoring.left_out import unseen
from bench.scoring.reliability import bins_of, calibration_error, judged
from services.classify.read.confidence import Curve, curves, log_odds
from shared.events.report import Kind

FITTED_ON = frozenset({"dispatches", "highlands", "rafidain"})
GROUPS = {"facts": (Kind.REPORT, Kind.UPDATE), "aftermath": (Kind.REACTION, Kind.RETRACTION), "other": (Kind.OTHER,)}
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
    rows = [
        (one.stream.name, Kind(kind), curves().of(Kind(kind)).raw(confidence), right)
        for one in unseen()
        for confidence, right, kind in judged(one.stream.truths, one.reports)
    ]
    found = {}
    for group, kinds in GROUPS.items():
        fitting = [(raw, right) for name, kind, raw, right in rows if kind in kinds and name in FITTED_ON]
        every = [(raw, right) for _, kind, raw, right in rows if kind in kinds]
        curve = found[group] = fit(fitting)
        print(f"{group}: slope {curve.slope}, shift {curve.shift} (shipped: {getattr(curves(), group)})")
        for name, judgements in (
            ("newest three, raw", fitting),
            ("newest three, cross-validated", cross_validated(fitting)),
            ("all streams left out, fitted", [(curve.calibrated(raw), right) for raw, right in every]),
        ):
            error = calibration_error(bins_of(judgements))
            print(f"  {name:<30}{len(judgements)}  calibration error {error:.3f}  Brier score {brier(judgements):.4f}")
    if args.write:
        DATA.write_text(
            json.dumps({group: {"shift": one.shift, "slope": one.slope} for group, one in sorted(found.items())})
            + "\n",
            encoding="utf-8",
        )
        print(f"written: {DATA.name}")


if __name__ == "__main__":
    main()
