"""How sure a report is: the probability that its kind, and for reports and updates its district and toll, are right.

The facts are read apart from the kind, so their share multiplies the kind model's probability; the factors are round estimates,
lower where the reading itself shows doubt. What comes of it is put right by a curve for each of three groups of kinds, fitted
on streams that were read by a model learnt without them (``python -m bench.calibrate``; parameters in
``data/confidence.json``): docs/evaluation.md has what became of it on a stream that nothing was fitted on.
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


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """One curve for each group of kinds: what states facts, what follows attacks, and what is neither."""

    facts: Curve
    aftermath: Curve
    other: Curve

    def of(self, kind: Kind) -> Curve:
        """Return the curve of the group that ``kind`` belongs to."""
        if kind in _STATES_FACTS:
            return self.facts
        return self.other if kind is Kind.OTHER else self.aftermath


@cache
def curves() -> Curves:
    """Return the shipped curves."""
    path = resources.files("services.classify.read") / "data" / "confidence.json"
    return msgspec.json.decode(path.read_bytes(), type=Curves)


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
        sure *= _of_place(place) * _of_toll(tolls)
    return confidence_of_kind(kind, sure)


def confidence_of_kind(kind: Kind, sure: float) -> float:
    """Return what a raw probability is worth for this kind, rounded to four decimals."""
    return round(min(1.0, max(0.0, curves().of(kind).calibrated(sure))), 4)


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
