"""Whether probabilities mean what they say: reliability diagram and calibration error.

Source of the binning: Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks,
ICML 2017.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.schema import ReliabilityBin

__all__ = [
    "ECE_BINS",
    "calibration_interval",
    "expected_calibration_error",
    "reliability_bins",
]

ECE_BINS = 15


def reliability_bins(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, bins: int = ECE_BINS
) -> tuple[ReliabilityBin, ...]:
    """Return the bins of a reliability diagram that hold rows, the least sure first.

    The gaps between `confidence` and `accuracy`, weighted by rows, are the expected calibration
    error.

    Args:
        confidence: (rows,) probability of the answer that was given; what lies outside of [0, 1]
            by rounding is taken as 0 or 1.
        correct: (rows,) whether that answer was right.
        bins: equal-width bins of [0, 1]; a bin holds its upper edge, the first one 0 too.

    Raises:
        ValueError: no rows, or the two arrays differ in shape.
    """
    probability, right = _columns(confidence, correct)
    index = _bins_of(probability, bins)
    rows = np.bincount(index, minlength=bins)
    sure = np.bincount(index, weights=probability, minlength=bins)
    hits = np.bincount(index, weights=right, minlength=bins)
    return tuple(
        ReliabilityBin(
            low=place / bins,
            high=(place + 1) / bins,
            rows=int(rows[place]),
            # Summing may carry a mean over the edge of [0, 1] by the last bit.
            confidence=min(1.0, sure[place] / rows[place]),
            accuracy=hits[place] / rows[place],
        )
        for place in np.flatnonzero(rows)
    )


def expected_calibration_error(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, *, bins: int = ECE_BINS
) -> float:
    """Return how far confidence and accuracy are apart, weighted by the rows of each bin.

    Args:
        confidence: (rows,) probability of the answer that was given; what lies outside of [0, 1]
            by rounding is taken as 0 or 1.
        correct: (rows,) whether that answer was right.
        bins: equal-width bins of [0, 1]; a bin holds its upper edge, the first one 0 too.

    Raises:
        ValueError: no rows, or the two arrays differ in shape.
    """
    probability, right = _columns(confidence, correct)
    index = _bins_of(probability, bins)
    # |mean confidence - accuracy| of a bin times its rows is |sum of the differences|.
    gaps = np.bincount(index, weights=probability - right, minlength=bins)
    return min(1.0, float(np.abs(gaps).sum() / probability.size))


def calibration_interval(
    confidence: npt.ArrayLike,
    correct: npt.ArrayLike,
    *,
    bins: int,
    resamples: int,
    rng: np.random.Generator,
    level: float,
) -> tuple[float, float]:
    """Return an interval of the expected calibration error of the population, in these bins.

    The error of few rows is biased upwards: even where every probability is right, the bins'
    accuracies miss them by chance (Kumar, Liang, Ma: Verified Uncertainty Calibration, NeurIPS
    2019). The bootstrap adds that bias a second time, so that its percentiles lie above the
    truth. Hence the interval is

    - the reflected (basic) bootstrap interval, which takes the bias off, as Kumar et al. do;
    - from 0, where the error is one that a perfectly calibrated model would have on such rows
      (consistency resampling: Broecker, Smith: Increasing the Reliability of Reliability
      Diagrams, Weather and Forecasting 22, 2007);
    - widened to the measured error itself, where that lies above.

    In the simulations of `tests/training/evaluation/measures/test_reliability.py` 95 % intervals
    hold the population's error in at least 80 % of the draws, and in nearly all where it is zero.

    Args:
        confidence: (rows,) probability of the answer that was given.
        correct: (rows,) whether that answer was right.
        bins: equal-width bins of [0, 1].
        resamples: of the bootstrap, and of the calibrated model.
        rng: source of randomness.
        level: of the interval, such as 0.95.

    Raises:
        ValueError: no rows, or the two arrays differ in shape.
    """
    probability, right = _columns(confidence, correct)
    value = expected_calibration_error(probability, right, bins=bins)
    tail = (1 - level) / 2
    samples = _resampled_errors(probability, right, bins, resamples, rng)
    low, high = 2 * value - np.quantile(samples, [1 - tail, tail])
    if value <= np.quantile(_calibrated_errors(probability, bins, resamples, rng), 1 - tail):
        low = 0.0
    return min(max(0.0, float(low)), value), max(min(1.0, float(high)), value)


def _resampled_errors(
    probability: npt.NDArray[np.float64],
    right: npt.NDArray[np.float64],
    bins: int,
    resamples: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Return (resamples,) calibration errors of rows drawn again.

    The rows that fall into each cell, a bin's right or wrong answers, are multinomial; the sum of
    their confidences is drawn from the normal distribution that it tends to. Cost and memory do
    not grow with the rows.
    """
    cell = 2 * _bins_of(probability, bins) + right.astype(np.int64)
    gap = probability - right
    rows = np.bincount(cell, minlength=2 * bins)
    filled = np.flatnonzero(rows)
    mean = np.bincount(cell, gap, 2 * bins)[filled] / rows[filled]
    square = np.bincount(cell, gap * gap, 2 * bins)[filled] / rows[filled]
    spread = np.sqrt(np.maximum(0.0, square - mean * mean))
    drawn = rng.multinomial(probability.size, rows[filled] / probability.size, size=resamples)
    sums = drawn * mean + np.sqrt(drawn) * spread * rng.standard_normal(drawn.shape)
    # A bin's right and wrong answers are next to each other.
    starts = np.flatnonzero(np.diff(filled // 2, prepend=-1))
    errors: npt.NDArray[np.float64] = np.abs(np.add.reduceat(sums, starts, axis=1)).sum(axis=1)
    return errors / probability.size


def _calibrated_errors(
    probability: npt.NDArray[np.float64], bins: int, resamples: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return (resamples,) calibration errors of answers as right as their probabilities say."""
    index = _bins_of(probability, bins)
    rows = np.bincount(index, minlength=bins)
    filled = np.flatnonzero(rows)
    sure = np.bincount(index, probability, bins)[filled]
    # Within a bin the probabilities are close enough to be taken as their mean.
    chance = np.minimum(1.0, sure / rows[filled])
    hits = rng.binomial(rows[filled], chance, size=(resamples, filled.size))
    errors: npt.NDArray[np.float64] = np.abs(hits - sure).sum(axis=1)
    return errors / probability.size


def _columns(
    confidence: npt.ArrayLike, correct: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    probability = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    if probability.size == 0 or probability.shape != right.shape:
        raise ValueError(
            f"calibration needs one confidence for each of one or more answers, "
            f"found shapes {probability.shape} and {right.shape}"
        )
    return np.clip(probability, 0.0, 1.0), right


def _bins_of(probability: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.int64]:
    """Return (rows,) the bin of each row."""
    return np.clip(np.ceil(probability * bins).astype(np.int64) - 1, 0, bins - 1)
