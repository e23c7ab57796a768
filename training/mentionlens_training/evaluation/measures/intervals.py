"""Confidence intervals: how far a figure would move on other rows of the same kind.

Every figure that depends on the confusion matrix alone has an exact and cheap bootstrap: to draw
n rows with replacement is to draw the counts of the matrix from a multinomial distribution over
its cells, whatever n is (Efron & Tibshirani: An Introduction to the Bootstrap, 1993).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = [
    "percentile_interval",
    "resampled_confusions",
    "wilson_interval",
]


def resampled_confusions(
    confusion: npt.ArrayLike, resamples: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Draw confusion matrices as if the rows were drawn again, with replacement.

    Args:
        confusion: counts, of any shape: (labels, labels), or (labels, labels, labels) for the
            right label and the answers of two models.
        resamples: how many to draw.
        rng: source of randomness.

    Returns:
        (resamples, *shape) counts, each with as many rows as `confusion`.

    Raises:
        ValueError: there are no rows.
    """
    counts = np.asarray(confusion, dtype=np.int64)
    rows = int(counts.sum())
    if rows < 1:
        raise ValueError("there are no rows to draw from")
    drawn = np.zeros((resamples, counts.size), dtype=np.int64)
    # A cell without rows stays without; leaving it out is faster, as most of them are.
    filled = np.flatnonzero(counts)
    drawn[:, filled] = rng.multinomial(rows, counts.flat[filled] / rows, size=resamples)
    return drawn.reshape(resamples, *counts.shape)


def percentile_interval(samples: npt.NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Return the interval that holds the middle share of the samples; nan ones do not count.

    Args:
        samples: (resamples,) a figure on each resample.
        confidence: share that the interval holds, such as 0.95.

    Raises:
        ValueError: every sample is nan, or there is none.
    """
    defined = samples[~np.isnan(samples)]
    if not defined.size:
        raise ValueError("no resample on which the figure is defined")
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)


def wilson_interval(successes: int, rows: int, confidence: float) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    Unlike the bootstrap and the normal interval it is honest where all or none succeed: none of
    20 rows is [0, 0.16], not [0, 0].

    Args:
        successes: rows that count.
        rows: all rows.
        confidence: of the interval, such as 0.95.

    Raises:
        ValueError: no rows, or more successes than rows.

    Source: Wilson: Probable Inference, the Law of Succession, and Statistical Inference,
    Journal of the American Statistical Association 22, 1927.
    """
    if not 0 <= successes <= rows or rows < 1:
        raise ValueError(f"{successes} successes of {rows} rows")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / rows
    middle = share + z * z / (2 * rows)
    reach = z * math.sqrt(share * (1 - share) / rows + (z / (2 * rows)) ** 2)
    scale = 1 + z * z / rows
    # The ends never cut off the share itself, not even by rounding.
    return (
        min(share, max(0.0, (middle - reach) / scale)),
        max(share, min(1.0, (middle + reach) / scale)),
    )
