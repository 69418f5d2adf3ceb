"""Confidence against what is right."""

from xml.etree import ElementTree as ET

import pytest

from bench.scoring.reliability import bins_of, calibration_error, plot


def test_a_confidence_falls_into_the_bin_that_begins_with_it() -> None:
    bins = bins_of([(0.0, True), (0.3, True), (0.8, True), (0.89, False), (1.0, True)])
    assert {one.low: one.reports for one in bins if one.reports} == {0.0: 1, 0.3: 1, 0.8: 2, 0.9: 1}
    assert bins[8].share_right == 0.5
    assert bins[5].share_right is None


def test_the_calibration_error_is_the_distance_weighted_by_reports() -> None:
    assert calibration_error(bins_of([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])) == pytest.approx(0.0)
    assert calibration_error(bins_of([(0.9, True), (0.9, False), (0.1, False), (0.1, False)])) == pytest.approx(0.25)
    assert calibration_error(bins_of([])) == 0.0


def test_the_drawing_is_well_formed_and_has_a_dot_for_each_filled_bin() -> None:
    drawing = plot({"all": bins_of([(0.2, False), (0.9, True)]), "held out": bins_of([(0.5, True)])})
    root = ET.fromstring(drawing)
    dots = [one for one in root.iter("{http://www.w3.org/2000/svg}circle") if one.get("fill-opacity")]
    assert len(dots) == 3
