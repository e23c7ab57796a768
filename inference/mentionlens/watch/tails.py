"""Exact tail probabilities of counts, by sums of their terms.

A count is Poisson where the mean is known and every mention is for itself; negative binomial
(mean `m`, variance `m + m * m / size`) where the mean itself varies; beta-binomial where it is a
share of a known number. The largest term comes from `math.lgamma`, each other one from its
neighbour, so that small tails keep their relative accuracy, which one minus a sum would lose.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LARGEST_SIZE",
    "beta_binomial_upper_tail",
    "lower_tail",
    "ratio_interval",
    "tail_exponents",
    "upper_tail",
    "with_clustering",
]

LARGEST_SIZE = 1e7
"""A negative binomial of this size or more is taken for a Poisson."""

_BLOCK = 512
_ACCURACY = 1e-13


def upper_tail(count: int, mean: float, size: float = math.inf) -> float:
    """Return the probability of `count` or more.

    Args:
        count: that was observed.
        mean: that is expected, 0 or more.
        size: of the negative binomial, above 0; infinite for a Poisson.
    """
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if count <= mean:
        return max(0.0, 1.0 - _sum_down(count - 1, mean, size))
    return min(1.0, _sum_up(count, mean, size))


def with_clustering(size: float, mean: float, clustering: float) -> float:
    """Return the size of a negative binomial whose variance clustering adds to.

    Args:
        size: without it.
        mean: that is expected.
        clustering: what it adds, as a multiple of the mean.
    """
    inverse = 1 / size + clustering / max(mean, 1e-9)
    return min(1 / inverse, LARGEST_SIZE) if inverse > 0 else math.inf


def lower_tail(count: int, mean: float, size: float = math.inf) -> float:
    """Return the probability of `count` or fewer; arguments as for `upper_tail`."""
    if count < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    if count >= mean:
        return max(0.0, 1.0 - _sum_up(count + 1, mean, size))
    return min(1.0, _sum_down(count, mean, size))


def beta_binomial_upper_tail(
    count: int, trials: int, share: float, precision: float = math.inf
) -> float:
    """Return the probability that `count` or more of `trials` are of a kind.

    Args:
        count: that was observed, at most `trials`.
        trials: mentions in all.
        share: that is expected of the kind, between 0 and 1.
        precision: how sure the share is, as a number of mentions; infinite for a binomial.
    """
    if count <= 0:
        return 1.0
    if share <= 0 or share >= 1:
        return 0.0 if share <= 0 else 1.0
    j = np.arange(count, trials, dtype=np.float64)
    if precision >= LARGEST_SIZE:
        first = count * math.log(share) + (trials - count) * math.log1p(-share)
        ratios = np.log((trials - j) * share) - np.log((j + 1) * (1 - share))
    else:
        a, b = share * precision, (1 - share) * precision
        first = _log_beta(count + a, trials - count + b) - _log_beta(a, b)
        ratios = np.log((trials - j) * (j + a)) - np.log((j + 1) * (trials - j - 1 + b))
    first += _log_choose(trials, count)
    logs = first + np.concatenate(([0.0], np.cumsum(ratios)))
    top = float(logs.max())
    return min(1.0, math.exp(top) * float(np.exp(logs - top).sum()))


def tail_exponents(
    counts: NDArray[np.float64], means: NDArray[np.float64], sizes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Chernoff's exponents: the upper tail is at most `exp(-exponent)`.

    It is not smaller than that divided by about `sqrt(2 pi x (1 + x / size))`, which makes the
    exponent a cheap test for what is worth an exact sum. 0 where the count is not above the mean.

    Args:
        counts: of any shape.
        means: of the same shape, above 0.
        sizes: of the same shape, at most `LARGEST_SIZE`.
    """
    above = counts > means
    x = np.where(above, counts, means)
    exponents = x * np.log(x / means) - (x + sizes) * np.log1p((x - means) / (means + sizes))
    return np.where(above, exponents, 0.0)


def ratio_interval(
    count: int,
    mean: float,
    size: float = math.inf,
    *,
    clustering: float = 0.0,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Return the ratios to `mean` that a count does not contradict (Garwood's interval).

    Args:
        count: that was observed.
        mean: that was expected, above 0.
        size: of the negative binomial, without clustering.
        clustering: what it adds to the variance, as a multiple of the mean.
        confidence: of the interval.
    """
    tail = (1 - confidence) / 2

    def at(ratio: float) -> tuple[int, float, float]:
        return count, ratio * mean, with_clustering(size, ratio * mean, clustering)

    top = (count + 10.0) / mean
    while lower_tail(*at(top)) > tail and top * mean < 1e12:
        top *= 2
    low, high = 0.0, top
    for _ in range(50):
        middle = (low + high) / 2
        if upper_tail(*at(middle)) < tail:
            low = middle
        else:
            high = middle
    lower = low if count > 0 else 0.0
    low, high = lower, top
    for _ in range(50):
        middle = (low + high) / 2
        if lower_tail(*at(middle)) > tail:
            low = middle
        else:
            high = middle
    return lower, high


def _log_term(count: int, mean: float, size: float) -> float:
    if size >= LARGEST_SIZE:
        return count * math.log(mean) - mean - math.lgamma(count + 1)
    return (
        math.lgamma(count + size)
        - math.lgamma(size)
        - math.lgamma(count + 1)
        - size * math.log1p(mean / size)
        - count * math.log1p(size / mean)
    )


def _sum_up(count: int, mean: float, size: float) -> float:
    """Sum from `count`, which lies above the mean, so that terms fall from the first one on."""
    total, last = 1.0, 1.0
    for j in _blocks(count):
        if size >= LARGEST_SIZE:
            ratios = mean / (j + 1)
        else:
            ratios = (j + size) / (j + 1) * (mean / (mean + size))
        terms = last * np.cumprod(ratios)
        total += float(terms.sum())
        last, ratio = float(terms[-1]), float(ratios[-1])
        if ratio < 1 and last * ratio / (1 - ratio) < _ACCURACY * total:
            break
    return math.exp(_log_term(count, mean, size)) * total


def _sum_down(count: int, mean: float, size: float) -> float:
    """Sum from `count` down to 0; `count` lies below the mean or close to it."""
    j = np.arange(count, 0, -1, dtype=np.float64)
    is_poisson = size >= LARGEST_SIZE
    ratios = j / mean if is_poisson else j / (j - 1 + size) * ((mean + size) / mean)
    logs = _log_term(count, mean, size) + np.concatenate(([0.0], np.cumsum(np.log(ratios))))
    top = float(logs.max())
    return math.exp(top) * float(np.exp(logs - top).sum())


def _blocks(start: int) -> Iterator[NDArray[np.float64]]:
    while True:
        yield np.arange(start, start + _BLOCK, dtype=np.float64)
        start += _BLOCK


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
