"""The last two days, hour by hour: what came, and what was expected.

An hour is tested when it ends and learned a day later, when it is known whether it belonged to an
alarm. What comes after its lateness is kept apart: it is learned, and never tested.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mentionlens.watch.expectation import WINDOWS

__all__ = ["KEPT", "LAG", "RecentHours"]

LAG = WINDOWS[-1]
"""Hours between the end of an hour and its being learned."""
KEPT = 2 * WINDOWS[-1]
"""Hours that are kept: those not learned yet, and the windows that end with them."""


class RecentHours:
    """A ring of hours; columns are rows of the series table.

    Attributes:
        counts: (hours, rows), in time to be tested.
        late: (hours, rows), not in time.
        means: (hours, rows), what was expected.
        suspect: (hours, rows), whether the hour belongs to an alarm.
    """

    def __init__(self) -> None:
        self.counts = np.zeros((KEPT, 0), dtype=np.float32)
        self.late = np.zeros((KEPT, 0), dtype=np.float32)
        self.means = np.zeros((KEPT, 0), dtype=np.float32)
        self.suspect = np.zeros((KEPT, 0), dtype=np.bool_)

    def grow(self, rows: int) -> None:
        """Make room for so many rows."""
        more = rows - self.counts.shape[1]
        if more > 0:
            for name in ("counts", "late", "means", "suspect"):
                setattr(self, name, np.pad(getattr(self, name), ((0, 0), (0, more))))

    def begin(self, hour: int) -> None:
        """Empty the place of an hour."""
        for array in (self.counts, self.late, self.means, self.suspect):
            array[hour % KEPT] = 0

    def clear(self) -> None:
        """Empty all places."""
        for array in (self.counts, self.late, self.means, self.suspect):
            array[:] = 0

    def window_counts(self, hour: int) -> NDArray[np.float64]:
        """Return the counts of the windows that end with an hour, (windows, rows)."""
        return _sums(self.counts, hour)

    def window_means(self, hour: int) -> NDArray[np.float64]:
        """Return what was expected in them, (windows, rows)."""
        return _sums(self.means, hour)

    def sum_since(self, array: NDArray[np.generic], row: int, start: int, end: int) -> float:
        """Return the sum of a row of one of the arrays over hours `start` to `end`, both in."""
        places = np.arange(max(start, end - KEPT + 1), end + 1) % KEPT
        return float(array[places, row].sum())


def _sums(array: NDArray[np.float32], hour: int) -> NDArray[np.float64]:
    sums = np.empty((len(WINDOWS), array.shape[1]))
    running = np.zeros(array.shape[1])
    start = 0
    for place, length in enumerate(WINDOWS):
        hours = np.arange(hour - length + 1, hour - start + 1) % KEPT
        running = running + array[hours].sum(axis=0, dtype=np.float64)
        sums[place] = running
        start = length
    return sums
