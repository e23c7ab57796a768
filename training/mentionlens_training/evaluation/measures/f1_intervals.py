"""Confidence intervals of F1 and of macro-F1, in closed form.

The bootstrap fails where a label is rare: one that was never found among ten rows has F1 0 on every
resample, as if it never could be found; and where nothing went wrong it says that nothing ever
will. `tests/training/evaluation/measures/test_intervals.py` simulates both: of 50 rows that are
nearly always answered right, fewer than 80 % of the bootstrap's 95 % intervals hold the
population's macro-F1, and more than 83 % of those below, which hold it in 91-99 % of the draws from
200 rows on.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.measures.intervals import wilson_interval
from mentionlens_training.evaluation.measures.metrics import macro_f1_of, precision_recall_f1

__all__ = ["f1_interval", "macro_f1_interval"]


def f1_interval(hits: int, union: int, confidence: float) -> tuple[float, float]:
    """Return the interval of the F1 of one label.

    The share of hits among all rows that have the label or were given it is Jaccard's index J, a
    plain share with Wilson's interval; and F1 = 2 J / (1 + J) rises with it.

    Args:
        hits: rows that have the label and were given it.
        union: rows that have it, or were given it, or both.
        confidence: of the interval, such as 0.95.

    Raises:
        ValueError: no rows, or more hits than rows.
    """
    low, high = wilson_interval(hits, union, confidence)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def macro_f1_interval(confusion: npt.ArrayLike, confidence: float) -> tuple[float, float]:
    """Return the interval of the mean F1 over the labels that occur in the gold answers.

    The intervals of the labels' F1 are combined to that of their mean (method of variance
    estimates recovery: Zou: Toward Using Confidence Intervals to Compare Correlations,
    Psychological Methods 12, 2007), with the correlations between them that follow from the
    multinomial distribution of the counts by the delta method (Takahashi, Yamamoto, Kuchiba,
    Koyama: Confidence Interval for Micro-Averaged F1 and Macro-Averaged F1 Scores, Applied
    Intelligence 52, 2022). It is about the labels that occur in these rows.

    Args:
        confusion: (labels, labels) counts, outer the right labels.
        confidence: of the interval, such as 0.95.

    Raises:
        ValueError: there are no rows.
    """
    matrix = np.asarray(confusion, dtype=np.int64)
    value = float(macro_f1_of(matrix))
    if math.isnan(value):
        raise ValueError("macro-F1 of no rows has no interval")
    occurs = np.flatnonzero(matrix.sum(axis=1))
    f1 = precision_recall_f1(matrix).f1[occurs]
    hits = np.diagonal(matrix)
    union = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
    ends = np.array([f1_interval(int(hits[i]), int(union[i]), confidence) for i in occurs])
    correlations = _correlations(matrix, occurs, f1)

    def reach(gaps: npt.NDArray[np.float64]) -> float:
        return math.sqrt(max(0.0, float(gaps @ correlations @ gaps))) / len(occurs)

    low, high = value - reach(f1 - ends[:, 0]), value + reach(ends[:, 1] - f1)
    return max(0.0, low), min(1.0, high)


def _correlations(
    matrix: npt.NDArray[np.int64], occurs: npt.NDArray[np.int64], f1: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return how the F1 of the labels vary together; 0 where one does not vary at all."""
    same = np.eye(len(matrix))[occurs]
    right, given = same[:, :, None], same[:, None, :]
    total = (matrix.sum(axis=0) + matrix.sum(axis=1))[occurs, None, None]
    # Derivative of F1 = 2 hits / (rows + answered) by each cell. F1 does not change where all
    # cells grow alike, so that the second term of the multinomial's covariance is 0.
    slope = (2 * right * given - f1[:, None, None] * (right + given)) / total
    covariance = np.einsum("iab,jab,ab->ij", slope, slope, matrix)
    spread = np.sqrt(np.diagonal(covariance))
    scale = np.outer(spread, spread)
    correlations = np.eye(len(occurs))
    np.divide(covariance, scale, out=correlations, where=scale > 0)
    return correlations
