"""How sure a report is: the probability that its kind, and for reports and updates its district and toll, are right.

The kind model's probability is near the share that is right: in ten-fold cross-validation over the training examples, of those
with 0.9 and more 99.7 % were right, 0.8 to 0.9 91 %, 0.7 to 0.8 96 %, 0.6 to 0.7 75 %, 0.5 to 0.6 65 %, 0.4 to 0.5 50 %. The facts
are read apart from the kind, so their share multiplies it; the factors are round estimates, lower where the reading itself
shows doubt. On news of outlets that no example came from, reports and updates are less often right than that product says, so
a curve fitted on the labelled stream ``garmian`` (``python -m bench.calibrate``; parameters in ``data/confidence.json``) takes
it down: docs/evaluation.md has what became of it on a stream that was not used.
"""

import math
from functools import cache
from importlib import resources

import msgspec

from services.classify.read.places import PlaceReading
from services.classify.read.tolls import CasualtiesReading
from shared.events.facts import Precision
from shared.events.report import Kind

_STATES_FACTS = frozenset({Kind.REPORT, Kind.UPDATE})
_TOLL = 0.98
_TOLL_WITH_RANGE = 0.94
_POINT = 0.99
_AREA = 0.97
_UNSETTLED = 0.9
_NOWHERE = 0.93


_NEVER = 0.005
"""Raw probabilities are held this far from 0 and 1: the curve works on their odds."""


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A straight line between the logarithms of the odds before and after; slope 1 and shift 0 change nothing."""

    slope: float = 1.0
    shift: float = 0.0

    def calibrated(self, raw: float) -> float:
        """Return the probability for a raw one; larger stays larger."""
        return _probability(self.slope * log_odds(raw) + self.shift)

    def raw(self, calibrated: float) -> float:
        """Return what ``calibrated`` took, within its bounds."""
        return _probability((log_odds(calibrated) - self.shift) / self.slope)


@cache
def curve() -> Curve:
    """Return the shipped curve of reports and updates."""
    path = resources.files("services.classify.read") / "data" / "confidence.json"
    return msgspec.json.decode(path.read_bytes(), type=Curve)


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds, bounded."""
    held = min(1 - _NEVER, max(_NEVER, probability))
    return math.log(held / (1 - held))


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def confidence_of(kind: Kind, kind_probability: float, place: PlaceReading, tolls: CasualtiesReading) -> float:
    """Return a probability, rounded to four decimals; kinds that state no new facts are as sure as the kind alone."""
    sure = kind_probability
    if kind in _STATES_FACTS:
        sure = curve().calibrated(sure * _of_place(place) * _of_toll(tolls))
    return round(min(1.0, max(0.0, sure)), 4)


def _of_place(reading: PlaceReading) -> float:
    place = reading.place
    if place is None or place.precision is Precision.COUNTRY:
        return _NOWHERE
    if place.candidates:
        return _UNSETTLED
    return _POINT if place.lat is not None else _AREA


def _of_toll(reading: CasualtiesReading) -> float:
    killed = reading.casualties.killed
    return _TOLL_WITH_RANGE if killed is not None and killed.low < killed.high else _TOLL
