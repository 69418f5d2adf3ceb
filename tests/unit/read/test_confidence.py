"""Confidence is a probability, and its curve keeps the order of reports."""

from hypothesis import given
from hypothesis import strategies as st

from bench.calibrate import fit
from services.classify.read.confidence import Curve, confidence_of, curves
from services.classify.read.places import PlaceReading
from services.classify.read.tolls import CasualtiesReading
from shared.events.facts import Casualties, Count
from shared.events.report import Kind

NOWHERE = PlaceReading(place=None)
NO_TOLL = CasualtiesReading(casualties=Casualties(), evidence=(), rejected=())
A_RANGE = CasualtiesReading(casualties=Casualties(killed=Count(best=7, low=6, high=9)), evidence=(), rejected=())


def test_kinds_without_facts_are_as_sure_as_the_kind() -> None:
    assert confidence_of(Kind.REACTION, 0.83, NOWHERE, NO_TOLL) == confidence_of(Kind.REACTION, 0.83, NOWHERE, A_RANGE)


def test_doubt_in_the_facts_lowers_the_confidence_of_a_report() -> None:
    assert confidence_of(Kind.REPORT, 0.9, NOWHERE, A_RANGE) < confidence_of(Kind.REPORT, 0.9, NOWHERE, NO_TOLL) < 0.9


@given(st.sampled_from(Kind), st.floats(0, 1), st.floats(0, 1))
def test_the_shipped_curves_keep_the_order_and_stay_a_probability(kind: Kind, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= curves().of(kind).calibrated(low) <= curves().of(kind).calibrated(high) <= 1


@given(st.floats(0.01, 0.99))
def test_the_raw_probability_can_be_told_from_the_calibrated_one(raw: float) -> None:
    bent = Curve(slope=0.9, shift=-0.3)
    assert abs(bent.raw(bent.calibrated(raw)) - raw) < 1e-6


def test_a_fit_finds_that_four_of_five_are_right_where_nine_of_ten_were_claimed() -> None:
    rows = [(0.9, number % 5 != 0) for number in range(500)]
    assert abs(fit(rows).calibrated(0.9) - 0.8) < 0.01


def test_a_fit_on_nothing_changes_nothing() -> None:
    assert fit([]) == Curve()
