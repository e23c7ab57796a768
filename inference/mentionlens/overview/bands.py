"""Between what counts a series usually lies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["usual_counts"]

_TAIL = 0.025
_Z = 1.959963984540054
# Up to such means the terms are summed; above, the first of them would be too small for a float.
_SUMMED_MEANS = 250.0
_LARGEST_SIZE = 1e7


def usual_counts(
    means: NDArray[np.float64], sizes: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the 2.5th and the 97.5th percentile of negative binomial counts.

    They are exact up to a mean of 250, and from the first three moments (Cornish and Fisher) above.

    Args:
        means: what is expected, 0 or more, of any shape.
        sizes: of the negative binomials, above 0, of the same shape; the variance is
            `mean + mean * mean / size`.

    Returns:
        Two arrays of the same shape.
    """
    low = np.zeros(means.shape, np.int64)
    high = np.zeros(means.shape, np.int64)
    spread = np.sqrt(means + means**2 / sizes)
    # A wide one begins with a tiny probability, too, but never one that a float does not hold.
    large = means > _SUMMED_MEANS
    safe = np.where(means > 0, means, 1.0)
    skewness = (1 + 2 * means / sizes) / np.where(spread > 0, spread, 1.0)
    for ends, z in ((low, -_Z), (high, _Z)):
        turned = z + (z * z - 1) / 6 * skewness
        ends[large] = np.maximum(0, np.round(means + spread * turned))[large]
    summed = (means > 0) & ~large
    ends_of_sum = _summed(safe[summed], np.minimum(sizes[summed], _LARGEST_SIZE))
    low[summed], high[summed] = ends_of_sum
    return low, high


def _summed(
    means: NDArray[np.float64], sizes: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    low = np.full(means.shape, -1, np.int64)
    high = np.full(means.shape, -1, np.int64)
    # The probability of none, and of each next count from the one before.
    term = np.exp(-sizes * np.log1p(means / sizes))
    grows = means / (means + sizes)
    total = term.copy()
    count = 0
    while (high < 0).any():
        low[(low < 0) & (total >= _TAIL)] = count
        high[(high < 0) & (total >= 1 - _TAIL)] = count
        count += 1
        term *= grows * (sizes + count - 1) / count
        total += term
    return low, high
