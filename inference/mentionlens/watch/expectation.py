"""How many mentions each series should have in an hour, and how sure that is.

The mean of a series is a level times the rhythm of its brand times its own departure from that
rhythm. All three are learned with shrinkage, as gamma priors on Poisson rates (empirical Bayes):

- *level*: count and exposure decay with the half-life; the prior is the series' share of its brand
  as other brands have it, or its measure's share in its language. Gamma(count, exposure) makes the
  next count negative binomial of size `count`: what is new or rare is uncertain, and says so;
- *rhythm*: see `rhythm`;
- *departure*: of each hour of the week, with mean 1; how far series depart at all is estimated
  over all of them, so that a sparse series keeps its brand's rhythm.

The variance of a window's count is estimated as `(1 + c) m + d m m` from squared residuals, for
each length of windows, since days that are busier than others make the sum of 24 hours vary more
than 24 independent hours would:

- *dispersion* `d`: of a mean that itself varies, for each series with a lean on all of them;
- *clustering* `c`: mentions that bring others (one person who writes seven times, a thread); all
  series have the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mentionlens.watch.rhythm import HOURS, WeekClock, brand_rhythms
from mentionlens.watch.series import SeriesTable
from mentionlens.watch.tails import LARGEST_SIZE

__all__ = ["WINDOWS", "Expectation"]

WINDOWS = (1, 3, 6, 12, 24)
"""Hours of the windows whose counts are tested."""

_WEEKS = 8.0
"""Half-life, in weeks, of what is known about an hour of the week."""
_PRIOR_HOURS = 24.0
"""Exposure, in mean hours, that the prior of a level counts for."""
_DISPERSION_HOURS = 24.0 * 60
"""Half-life of residuals."""
_DISPERSION_PRIOR = 2000.0 * np.array(WINDOWS)
"""Squared expected counts that the dispersion of all series counts for, by window.

A dispersion known from squares S has a standard error of about sqrt(2 x hours / S), since windows
overlap: this is as much as a spread of 0.03 between series says.
"""
_FIRST_DISPERSION = 0.2
"""Taken for the dispersion of all series until it is measured; counts as much."""
_UNUSUAL = 0.25
"""Weight of the hours of alarms in what is learned of the variance."""
_CLUSTERING_PRIOR = 500.0
"""Expected mentions that no clustering counts for."""
_SETTLED = 14 * 24
"""Hours of a brand after which what was expected of it can be held against what came."""
_CAP = 3.0
"""Standard deviations above the mean beyond which a count teaches no more."""
_VARIANCE_CAP = 6.0
"""The same for what a window teaches of the variance."""
_KEPT_CERTAINTY = 0.2
"""Part of what was known that stays known when a new level is adopted."""
_LOOSEST, _TIGHTEST = 20.0, 1e4
"""Bounds of the prior strength of departures, in mentions."""

_ROW_ARRAYS = ("_counts", "_exposure", "_residuals", "_sums", "_squares")
_WEEK_ARRAYS = ("_seen", "_flat")


class Expectation:
    """What is expected of every series; grows with the table.

    Args:
        table: the series.
        clock: of the week.
        half_life: of levels, in days.
    """

    def __init__(self, table: SeriesTable, clock: WeekClock, half_life: float) -> None:
        self._table = table
        self._clock = clock
        self._decay = 0.5 ** (1 / (24 * half_life))
        self._counts = np.zeros(0)
        self._exposure = np.zeros(0)
        self._prior = np.zeros(0)
        self._seen = np.zeros((HOURS, 0), dtype=np.float32)
        self._flat = np.zeros((HOURS, 0), dtype=np.float32)
        self._rhythm = np.ones((HOURS, 0))
        self._residuals = np.zeros((len(WINDOWS), 0))
        self._sums = np.zeros((len(WINDOWS), 0))
        self._squares = np.zeros((len(WINDOWS), 0))
        self._pooled = np.full(len(WINDOWS), _FIRST_DISPERSION)
        self._clustering = np.zeros(len(WINDOWS))
        self._strength = 50.0

    def grow(self) -> None:
        """Make room for rows and brands that came since."""
        old, rows = len(self._counts), len(self._table)
        brands = len(self._table.brands)
        if rows == old:
            return
        more = rows - old
        new = np.arange(old, rows)
        for name in _ROW_ARRAYS + _WEEK_ARRAYS + ("_prior",):
            array = getattr(self, name)
            setattr(self, name, np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, more)]))
        added = brands - self._rhythm.shape[1]
        common = self._rhythm.mean(axis=1, keepdims=True) if self._rhythm.size else 1.0
        self._rhythm = np.hstack([self._rhythm, np.ones((HOURS, added)) * common])
        # A series that begins late was watched, and empty, for as long as its brand.
        self._exposure[new] = self._exposure[self._table.brand_mentions[new]]
        self._refresh_priors()

    def levels(self) -> NDArray[np.float64]:
        """Return the mean count of an hour, (rows,)."""
        return (self._counts + _PRIOR_HOURS * self._prior) / (self._exposure + _PRIOR_HOURS)

    def certainty(self) -> NDArray[np.float64]:
        """Return how sure the level is, as the size of a negative binomial, (rows,)."""
        return np.maximum(self._counts + _PRIOR_HOURS * self._prior, 1e-3)

    def means(self, hour: int) -> NDArray[np.float64]:
        """Return what is expected in an hour, (rows,)."""
        return self.levels() * self._shape(self._clock.hour_of_week(hour))

    def means_of(self, hours: NDArray[np.int64], rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return what some rows are expected to have in some hours, (hours, rows)."""
        prior = _PRIOR_HOURS * self._prior[rows]
        levels = (self._counts[rows] + prior) / (self._exposure[rows] + _PRIOR_HOURS)
        of_week = np.array([self._clock.hour_of_week(hour) for hour in hours.tolist()], dtype=int)
        rhythm = self._rhythm[of_week[:, None], self._table.brand[rows]]
        return np.asarray(levels * rhythm)

    def adopt(self, rows: NDArray[np.intp], ratios: NDArray[np.float64]) -> None:
        """Take what lasted for what is usual from now on, with little certainty at first.

        Args:
            rows: of the series.
            ratios: (rows,), of what is seen now to what was expected.
        """
        self._counts[rows] *= ratios * _KEPT_CERTAINTY
        self._exposure[rows] *= _KEPT_CERTAINTY

    def dispersion(self) -> NDArray[np.float64]:
        """Return the dispersion of windows, (windows, rows)."""
        prior = _DISPERSION_PRIOR[:, None]
        residuals = self._residuals - self._clustering[:, None] * self._sums
        raw = (residuals + self._pooled[:, None] * prior) / (self._squares + prior)
        return np.asarray(np.clip(raw, 0.0, 10.0))

    def sizes(self, means: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sizes of the negative binomials of windows, (windows, rows).

        Args:
            means: (windows, rows), expected in them.
        """
        clustering = self._clustering[:, None] / np.maximum(means, 1e-9)
        return np.minimum(1 / (self.dispersion() + clustering + 1 / self.certainty()), LARGEST_SIZE)

    def spread(self, place: int, row: int) -> tuple[float, float]:
        """Return what makes the counts of one series vary more than a Poisson's.

        Args:
            place: in `WINDOWS`.
            row: of the series.

        Returns:
            The size of the negative binomial without clustering, and the clustering.
        """
        clustering = float(self._clustering[place])
        prior = _DISPERSION_PRIOR[place]
        residuals = self._residuals[place, row] - clustering * self._sums[place, row]
        raw = (residuals + self._pooled[place] * prior) / (self._squares[place, row] + prior)
        certainty = max(self._counts[row] + _PRIOR_HOURS * self._prior[row], 1e-3)
        size = min(1 / (min(max(raw, 0.0), 10.0) + 1 / certainty), LARGEST_SIZE)
        return float(size), clustering

    def learn(
        self,
        hour: int,
        counts: NDArray[np.float64],
        windows: NDArray[np.float64],
        means: NDArray[np.float64],
        *,
        weights: NDArray[np.float64],
        age: NDArray[np.int64],
    ) -> None:
        """Take in an hour.

        Args:
            hour: since 1970.
            counts: (rows,), of the hour.
            windows: (windows, rows), counts of the windows that end with it.
            means: (windows, rows), what was expected of them then.
            weights: (rows,), 1 for ordinary hours, less for those of an alarm.
            age: (rows,), hours since the first mention of the row's brand; below 0 before it.
        """
        weights = weights * (age >= 0)
        settled = age >= _SETTLED
        of_week = self._clock.hour_of_week(hour)
        variance = (1 + self._clustering[:, None]) * means + self.dispersion() * means**2
        spread = np.sqrt(variance)
        # A count far above the mean is learned as one that is just unusual.
        cap = np.where(settled, means[0] + _CAP * spread[0] + 2.0, np.inf)
        learned = np.minimum(counts, cap)
        shape = self._shape(of_week)
        keep = 1 - (1 - self._decay) * weights
        self._counts = self._counts * keep + weights * learned
        self._exposure = self._exposure * keep + weights * shape

        levels = self.levels()
        fade = (0.5 ** (1 / _WEEKS)) ** weights
        self._seen[of_week] = self._seen[of_week] * fade + weights * learned
        # In units of the level of then: a brand that grew keeps its rhythm.
        self._flat[of_week] = self._flat[of_week] * fade + weights * levels
        # In the first week the level of then was that of some hours; the present one is better.
        young = np.flatnonzero((age >= 0) & (age < HOURS))
        self._flat[:, young] = (self._flat[:, young] > 0) * levels[young]

        ordinary = np.minimum(windows, means + _VARIANCE_CAP * spread + 2.0)
        # Alarms cut off what is unusual: without them nothing would seem to vary.
        known = np.maximum(weights, _UNUSUAL) * (settled & (age >= 0))
        forget = 0.5 ** (known / _DISPERSION_HOURS)
        self._residuals = self._residuals * forget + known * ((ordinary - means) ** 2 - means)
        self._sums = self._sums * forget + known * means
        self._squares = self._squares * forget + known * means**2

    def add_late(self, row: int, hour: int, age: int) -> None:
        """Take in one mention of an hour that was learned before.

        Args:
            row: of its series.
            hour: since 1970.
            age: hours since then.
        """
        self._counts[row] += self._decay**age
        of_week = self._clock.hour_of_week(hour)
        self._seen[of_week, row] += 0.5 ** (age / HOURS / _WEEKS)

    def refresh(self) -> None:
        """Estimate anew what many hours together tell: rhythms, priors, dispersions. Once a day."""
        if not len(self._counts):
            return
        first = np.unique(self._table.brand_mentions)
        seen, flat = self._seen[:, first], self._flat[:, first]
        self._rhythm[:, self._table.brand[first]] = brand_rhythms(
            seen.astype(np.float64), flat.astype(np.float64)
        )
        self._refresh_priors()
        self._refresh_strength()
        self._refresh_dispersion()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return everything that was learned, to be stored."""
        names = [name for name in vars(self) if isinstance(getattr(self, name), np.ndarray)]
        stored = {name.removeprefix("_"): getattr(self, name) for name in names}
        return {**stored, "strength": np.array(self._strength)}

    def restore(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        """Take back what `arrays` returned."""
        for name, array in arrays.items():
            setattr(self, f"_{name}", float(array) if name == "strength" else array)

    def _shape(self, of_week: int) -> NDArray[np.float64]:
        rhythm = self._rhythm[of_week, self._table.brand]
        expected = self._flat[of_week] * rhythm
        departure = (self._seen[of_week] + self._strength) / (expected + self._strength)
        return np.asarray(rhythm * departure, dtype=np.float64)

    def _refresh_priors(self) -> None:
        """Set each level's prior mean from the levels that are better known."""
        table = self._table
        raw = self._counts / np.maximum(self._exposure, 1e-9)
        self._prior = np.where(self._exposure > 0, raw, 0.0)
        in_all = table.in_all
        shares = np.zeros(len(table.measures))
        for number, found in table.rows_by_measure():
            rows = found[in_all[found]]
            whole = raw[table.mentions[rows]].sum()
            shares[number] = raw[rows].sum() / whole if whole > 0 else 0.0
        share = shares[table.measure]
        levels = self.levels()
        top = in_all & ~table.is_mentions
        self._prior[top] = share[top] * levels[table.mentions[top]]
        levels = self.levels()
        parts = ~in_all & ~table.is_mentions
        base = np.maximum(levels[table.brand_mentions[parts]], 1e-9)
        self._prior[parts] = levels[table.total[parts]] * levels[table.mentions[parts]] / base

    def _refresh_dispersion(self) -> None:
        """Fit clustering and dispersion to all series, by weighted least squares, each window."""
        # What is added up of a series' squared residuals has a variance of about this.
        noise = self._sums + 2 * self._squares + 1e-9
        s, q = self._sums / noise, self._squares / noise
        for place in range(len(WINDOWS)):
            prior = _DISPERSION_PRIOR[place] / 2
            sums, squares = self._sums[place], self._squares[place]
            found = self._residuals[place]
            left = np.array(
                [
                    [s[place] @ sums + _CLUSTERING_PRIOR * WINDOWS[place], s[place] @ squares],
                    [s[place] @ squares, q[place] @ squares + prior],
                ]
            )
            right = np.array([s[place] @ found, q[place] @ found + _FIRST_DISPERSION * prior])
            clustering, dispersion = np.linalg.solve(left, right)
            # Where one would be negative, the other one explains everything.
            if clustering < 0:
                clustering, dispersion = 0.0, right[1] / left[1, 1]
            elif dispersion < 0:
                clustering, dispersion = right[0] / left[0, 0], 0.0
            self._clustering[place] = max(clustering, 0.0)
            self._pooled[place] = max(dispersion, 0.0)

    def _refresh_strength(self) -> None:
        """Estimate how far series depart from the rhythm of their brands, over all of them."""
        rows = np.flatnonzero(self._flat.mean(axis=0) >= 1.0)
        if not len(rows):
            return
        expected = self._flat[:, rows] * self._rhythm[:, self._table.brand[rows]]
        seen = self._seen[:, rows]
        noise = expected * (1 + self._clustering[0] + self.dispersion()[0, rows] * expected)
        excess = ((seen - expected) ** 2 - noise).sum()
        variance = excess / (expected**2).sum()
        strength = 1 / variance if variance > 0 else _TIGHTEST
        self._strength = float(np.clip(strength, _LOOSEST, _TIGHTEST))
