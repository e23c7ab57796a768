"""The detectors that `watch_simulation.py` compares with, on hourly counts of several series.

Each takes counts (series, hours) and returns a score (series, hours), which is the higher the more
unusual the counts up to that hour are; an alarm is a score above a threshold. The first hours,
which have no history, score minus infinity.

EARS C1, C2 and C3: Hutwagner, Thompson, Seeman and Treadwell, "The bioterrorism preparedness and
response Early Aberration Reporting System (EARS)", J. Urban Health 80, 2003. They look at counts of
a day; here a day ends with every hour, so that they may speak as early as the others.

Improved Farrington: Noufaily, Enki, Farrington, Garthwaite, Andrews and Charlett, "An improved
algorithm for outbreak detection in multiple surveillance systems", Statistics in Medicine 32, 2013.
It looks at counts of a week with a yearly rhythm; here a block of hours stands for its week and a
week for its year: a quasi-Poisson model with a linear trend and a factor of ten levels for the time
of the week, blocks with Anscombe residuals above 2.58 down-weighted, the last blocks left out, and
the tail of a negative binomial.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["cusum", "ears", "farrington", "fixed_threshold", "rolling", "sigma_rule"]

_DAY, _WEEK = 24, 168
_UNUSUAL = 2.58


def rolling(counts: NDArray[np.float64], hours: int) -> NDArray[np.float64]:
    """Return the sum of the last hours at each hour, (series, hours)."""
    sums = np.cumsum(counts, axis=1)
    sums[:, hours:] -= sums[:, :-hours].copy()
    return sums


def fixed_threshold(counts: NDArray[np.float64], hours: int) -> NDArray[np.float64]:
    """Score by the count of the last hours itself."""
    return rolling(counts, hours)


def sigma_rule(counts: NDArray[np.float64], hours: int, history: int = 28) -> NDArray[np.float64]:
    """Score by standard deviations above the mean of all such windows of the last days."""
    sums = rolling(counts, hours)
    length = history * _DAY
    first = rolling(sums, length) / length
    second = rolling(sums**2, length) / length
    spread = np.sqrt(np.maximum(second - first**2, 1e-9))
    # What the window itself holds is no history of its own.
    before = np.roll(first, hours, axis=1), np.roll(spread, hours, axis=1)
    scores = (sums - before[0]) / np.maximum(before[1], 0.5)
    scores[:, : length + 2 * hours] = -np.inf
    return scores


def ears(counts: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    """Score by C1, C2 or C3."""
    sums = rolling(counts, _DAY)
    gap = 1 if kind == "C1" else 3
    past = np.stack([np.roll(sums, _DAY * (gap + day), axis=1) for day in range(7)])
    scores = (sums - past.mean(axis=0)) / np.maximum(past.std(axis=0, ddof=1), 0.5)
    if kind == "C3":
        scores = sum(np.maximum(0.0, np.roll(scores, _DAY * day, axis=1) - 1) for day in range(3))
    scores[:, : 12 * _DAY] = -np.inf
    return scores


def farrington(
    counts: NDArray[np.float64], hours: int, weeks: int = 5, levels: int = 10
) -> NDArray[np.float64]:
    """Score by minus the decimal logarithm of the tail of the block that ends with each hour."""
    sums = rolling(counts, hours)
    per_week = _WEEK // hours
    number = weeks * per_week
    gap = _DAY // hours
    # Block 0 is the one in question; the last day is left out.
    ages = np.arange(gap, number + 1)
    design = _design(ages, per_week, min(levels, per_week))
    now = _design(np.array([0]), per_week, min(levels, per_week))[0]
    scores = np.full(counts.shape, -np.inf)
    for hour in range(number * hours + hours, counts.shape[1]):
        history = sums[:, hour - ages * hours]
        mean, spread, dispersion = _fit(design, history, now)
        mean = np.maximum(mean, 0.05)
        variance = np.maximum(dispersion * mean + spread * mean**2, mean * 1.0001)
        size = mean**2 / (variance - mean)
        tail = stats.nbinom.logsf(sums[:, hour] - 1, size, size / (size + mean))
        scores[:, hour] = -tail / np.log(10)
    return scores


def cusum(
    counts: NDArray[np.float64], usual: NDArray[np.float64], ratio: float
) -> NDArray[np.float64]:
    """Score by the CUSUM of one who knows the true mean, and by how much it will change."""
    steps = counts * np.log(ratio) - usual * (ratio - 1)
    scores = np.zeros(counts.shape)
    for hour in range(1, counts.shape[1]):
        scores[:, hour] = np.maximum(0.0, scores[:, hour - 1] + steps[:, hour])
    return scores


def _design(ages: NDArray[np.int64], per_week: int, levels: int) -> NDArray[np.float64]:
    """Return intercept, trend, time of the week; level 0 is around the block in question."""
    of_week = (-ages) % per_week
    half = max(1, per_week // levels // 2)
    near = (of_week <= half) | (of_week >= per_week - half)
    level = np.where(
        near, 0, 1 + (of_week - half - 1) * (levels - 1) // max(1, per_week - 2 * half - 1)
    )
    dummies = level[:, None] == np.arange(1, levels)
    return np.column_stack([np.ones(len(ages)), -ages / per_week, dummies]).astype(np.float64)


def _fit(
    design: NDArray[np.float64], history: NDArray[np.float64], now: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return predicted mean, relative variance of the prediction, and dispersion, by series."""
    weights = np.ones_like(history)
    for _ in range(2):
        fitted, covariance, beta = _poisson(design, history, weights)
        left = np.maximum((weights > 0).sum(axis=1) - design.shape[1], 1)
        pearson = weights * (history - fitted) ** 2 / fitted
        dispersion = np.maximum(pearson.sum(axis=1) / left, 1.0)
        residuals = 1.5 * (history ** (2 / 3) - fitted ** (2 / 3)) / fitted ** (1 / 6)
        residuals /= np.sqrt(dispersion)[:, None]
        unusual = residuals > _UNUSUAL
        weights = np.where(unusual, residuals**-2.0, 1.0)
        weights *= (weights.shape[1] / weights.sum(axis=1))[:, None]
    relative = np.einsum("i,sij,j->s", now, covariance, now) * dispersion
    return np.exp(np.clip(beta @ now, -10, 10)), relative, dispersion


def _poisson(
    design: NDArray[np.float64], history: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fit by iteratively reweighted least squares, a little ridge where a level saw nothing."""
    fitted = history * 0.7 + 0.3 * history.mean(axis=1, keepdims=True) + 0.1
    number = design.shape[1]
    ridge = 0.02 * np.eye(number)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    for _ in range(5):
        logs = np.log(fitted)
        target = logs + (history - fitted) / fitted
        heavy = weights * fitted
        left = (heavy @ products).reshape(-1, number, number) + ridge
        right = (heavy * target) @ design
        beta = np.linalg.solve(left, right[..., None])[..., 0]
        fitted = np.exp(np.clip(beta @ design.T, -6, 10))
    return fitted, np.linalg.inv(left), beta
