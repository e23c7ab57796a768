"""Between what counts a series usually lies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens.overview.bands import usual_counts
from mentionlens.watch.tails import lower_tail


@given(
    mean=st.floats(0.001, 240.0),
    size=st.one_of(st.floats(0.05, 1e3), st.just(1e7)),
)
def test_the_ends_are_the_percentiles_of_the_exact_distribution(mean, size):
    low, high = usual_counts(np.array([mean]), np.array([size]))
    for end, tail in ((int(low[0]), 0.025), (int(high[0]), 0.975)):
        assert lower_tail(end, mean, size) >= tail - 1e-6
        assert lower_tail(end - 1, mean, size) < tail + 1e-6


@pytest.mark.parametrize(("mean", "size"), [(260.0, 1e7), (400.0, 30.0), (5000.0, 12.0)])
def test_large_means_are_within_a_percent_of_the_exact_ends(mean, size):
    low, high = usual_counts(np.array([mean]), np.array([size]))
    assert lower_tail(int(low[0]), mean, size) == pytest.approx(0.025, abs=0.005)
    assert lower_tail(int(high[0]), mean, size) == pytest.approx(0.975, abs=0.005)


def test_nothing_expected_is_nothing_usual_and_shapes_are_kept():
    low, high = usual_counts(np.zeros((2, 3)), np.ones((2, 3)))
    assert low.shape == high.shape == (2, 3)
    assert not low.any() and not high.any()
