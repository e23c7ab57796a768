"""Figures against values computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.metrics import (
    expected_calibration_error,
    f1_per_label,
    macro_f1,
    majority_macro_f1,
    measure,
)

GOLD = ["a", "a", "a", "b", "b", "c"]
GUESS = ["a", "a", "b", "b", "a", "c"]
# a: precision 2/3, recall 2/3; b: 1/2, 1/2; c: 1, 1.


def test_f1_per_label() -> None:
    assert f1_per_label(GOLD, GUESS) == pytest.approx({"a": 2 / 3, "b": 1 / 2, "c": 1.0})


def test_macro_f1_is_the_plain_mean() -> None:
    assert macro_f1(GOLD, GUESS) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


def test_a_label_that_is_only_predicted_has_no_f1_but_costs_recall() -> None:
    # a: precision 1, recall 1/2 -> 2/3; z does not occur in the gold answers.
    assert f1_per_label(["a", "a"], ["a", "z"]) == pytest.approx({"a": 2 / 3})


def test_a_label_that_is_never_predicted_counts_as_zero() -> None:
    # a: precision 1/2, recall 1 -> 2/3; b: 0.
    assert macro_f1(["a", "b"], ["a", "a"]) == pytest.approx(1 / 3)


def test_majority_answers_the_most_frequent_label() -> None:
    # a: precision 3/6, recall 1 -> 2/3; b and c: 0.
    assert majority_macro_f1(GOLD) == pytest.approx(2 / 9)


def test_ece_weighs_the_bins_by_their_rows() -> None:
    # Bin (0.6, 0.667]: 0.65 and 0.66, one right: |0.655 - 0.5| = 0.155, 2 of 4 rows.
    # Bin (0.933, 1]: 0.95 and 1.0, both right: |0.975 - 1| = 0.025, 2 of 4 rows.
    found = expected_calibration_error([0.65, 0.95, 1.0, 0.66], [True, True, True, False])
    assert found == pytest.approx(0.5 * 0.155 + 0.5 * 0.025)


def test_ece_does_not_let_bins_cancel_out() -> None:
    # Too sure in one bin, not sure enough in another: 0.4 each, although the means agree.
    assert expected_calibration_error([0.9, 0.1], [False, True], bins=2) == pytest.approx(0.9)


def test_measure_puts_them_together() -> None:
    found = measure(GOLD, GUESS, [1.0] * 6)
    assert found.rows == 6
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.ece == pytest.approx(2 / 6)
    assert found.macro_f1 == pytest.approx(macro_f1(GOLD, GUESS))
    assert found.majority_macro_f1 == pytest.approx(2 / 9)
    assert list(found.f1) == ["a", "b", "c"]


@pytest.mark.parametrize(("gold", "guess"), [([], []), (["a"], []), (["a"], ["a", "b"])])
def test_lengths_must_agree_and_there_must_be_rows(gold: list[str], guess: list[str]) -> None:
    with pytest.raises(ValueError, match=f"{len(gold)} gold and {len(guess)} predicted"):
        macro_f1(gold, guess)


def test_calibration_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="one confidence for each"):
        expected_calibration_error([0.5], [True, False])


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.floats(0, 1))))
def test_figures_stay_within_their_range(cells: list[tuple[str, str, float]]) -> None:
    if not cells:
        return
    gold, guess, confidence = (list(column) for column in zip(*cells, strict=True))
    found = measure(gold, guess, confidence)
    for value in (found.macro_f1, found.accuracy, found.ece, found.majority_macro_f1):
        assert 0.0 <= value <= 1.0 + 1e-12
    if gold == guess:
        assert found.macro_f1 == found.accuracy == 1.0
