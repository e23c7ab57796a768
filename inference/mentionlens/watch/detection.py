"""From counts and expectations to signals: what has less chance than false alarms may have.

The rate of false alarms that a person puts up with is one probability for each hour of a brand.
It is spent over the brand's series by weights (Bonferroni), most of it on complaints, negative
mentions and trolls in all languages, where a crisis shows soonest; the rest is shared out equally
between its languages and types. Within one series the tests overlap so much that they share its
part: which factor makes the measured rate the stated one was found by simulation
(`tests/benchmarks/watch_simulation.py`), once, as `CALIBRATION`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentionlens.watch.expectation import WINDOWS, Expectation
from mentionlens.watch.recent import RecentHours
from mentionlens.watch.series import COMPLAINT, NEGATIVE, TROLL, SeriesTable
from mentionlens.watch.tails import (
    beta_binomial_upper_tail,
    tail_exponents,
    upper_tail,
)

__all__ = ["HOURS_OF_MONTH", "LEAST_COUNT", "Detector", "Signal"]

HOURS_OF_MONTH = 720
CALIBRATION = 0.8
"""Nominal false alarms for each one that a person counts; measured."""

_TOTALS = {COMPLAINT: 0.55, NEGATIVE: 0.12, TROLL: 0.08}
"""Parts of the probability that the three totals of a brand get; the rest is for all others."""
_PARTS = np.array([0.1, 0.5, 1.5, 1.5, 1.5])[:, None]
"""Of the probability of a series, what each window gets: short ones are tested anew each hour."""
_DRIFT_PART = 3.0
"""The same for the CUSUM, whose bound on false alarms is far from what it gives."""
LEAST_COUNT = 3
"""Fewer mentions in a window are never news."""
_SHIFT = 1.5
"""The lasting change that the CUSUM looks for, as a ratio."""
_SHARE_WINDOWS = (2, 4)
"""Places in `WINDOWS` where shares are tested, too: 6 and 24 hours."""
_STORED = ("fresh", "cusum", "zero", "observed", "expected")


@dataclass(frozen=True, slots=True)
class Signal:
    """One series that is beyond its threshold.

    Attributes:
        row: of the series.
        test: `burst` (a window's count), `share` (of all mentions in it) or `drift` (the CUSUM).
        hours: of the window; since the CUSUM last stood at zero for `drift`.
        p_value: of the test, for this series alone.
        excess: how many times smaller that is than what the series may spend.
    """

    row: int
    test: str
    hours: int
    p_value: float
    excess: float


class Detector:
    """Tests every series at the end of each hour.

    Args:
        table: the series.
        alarms: per brand and month.

    Attributes:
        fresh: first hour that a window of the row may hold, (rows,).
        cusum: logarithm of the likelihood ratio of lasting change against none, (rows,).
        zero: hour in which the CUSUM last stood at zero, (rows,).
        observed: mentions since then, (rows,).
        expected: what was expected since then, (rows,).
    """

    def __init__(self, table: SeriesTable, alarms: float) -> None:
        self._table = table
        self._budget = alarms / HOURS_OF_MONTH * CALIBRATION
        self._weights = np.zeros(0)
        self.fresh = np.zeros(0, dtype=np.int64)
        self.cusum = np.zeros(0)
        self.zero = np.zeros(0, dtype=np.int64)
        self.observed = np.zeros(0)
        self.expected = np.zeros(0)

    def grow(self, hour: int) -> None:
        """Make room for rows that came since, and share out what may be spent."""
        more = len(self._table) - len(self.cusum)
        if more <= 0:
            return
        self.cusum = np.pad(self.cusum, (0, more))
        self.zero = np.pad(self.zero, (0, more), constant_values=hour)
        self.fresh = np.pad(self.fresh, (0, more))
        self.observed = np.pad(self.observed, (0, more))
        self.expected = np.pad(self.expected, (0, more))
        self._weights = self._shares()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return everything that changes, to be stored."""
        return {name: getattr(self, name) for name in _STORED}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Take back what `arrays` returned; the table is restored before."""
        for name in _STORED:
            setattr(self, name, arrays[name])
        self._weights = self._shares()

    def forget(self, rows: NDArray[np.intp], hour: int) -> None:
        """Let the windows of some rows begin after an hour: what was before it is told."""
        self.fresh[rows] = hour + 1
        self.cusum[rows] = 0.0
        self._begin(rows, hour)

    def test(
        self,
        hour: int,
        recent: RecentHours,
        expectation: Expectation,
        *,
        warm: NDArray[np.bool_],
        covered: NDArray[np.bool_],
    ) -> list[Signal]:
        """Return what is beyond its threshold at the end of an hour, the strongest first.

        Args:
            hour: that ended.
            recent: its counts and expectations are in.
            expectation: for the uncertainty.
            warm: (rows,), which are known well enough to raise an alarm.
            covered: (rows,), which belong to an incident that goes on.
        """
        counts, means = recent.window_counts(hour), recent.window_means(hour)
        sizes = expectation.sizes(means)
        allowed = np.maximum(self._budget * self._weights, 1e-300)
        may = warm & ~covered & ~self._table.is_mentions
        self._accumulate(counts[0], means[0], 1 + means[-1] / sizes[-1])
        self.cusum[~warm] = 0.0
        self._begin(np.flatnonzero(self.cusum == 0.0), hour)
        lengths = np.array(WINDOWS)[:, None]
        testable = may & (hour - lengths + 1 >= self.fresh) & (counts >= LEAST_COUNT) & (means > 0)
        best: dict[int, Signal] = {}
        for place, row in self._worth_a_sum(testable, counts, means, sizes, allowed):
            p = upper_tail(int(counts[place, row]), float(means[place, row]), sizes[place, row])
            excess = float(allowed[row] * _PARTS[place, 0]) / max(p, 1e-300)
            _keep(best, Signal(row, "burst", WINDOWS[place], p, excess))
        bounds = -np.log(allowed * _DRIFT_PART)
        for row in np.flatnonzero(may & (self.cusum > bounds)).tolist():
            p = math.exp(-self.cusum[row])
            excess = float(allowed[row] * _DRIFT_PART) / p
            _keep(best, Signal(row, "drift", int(hour - self.zero[row]), p, excess))
        for signal in self._shares_beyond(testable, counts, expectation, allowed):
            _keep(best, signal)
        return sorted(best.values(), key=lambda signal: (-signal.excess, signal.row))

    def _accumulate(
        self,
        counts: NDArray[np.float64],
        means: NDArray[np.float64],
        spread: NDArray[np.float64],
    ) -> None:
        """Add an hour to the CUSUM.

        The step is Poisson's log-likelihood ratio, divided by how much more than a Poisson the sum
        of a day varies: then exp(CUSUM) stays a fair bet against the expectation, and it passes a
        threshold h no more often than once in exp(h) hours (Lorden 1971).

        Args:
            counts: (rows,), of the hour.
            means: (rows,), that were expected.
            spread: (rows,), variance of a day's count over its mean.
        """
        step = counts * math.log(_SHIFT) - means * (_SHIFT - 1)
        self.cusum = np.maximum(0.0, self.cusum + step / spread)
        self.observed += counts
        self.expected += means

    def _begin(self, rows: NDArray[np.intp], hour: int) -> None:
        self.zero[rows] = hour
        self.observed[rows] = 0.0
        self.expected[rows] = 0.0

    def _worth_a_sum(
        self,
        testable: NDArray[np.bool_],
        counts: NDArray[np.float64],
        means: NDArray[np.float64],
        sizes: NDArray[np.float64],
        allowed: NDArray[np.float64],
    ) -> list[tuple[int, int]]:
        places, rows = np.nonzero(testable)
        x, k = counts[places, rows], sizes[places, rows]
        exponents = tail_exponents(x, means[places, rows], k)
        # No tail is much smaller than its first term, and that not much than Chernoff's bound.
        slack = 0.5 * np.log(2 * np.pi * x * (1 + x / k)) + 0.5
        chosen = exponents > -np.log(allowed[rows] * _PARTS[places, 0]) - slack
        return list(zip(places[chosen].tolist(), rows[chosen].tolist(), strict=True))

    def _shares_beyond(
        self,
        testable: NDArray[np.bool_],
        counts: NDArray[np.float64],
        expectation: Expectation,
        allowed: NDArray[np.float64],
    ) -> list[Signal]:
        table = self._table
        levels = expectation.levels()
        certainty = expectation.certainty()
        dispersion = expectation.dispersion()
        found = []
        for place in _SHARE_WINDOWS:
            rows = np.flatnonzero(testable[place] & table.in_all)
            trials = counts[place, table.mentions[rows]]
            x = counts[place, rows]
            share = np.clip(
                levels[rows] / np.maximum(levels[table.mentions[rows]], 1e-9), 1e-4, 0.98
            )
            exponents = x * np.log(np.maximum(x, 1) / np.maximum(trials * share, 1e-9))
            rest = trials - x
            exponents += rest * np.log(
                np.maximum(rest, 1e-9) / np.maximum(trials * (1 - share), 1e-9)
            )
            chosen = (x > trials * share) & (exponents > -np.log(allowed[rows]) - 3.0)
            for row, n, y, q in zip(
                rows[chosen].tolist(), trials[chosen], x[chosen], share[chosen], strict=True
            ):
                # The share varies with what is the series' own, beyond what all mentions do.
                own = max(0.0, dispersion[place, row] - dispersion[place, table.mentions[row]])
                precision = (1 - q) / q / (1 / certainty[row] + own)
                p = beta_binomial_upper_tail(int(y), int(n), float(q), float(precision))
                if p < allowed[row]:
                    found.append(
                        Signal(
                            row, "share", WINDOWS[place], p, float(allowed[row]) / max(p, 1e-300)
                        )
                    )
        return found

    def _shares(self) -> NDArray[np.float64]:
        table = self._table
        weights = np.zeros(len(table))
        others = ~table.is_mentions
        for number, rows in table.rows_by_measure():
            totals = rows[table.in_all[rows]]
            if table.measures[number] in _TOTALS:
                weights[totals] = _TOTALS[table.measures[number]]
                others[totals] = False
        rows_of_brand = np.bincount(table.brand[others], minlength=len(table.brands))
        weights[others] = (1 - sum(_TOTALS.values())) / rows_of_brand[table.brand[others]]
        return weights


def _keep(best: dict[int, Signal], signal: Signal) -> None:
    known = best.get(signal.row)
    if signal.excess >= 1 and (known is None or signal.excess > known.excess):
        best[signal.row] = signal
