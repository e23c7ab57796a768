"""Intervals by hand, within their range, and in simulations of whole populations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from mentionlens_training.evaluation.measures.f1_intervals import f1_interval, macro_f1_interval
from mentionlens_training.evaluation.measures.intervals import (
    percentile_interval,
    resampled_confusions,
    wilson_interval,
)
from mentionlens_training.evaluation.measures.metrics import (
    accuracy_of,
    macro_f1_of,
    precision_recall_f1,
)

CONFUSIONS = st.integers(1, 5).flatmap(
    lambda k: arrays(np.int64, (k, k), elements=st.sampled_from([0, 0, 1, 3, 40]))
)


def population(rows: list[float], recall: list[float]) -> np.ndarray:
    """Shares by right label and answer; wrong answers go by the other labels' frequency."""
    share = np.array(rows)
    wrong = share * (1 - np.eye(len(share)))
    wrong /= wrong.sum(axis=1, keepdims=True)
    right = np.array(recall)[:, None]
    return share[:, None] * (right * np.eye(len(share)) + (1 - right) * wrong)


POPULATIONS = {
    "three labels": population([0.4, 0.25, 0.35], [0.85, 0.5, 0.8]),
    "one rare label of two": population([0.95, 0.05], [0.98, 0.4]),
    "nine labels, most of them rare": population(
        [0.6, 0.12, 0.08, 0.06, 0.04, 0.05, 0.03, 0.01, 0.01],
        [0.9, 0.7, 0.7, 0.6, 0.6, 0.5, 0.6, 0.3, 0.1],
    ),
    "nearly always right": population([0.3, 0.4, 0.3], [0.98, 0.97, 0.98]),
}
DRAWS = 300


def test_wilson_by_hand() -> None:
    # z = 1.96: centre (0.5 + z^2/20) / (1 + z^2/10) = 0.5, reach 0.2634.
    assert wilson_interval(5, 10, 0.95) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson_interval(0, 20, 0.95) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson_interval(20, 20, 0.95) == pytest.approx((0.8389, 1.0), abs=1e-4)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_shares_lie_in_their_interval(counts: tuple[int, int]) -> None:
    successes, rows = counts
    low, high = wilson_interval(successes, rows, 0.95)
    assert 0 <= low <= successes / rows <= high <= 1
    wider = wilson_interval(successes, rows, 0.99)
    assert wider[0] <= low and high <= wider[1]
    f1_low, f1_high = f1_interval(successes, rows, 0.95)
    assert 0 <= f1_low <= 2 * successes / (successes + rows) + 1e-12
    assert 2 * successes / (successes + rows) - 1e-12 <= f1_high <= 1


@pytest.mark.parametrize(("successes", "rows"), [(0, 0), (3, 2), (-1, 2)])
def test_impossible_shares(successes: int, rows: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} successes of {rows} rows"):
        wilson_interval(successes, rows, 0.95)


@given(CONFUSIONS)
def test_macro_f1_lies_in_its_interval(confusion: np.ndarray) -> None:
    if not confusion.sum():
        with pytest.raises(ValueError, match="no rows"):
            macro_f1_interval(confusion, 0.95)
        return
    low, high = macro_f1_interval(confusion, 0.95)
    assert 0 <= low <= macro_f1_of(confusion) <= high <= 1
    # Not sharper than the sharpest label would allow by itself: never a point.
    assert high - low > 0


def test_macro_f1_of_one_label_is_the_f1_of_it() -> None:
    found = macro_f1_interval([[30, 10, 0], [0, 0, 0], [0, 0, 0]], 0.95)
    assert found == pytest.approx(f1_interval(30, 40, 0.95))


def test_the_order_of_the_labels_does_not_matter() -> None:
    confusion = np.array([[50, 5, 2], [8, 20, 1], [0, 3, 4]])
    order = [2, 0, 1]
    assert macro_f1_interval(confusion[np.ix_(order, order)], 0.95) == pytest.approx(
        macro_f1_interval(confusion, 0.95)
    )


def test_many_rows_give_the_interval_of_the_bootstrap() -> None:
    confusion = np.round(POPULATIONS["three labels"] * 20_000).astype(np.int64)
    drawn = macro_f1_of(resampled_confusions(confusion, 4000, np.random.default_rng(1)))
    low, high = percentile_interval(drawn, 0.95)
    assert macro_f1_interval(confusion, 0.95) == pytest.approx((low, high), abs=0.05 * (high - low))


@given(CONFUSIONS, st.integers(0, 3))
def test_resamples_keep_the_rows_and_invent_no_cell(confusion: np.ndarray, seed: int) -> None:
    if not confusion.sum():
        with pytest.raises(ValueError, match="no rows"):
            resampled_confusions(confusion, 3, np.random.default_rng(seed))
        return
    drawn = resampled_confusions(confusion, 3, np.random.default_rng(seed))
    assert drawn.shape == (3, *confusion.shape)
    assert (drawn.sum(axis=(1, 2)) == confusion.sum()).all()
    assert not drawn[:, confusion == 0].any()


def test_drawing_cells_is_drawing_rows() -> None:
    rng = np.random.default_rng(2)
    confusion = np.array([[40, 6], [9, 12]])
    rows = np.repeat(np.arange(4), confusion.ravel())
    by_row = [
        np.bincount(rng.choice(rows, size=rows.size), minlength=4).reshape(2, 2)
        for _ in range(4000)
    ]
    by_cell = resampled_confusions(confusion, 4000, rng)
    levels = [0.025, 0.25, 0.5, 0.75, 0.975]
    assert np.quantile(macro_f1_of(by_cell), levels) == pytest.approx(
        np.quantile(macro_f1_of(np.array(by_row)), levels), abs=0.01
    )


def test_percentiles_leave_out_what_is_undefined() -> None:
    samples = np.array([math.nan, *np.linspace(0, 1, 101)])
    assert percentile_interval(samples, 0.9) == pytest.approx((0.05, 0.95))
    with pytest.raises(ValueError, match="no resample"):
        percentile_interval(np.array([math.nan]), 0.9)


@pytest.mark.parametrize("rows", [50, 200, 1000])
@pytest.mark.parametrize("name", POPULATIONS)
def test_intervals_cover_the_population(name: str, rows: int) -> None:
    """The figures of the whole population lie in 95 % of the intervals, or nearly.

    Macro-F1 is that over the labels that occur in the rows drawn.
    """
    shares = POPULATIONS[name]
    true = precision_recall_f1(shares * 1e6).f1
    rng = np.random.default_rng([rows, len(shares)])
    covered = {"macro-F1": 0, "accuracy": 0}
    for confusion in rng.multinomial(rows, shares.ravel(), size=DRAWS).reshape(-1, *shares.shape):
        low, high = macro_f1_interval(confusion, 0.95)
        covered["macro-F1"] += low <= true[confusion.sum(axis=1) > 0].mean() <= high
        low, high = wilson_interval(int(np.trace(confusion)), rows, 0.95)
        covered["accuracy"] += low <= np.trace(shares) <= high
    assert 0.91 <= covered["accuracy"] / DRAWS <= 0.99
    # Few rows and many labels, or hardly a mistake: what did not occur cannot be foreseen.
    assert (0.91 if rows > 50 else 0.83) <= covered["macro-F1"] / DRAWS <= 0.99


def test_the_bootstrap_misses_what_a_rare_label_may_do() -> None:
    """Why macro-F1 has intervals of its own; both are as wide."""
    shares = POPULATIONS["nearly always right"]
    true = precision_recall_f1(shares * 1e6).f1.mean()
    rng = np.random.default_rng(8)
    bootstrap = own = 0
    for confusion in rng.multinomial(50, shares.ravel(), size=DRAWS).reshape(-1, *shares.shape):
        low, high = percentile_interval(
            macro_f1_of(resampled_confusions(confusion, 200, rng)), 0.95
        )
        bootstrap += low <= true <= high
        low, high = macro_f1_interval(confusion, 0.95)
        own += low <= true <= high
    assert bootstrap / DRAWS < 0.8
    assert own / DRAWS > 0.83


@pytest.mark.parametrize("metric", [macro_f1_of, accuracy_of])
def test_paired_resamples_cover_the_difference_of_the_population(metric) -> None:
    """Two models that often agree: answers by right label, first and second model."""
    first = POPULATIONS["three labels"]
    rows = first.sum(axis=1)
    chances = first / rows[:, None]
    better = 0.8 * chances + 0.2 * np.eye(3)
    agreeing = chances[:, :, None] * np.eye(3)
    joint = rows[:, None, None] * (0.7 * agreeing + 0.3 * chances[:, :, None] * better[:, None, :])

    def difference(counts: np.ndarray) -> np.ndarray:
        return metric(counts.sum(axis=-2)) - metric(counts.sum(axis=-1))

    true = difference(joint * 1e6)
    rng = np.random.default_rng(9)
    covered = 0
    for drawn in rng.multinomial(400, joint.ravel(), size=DRAWS).reshape(-1, 3, 3, 3):
        low, high = percentile_interval(difference(resampled_confusions(drawn, 200, rng)), 0.95)
        covered += low <= true <= high
    assert 0.9 <= covered / DRAWS <= 0.98
