"""The measures, on examples small enough to work out by hand."""

import pytest

from bench.scoring.figures import Rates, Share, b_cubed, binary, confusion, macro_f1, share


def test_rates_follow_from_counts() -> None:
    found = Rates.of_counts(right=3, wrong=1, missed=2)
    assert (found.precision, found.recall, found.f1) == pytest.approx((0.75, 0.6, 2 / 3))


def test_nothing_found_and_nothing_to_find_is_zero_and_no_error() -> None:
    assert Rates.of_counts(right=0, wrong=0, missed=0) == Rates(precision=0.0, recall=0.0, f1=0.0)


def test_a_share_of_nothing_is_no_share() -> None:
    assert share([]).value is None
    assert share([True, False]) == Share(right=1, of=2)


def test_binary_counts_true_and_predicted_flags() -> None:
    found = binary([(True, True), (True, False), (False, True), (False, False)])
    assert (found.precision, found.recall) == (0.5, 0.5)


def test_each_true_label_counts_alike_in_the_macro_f1_and_an_invented_label_only_costs() -> None:
    pairs = [("a", "a"), ("a", "a"), ("b", "c")]
    assert macro_f1(pairs) == pytest.approx(0.5)
    assert confusion(pairs) == {"a": {"a": 2}, "b": {"c": 1}}


def test_b_cubed_punishes_a_merge_in_precision_and_a_split_in_recall() -> None:
    truth = {"1": "a", "2": "a", "3": "b", "4": "b"}
    merged = b_cubed(truth, dict.fromkeys(truth, "x"))
    split = b_cubed(truth, {item: item for item in truth})
    assert (merged.precision, merged.recall) == (0.5, 1.0)
    assert (split.precision, split.recall) == (1.0, 0.5)
