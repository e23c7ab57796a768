"""Bins and calibration errors by hand, against one another, and against a bootstrap of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.measures.reliability import (
    calibration_interval,
    expected_calibration_error,
    reliability_bins,
)

rows = st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=80)


DRAWS = 100


def test_ece_weighs_the_bins_by_their_rows() -> None:
    # Bin (0.6, 0.667]: 0.65 and 0.66, one right: |0.655 - 0.5| = 0.155, 2 of 4 rows.
    # Bin (0.933, 1]: 0.95 and 1.0, both right: |0.975 - 1| = 0.025, 2 of 4 rows.
    found = expected_calibration_error([0.65, 0.95, 1.0, 0.66], [True, True, True, False])
    assert found == pytest.approx(0.5 * 0.155 + 0.5 * 0.025)


def test_ece_does_not_let_bins_cancel_out() -> None:
    # Too sure in one bin, not sure enough in another: 0.9 each, although the means agree.
    assert expected_calibration_error([0.9, 0.1], [False, True], bins=2) == pytest.approx(0.9)


@pytest.mark.parametrize("function", [expected_calibration_error, reliability_bins])
@pytest.mark.parametrize(("confidence", "correct"), [([0.5], [True, False]), ([], [])])
def test_every_answer_needs_its_confidence(function, confidence, correct) -> None:
    with pytest.raises(ValueError, match="one confidence for each"):
        function(confidence, correct)


def test_bins_of_a_diagram() -> None:
    low, high = reliability_bins([0.0, 0.5, 0.75, 1.0000001], [False, True, True, True], bins=2)
    assert (low.low, low.high, low.rows) == (0.0, 0.5, 2)
    assert (low.confidence, low.accuracy) == (0.25, 0.5)
    assert (high.low, high.high, high.rows) == (0.5, 1.0, 2)
    assert (high.confidence, high.accuracy) == (0.875, 1.0)


@given(rows, st.integers(1, 20))
def test_bins_add_up_to_the_calibration_error(answers: list[tuple[float, bool]], bins: int) -> None:
    confidence, correct = zip(*answers, strict=True)
    found = reliability_bins(confidence, correct, bins)
    assert sum(bin_.rows for bin_ in found) == len(answers)
    assert [bin_.low for bin_ in found] == sorted({bin_.low for bin_ in found})
    for bin_ in found:
        assert bin_.rows > 0
        assert bin_.low - 1e-4 <= bin_.confidence <= bin_.high + 1e-4
    error = sum(bin_.rows * abs(bin_.confidence - bin_.accuracy) for bin_ in found) / len(answers)
    # Bins are rounded to four decimals.
    expected = expected_calibration_error(confidence, correct, bins=bins)
    assert error == pytest.approx(expected, abs=1.1e-4)


@given(rows, st.integers(0, 5))
def test_the_interval_holds_the_error_and_stays_in_range(
    answers: list[tuple[float, bool]], seed: int
) -> None:
    confidence, correct = zip(*answers, strict=True)
    low, high = calibration_interval(
        confidence, correct, bins=15, resamples=50, rng=np.random.default_rng(seed), level=0.95
    )
    assert 0 <= low <= expected_calibration_error(confidence, correct) <= high <= 1


def draw(rng: np.random.Generator, size: int, sharpened: float) -> tuple[np.ndarray, np.ndarray]:
    """Confidences and right answers of a model that is too sure, unless `sharpened` is 1."""
    scores = rng.normal(size=(size, 3)) * 2
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    claimed = np.exp(scores * sharpened)
    claimed /= claimed.sum(axis=1, keepdims=True)
    return claimed.max(axis=1), rng.random(size) < chances.max(axis=1)


def test_drawing_cells_is_drawing_rows() -> None:
    """The interval of a miscalibrated model, whose bias is small, is that of a row bootstrap."""
    rng = np.random.default_rng(3)
    confidence, correct = draw(rng, 3000, sharpened=2.0)
    value = expected_calibration_error(confidence, correct)
    samples = []
    for _ in range(1000):
        chosen = rng.integers(len(confidence), size=len(confidence))
        samples.append(expected_calibration_error(confidence[chosen], correct[chosen]))
    low, high = 2 * value - np.quantile(samples, [0.975, 0.025])
    found = calibration_interval(
        confidence, correct, bins=15, resamples=4000, rng=np.random.default_rng(4), level=0.95
    )
    assert found == pytest.approx((low, high), abs=0.1 * (high - low))


def test_an_error_that_chance_explains_may_be_none() -> None:
    confidence, correct = draw(np.random.default_rng(5), 300, sharpened=1.0)
    rng = np.random.default_rng(6)
    assert expected_calibration_error(confidence, correct) > 0.02
    low, _ = calibration_interval(confidence, correct, bins=15, resamples=300, rng=rng, level=0.95)
    assert low == 0


@pytest.mark.parametrize("sharpened", [1.0, 1.15, 1.5])
@pytest.mark.parametrize("size", [50, 300, 1000])
def test_intervals_cover_the_error_of_the_population(sharpened: float, size: int) -> None:
    rng = np.random.default_rng([size, int(100 * sharpened)])
    true = expected_calibration_error(*draw(rng, 200_000, sharpened)) if sharpened > 1 else 0.0
    covered = 0
    for _ in range(DRAWS):
        low, high = calibration_interval(
            *draw(rng, size, sharpened), bins=15, resamples=150, rng=rng, level=0.95
        )
        covered += low <= true <= high
    assert covered / DRAWS >= (0.93 if sharpened == 1 else 0.8)
