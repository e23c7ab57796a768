"""Coverage and thresholds against trying every threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.measures.coverage import MIN_KEPT, coverage_curve, thresholds

# A few values make ties, and some of them differ by less than the fourth decimal.
CONFIDENCES = st.one_of(
    st.sampled_from([0.5, 0.7, 0.9, 0.90001, 0.90009, 0.99996, 1.0]),
    st.floats(0, 1, width=32),
)
ROWS = st.lists(st.tuples(CONFIDENCES, st.booleans()), min_size=1, max_size=120)

GRID = (np.arange(10_001) / 10_000).astype(np.float32)


def columns(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    confidence, correct = zip(*rows, strict=True)
    return np.array(confidence, dtype=np.float32), np.array(correct)


def kept(confidence: np.ndarray, threshold: float) -> np.ndarray:
    """The rows that a user keeps who copies the threshold."""
    return confidence >= np.float32(threshold)


def test_ties_are_kept_or_handed_over_together() -> None:
    everything, surest = coverage_curve([0.6, 0.6, 0.8, 0.8], [True, False, True, True])
    assert (everything.threshold, everything.coverage, everything.accuracy) == (0.0, 1.0, 0.75)
    assert (surest.threshold, surest.coverage, surest.accuracy) == (0.8, 0.5, 1.0)


@given(ROWS, st.integers(2, 60))
def test_every_point_says_what_its_threshold_does(
    rows: list[tuple[float, bool]], points: int
) -> None:
    confidence, correct = columns(rows)
    found = coverage_curve(confidence, correct, points)
    assert 1 <= len(found) <= points
    assert found[0].coverage == 1
    coverage = [point.coverage for point in found]
    assert coverage == sorted(coverage, reverse=True)
    for point in found:
        mask = kept(confidence, point.threshold)
        assert point.coverage == pytest.approx(mask.mean(), abs=5.1e-5)
        assert point.accuracy == pytest.approx(correct[mask].mean(), abs=5.1e-5)
    # The last point keeps the surest, and those that four decimals cannot tell from them.
    if len(found) > 1:
        assert kept(confidence, found[-1].threshold + 1e-4).sum() == 0


def test_a_large_curve_is_evenly_spread_over_coverage() -> None:
    rng = np.random.default_rng(1)
    confidence = rng.random(20_000).astype(np.float32)
    found = coverage_curve(confidence, rng.random(20_000) < confidence, 50)
    steps = -np.diff([point.coverage for point in found])
    assert len(found) == 50
    assert steps.max() < 0.025


@given(ROWS, st.sampled_from([1, 5, MIN_KEPT]), st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_the_threshold_is_the_lowest_that_reaches_the_accuracy(
    rows: list[tuple[float, bool]], min_kept: int, wanted: float
) -> None:
    confidence, correct = columns(rows)
    (found,) = thresholds(confidence, correct, [wanted], min_kept)
    masks = confidence >= GRID[:, None]
    hits, size = (masks & correct).sum(axis=1), masks.sum(axis=1)
    reached = np.flatnonzero((size >= min_kept) & (hits >= wanted * size - 1e-9))
    assert found.accuracy == wanted
    if not reached.size:
        assert found.threshold is found.coverage is None
    else:
        best = masks[reached[0]]
        assert (kept(confidence, found.threshold) == best).all()
        assert found.coverage == pytest.approx(best.mean(), abs=5.1e-5)


def test_a_threshold_survives_being_written_with_four_decimals() -> None:
    # 0.90004 rounds down to 0.9; were that the threshold, the wrong answer would be kept.
    confidence = np.array([0.90004] * 30 + [0.90001], dtype=np.float32)
    correct = np.array([True] * 30 + [False])
    (found,) = thresholds(confidence, correct, [1.0])
    assert found.threshold is None
    confidence[:30] = 0.90014
    (found,) = thresholds(confidence, correct, [1.0])
    assert found.threshold == 0.9001


def test_nothing_is_handed_over_where_everything_is_right_enough() -> None:
    (found,) = thresholds([0.7] * 40, [True] * 39 + [False], [0.95])
    assert (found.threshold, found.coverage) == (0.0, 1.0)


def test_a_few_lucky_rows_are_no_threshold() -> None:
    confidence = [0.9] * (MIN_KEPT - 1) + [0.6] * 50
    correct = [True] * (MIN_KEPT - 1) + [False] * 50
    assert thresholds(confidence, correct, [0.9])[0].threshold is None
    assert thresholds(confidence, correct, [0.9], MIN_KEPT - 1)[0].threshold == 0.9


@pytest.mark.parametrize("function", [coverage_curve, thresholds])
@pytest.mark.parametrize(("confidence", "correct"), [([0.5], [True, False]), ([], [])])
def test_every_answer_needs_its_confidence(function, confidence, correct) -> None:
    with pytest.raises(ValueError, match="one confidence for each"):
        function(confidence, correct)
