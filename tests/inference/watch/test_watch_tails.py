"""Tail probabilities against scipy, and against what they must be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens.watch.tails import (
    beta_binomial_upper_tail,
    lower_tail,
    ratio_interval,
    tail_exponents,
    upper_tail,
    with_clustering,
)

# It comes with the data extra.
stats = pytest.importorskip("scipy.stats")

MEANS = st.floats(1e-4, 2e3)
SIZES = st.floats(0.05, 1e4)
COUNTS = st.integers(0, 4000)


@settings(max_examples=60, deadline=None)
@given(count=COUNTS, mean=MEANS)
def test_poisson_tails_are_those_of_scipy(count: int, mean: float) -> None:
    for ours, theirs in (
        (upper_tail(count, mean), stats.poisson.sf(count - 1, mean)),
        (lower_tail(count, mean), stats.poisson.cdf(count, mean)),
    ):
        assert ours == pytest.approx(theirs, rel=1e-7, abs=1e-250)


@settings(max_examples=60, deadline=None)
@given(count=COUNTS, mean=MEANS, size=SIZES)
def test_negative_binomial_tails_are_those_of_scipy(count: int, mean: float, size: float) -> None:
    probability = size / (size + mean)
    for ours, theirs in (
        (upper_tail(count, mean, size), stats.nbinom.sf(count - 1, size, probability)),
        (lower_tail(count, mean, size), stats.nbinom.cdf(count, size, probability)),
    ):
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-250)


@settings(max_examples=60, deadline=None)
@given(
    trials=st.integers(1, 400),
    part=st.floats(0, 1),
    share=st.floats(0.01, 0.9),
    precision=st.floats(0.5, 1e4),
)
def test_beta_binomial_tails_are_the_sums_of_scipys_terms(
    trials: int, part: float, share: float, precision: float
) -> None:
    count = round(part * trials)
    terms = stats.betabinom.pmf(
        np.arange(count, trials + 1), trials, share * precision, (1 - share) * precision
    )
    ours = beta_binomial_upper_tail(count, trials, share, precision)
    assert ours == pytest.approx(min(1.0, terms.sum()), rel=1e-6, abs=1e-200)


@settings(max_examples=60, deadline=None)
@given(trials=st.integers(1, 400), part=st.floats(0, 1), share=st.floats(0.01, 0.99))
def test_a_share_that_is_sure_gives_the_binomial(trials: int, part: float, share: float) -> None:
    count = round(part * trials)
    theirs = stats.binom.sf(count - 1, trials, share)
    assert beta_binomial_upper_tail(count, trials, share) == pytest.approx(
        theirs, rel=1e-7, abs=1e-200
    )


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 300), mean=st.floats(0.01, 200), size=SIZES)
def test_both_tails_share_the_count_itself(count: int, mean: float, size: float) -> None:
    whole = upper_tail(count, mean, size) + lower_tail(count - 1, mean, size)
    assert whole == pytest.approx(1.0, abs=1e-9)
    assert upper_tail(count + 1, mean, size) <= upper_tail(count, mean, size)


def test_nothing_at_all_and_nothing_expected() -> None:
    assert upper_tail(0, 5.0) == 1.0
    assert upper_tail(3, 0.0) == 0.0
    assert lower_tail(-1, 5.0) == 0.0
    assert lower_tail(3, 0.0) == 1.0
    assert beta_binomial_upper_tail(0, 10, 0.3) == 1.0
    assert beta_binomial_upper_tail(1, 10, 0.0) == 0.0


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 2000), mean=st.floats(0.01, 500), size=st.floats(0.3, 1e6))
def test_the_exponent_bounds_the_tail_from_both_sides(count: int, mean: float, size: float) -> None:
    exponent = float(tail_exponents(np.array([1.0 * count]), np.array([mean]), np.array([size]))[0])
    tail = upper_tail(count, mean, size)
    if count > mean and tail > 1e-280:
        assert math.log(tail) <= -exponent + 1e-6
        slack = 0.5 * math.log(2 * math.pi * count * (1 + count / size)) + 0.5
        assert math.log(tail) >= -exponent - slack


@pytest.mark.parametrize("count", [0, 1, 3, 27, 400])
def test_the_interval_of_a_poisson_count_is_garwoods(count: int) -> None:
    low, high = ratio_interval(count, 10.0)
    expected_low = stats.chi2.ppf(0.025, 2 * count) / 20 if count else 0.0
    assert low == pytest.approx(expected_low, rel=1e-6)
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * count + 2) / 20, rel=1e-6)


def test_an_uncertain_expectation_widens_the_interval() -> None:
    sure, unsure = ratio_interval(20, 5.0), ratio_interval(20, 5.0, 4.0)
    assert unsure[0] < sure[0] < 4.0 < sure[1] < unsure[1]


def test_clustering_adds_a_multiple_of_the_mean_to_the_variance() -> None:
    size = with_clustering(20.0, 4.0, 0.5)
    assert 4.0 + 4.0**2 / size == pytest.approx(1.5 * 4.0 + 4.0**2 / 20.0)
    assert with_clustering(math.inf, 4.0, 0.0) == math.inf


def test_clustering_widens_the_interval_without_making_it_endless() -> None:
    alone, clustered = ratio_interval(12, 0.2), ratio_interval(12, 0.2, clustering=1.0)
    assert clustered[0] < alone[0] < 60 < alone[1] < clustered[1] < 4 * alone[1]
