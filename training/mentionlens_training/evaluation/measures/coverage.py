"""What becomes of accuracy where the answers below a threshold are handed to a person.

Also known as selective classification or risk-coverage: Geifman, El-Yaniv: Selective
Classification for Deep Neural Networks, NeurIPS 2017.

Thresholds lie on a grid of four decimals, the precision with which they are written, and compare
with confidences as the 32-bit numbers that those are: what is said of a threshold is true of the
very number that a user copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.schema import CoveragePoint, Threshold

__all__ = ["MIN_KEPT", "WANTED_ACCURACIES", "coverage_curve", "thresholds"]

MIN_KEPT = 20
"""Kept rows below which an accuracy is luck: 20 right answers of 20 may come from a model that is
right in 84 % (lower end of Wilson's 95 % interval)."""

WANTED_ACCURACIES = (0.8, 0.85, 0.9, 0.95, 0.98)

_STEPS = 10_000


class _Kept(NamedTuple):
    """What each threshold keeps, from everything to only the surest.

    Attributes:
        threshold: (thresholds,) ascending; 0 keeps everything, any other is the confidence of
            the least sure row that it keeps.
        rows: (thresholds,) rows that are kept.
        accuracy: (thresholds,) share of right answers among them.
    """

    threshold: npt.NDArray[np.float64]
    rows: npt.NDArray[np.int64]
    accuracy: npt.NDArray[np.float64]


def coverage_curve(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, points: int = 50
) -> tuple[CoveragePoint, ...]:
    """Return accuracy against coverage, from everything kept to only the surest.

    Rows that no threshold of four decimals tells apart are kept or handed over together.

    Args:
        confidence: (rows,) probability of the answer that was given.
        correct: (rows,) whether that answer was right.
        points: at most so many, evenly spread over coverage; 2 or more.

    Raises:
        ValueError: no rows, or the two arrays differ in shape.
    """
    kept = _kept(confidence, correct)
    total = kept.rows[0]
    # Coverage falls along the thresholds; searchsorted wants it to rise.
    wanted = np.linspace(-total, -kept.rows[-1], points)
    chosen = np.unique(np.searchsorted(-kept.rows, wanted))
    return tuple(
        CoveragePoint(
            threshold=kept.threshold[place],
            coverage=kept.rows[place] / total,
            accuracy=kept.accuracy[place],
        )
        for place in chosen
    )


def thresholds(
    confidence: npt.ArrayLike,
    correct: npt.ArrayLike,
    wanted: Sequence[float] = WANTED_ACCURACIES,
    min_kept: int = MIN_KEPT,
) -> tuple[Threshold, ...]:
    """Return the lowest threshold that reaches each accuracy: the one that keeps most rows.

    It is the lowest on these rows: on others, the accuracy will vary by its interval.

    Args:
        confidence: (rows,) probability of the answer that was given.
        correct: (rows,) whether that answer was right.
        wanted: accuracies.
        min_kept: rows that must be kept for a threshold to count; with fewer, some threshold
            reaches any accuracy by luck.

    Returns:
        One for each wanted accuracy; with threshold 0 where everything may be kept, and None
        where no threshold reaches it.

    Raises:
        ValueError: no rows, or the two arrays differ in shape.
    """
    kept = _kept(confidence, correct)
    found = []
    for accuracy in wanted:
        # A hair below: 0.9 is not a binary fraction, 9 of 10 must reach it.
        reached = np.flatnonzero((kept.accuracy >= accuracy - 1e-12) & (kept.rows >= min_kept))
        threshold = coverage = None
        if reached.size:
            place = reached[0]
            threshold = kept.threshold[place]
            coverage = kept.rows[place] / kept.rows[0]
        found.append(Threshold(accuracy=accuracy, threshold=threshold, coverage=coverage))
    return tuple(found)


def _kept(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> _Kept:
    probability = np.asarray(confidence, dtype=np.float32)
    right = np.asarray(correct, dtype=np.bool_)
    if probability.size == 0 or probability.shape != right.shape:
        raise ValueError(
            f"coverage needs one confidence for each of one or more answers, "
            f"found shapes {probability.shape} and {right.shape}"
        )
    grid = np.arange(_STEPS + 1) / _STEPS
    # The highest threshold that still keeps the row.
    step = np.searchsorted(grid.astype(np.float32), np.maximum(probability, 0), side="right") - 1
    rows = _from_here_on(np.bincount(step, minlength=_STEPS + 1))
    hits = _from_here_on(np.bincount(step[right], minlength=_STEPS + 1))
    occupied = np.unique(step)
    threshold = grid[occupied]
    threshold[0] = 0.0
    return _Kept(threshold, rows[occupied], hits[occupied] / rows[occupied])


def _from_here_on(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the sum of each count and all after it."""
    return np.cumsum(counts[::-1])[::-1]
