"""Figures of a comparison: by hand, by properties, and by simulation."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_training.evaluation.comparison.schema import CellComparison, Comparison
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, f1_score
from versions import answer, compared, random_rows, sentiment

SIGNS = st.sampled_from("-0+")
ROWS = st.lists(st.tuples(SIGNS, SIGNS, SIGNS), min_size=1, max_size=60)


def only(comparison: Comparison) -> CellComparison:
    (cell,) = comparison.cells
    return cell


def test_a_case_computed_by_hand() -> None:
    #  row:           0 1 2 3 4 5
    gold = "--++00"
    old = "-+++0-"  # 4 right
    new = "--+-0+"  # 4 right
    cell = only(compared(sentiment(gold, old), sentiment(gold, new), least=5))
    assert (cell.rows, cell.counted) == (6, True)
    # Old: negative 1 of 2+2, positive 2 of 2+3, neutral 1 of 2+1. New: 2 of 2+3, 1 of 2+2, 1 of 3.
    assert cell.macro_f1.a == pytest.approx((2 / 4 + 4 / 5 + 2 / 3) / 3, abs=1e-4)
    assert cell.macro_f1.b == pytest.approx((4 / 5 + 2 / 4 + 2 / 3) / 3, abs=1e-4)
    assert cell.macro_f1.difference == 0
    assert cell.accuracy.a == cell.accuracy.b == pytest.approx(4 / 6, abs=1e-4)
    # Row 1 was wrong and is right, row 3 was right and is wrong, row 5 is wrong in another way.
    assert (cell.fixed, cell.broken, cell.other) == (1, 1, 1)
    assert cell.mcnemar_p == 1
    assert cell.verdict == "no difference shown"
    assert [(x.label, x.rows, x.f1_a, x.f1_b) for x in cell.labels] == [
        ("negative", 2, 0.5, 0.8),
        ("neutral", 2, 0.6667, 0.6667),
        ("positive", 2, 0.8, 0.5),
    ]
    # Every answer is 80 % sure, and two thirds are right.
    assert cell.ece_a == cell.ece_b == pytest.approx(0.8 - 4 / 6, abs=1e-4)
    # Half of 0.2^2 + 0.1^2 + 0.1^2 where it is right, of 0.9^2 + 0.8^2 + 0.1^2 where it is not.
    assert cell.brier.a == cell.brier.b == pytest.approx((4 * 0.03 + 2 * 0.73) / 6, abs=1e-4)
    # Two of six rows moved, by 0.7 each way: a standard error of 0.7 * sqrt(2) / 6.
    assert (cell.brier.low, cell.brier.high) == pytest.approx((-0.3234, 0.3234), abs=2e-4)


def test_the_changed_mentions_are_named_what_broke_first_and_the_surest_first() -> None:
    gold = {"sentiment": "negative"}
    right, wrong, other = ({"sentiment": x} for x in ("negative", "positive", "neutral"))
    old = [answer(1, gold, right), answer(2, gold, right), answer(3, gold, wrong),
           answer(4, gold, wrong), answer(5, gold, right)]  # fmt: skip
    new = [answer(1, gold, wrong, sure=0.6), answer(2, gold, other, sure=0.9, slices=("x",)),
           answer(3, gold, right), answer(4, gold, other), answer(5, gold, right)]  # fmt: skip
    found = compared(old, new, texts={"made/2": "Nu mai vine coletul."}).changed
    assert [(item.id, item.change) for item in found] == [
        ("made/2", "broken"),
        ("made/1", "broken"),
        ("made/3", "fixed"),
        ("made/4", "other"),
    ]
    first = found[0]
    assert (first.gold, first.a, first.b, first.a_score, first.b_score) == (
        "negative", "negative", "neutral", 0.8, 0.9,
    )  # fmt: skip
    assert first.text == "Nu mai vine coletul."
    assert found[1].text is None


def test_furious_customers_called_trolls_are_counted_for_both() -> None:
    gold, furious = {"troll": "no"}, ("angry_genuine",)
    old = [answer(n, gold, {"troll": "yes" if n < 3 else "no"}, slices=furious) for n in range(8)]
    new = [answer(n, gold, {"troll": "yes" if n < 1 else "no"}, slices=furious) for n in range(8)]
    calm = [answer(n, gold, {"troll": "yes"}) for n in range(8, 12)]
    (found,) = only(compared(old + calm, new + calm)).false_alarms
    assert (found.a.slice, found.a.label) == ("angry_genuine", "yes")
    assert (found.a.rows, found.a.alarms, found.b.alarms) == (8, 3, 1)


def test_a_row_of_two_tasks_is_one_observation_of_the_mean() -> None:
    gold = {"sentiment": "negative", "troll": "no"}
    wrong = {"sentiment": "positive", "troll": "yes"}
    kinds = [gold] * 80 + [wrong] * 20
    # Both tasks are right or wrong together, and all labels occur.
    old = [answer(n, gold if n % 2 else wrong, gold if n % 2 else wrong) for n in range(100)]
    new = [
        answer(n, row.gold, wrong if kinds[n] is wrong else dict(row.predicted))
        for n, row in enumerate(old)
    ]
    found = compared(old, new)
    cells = {cell.task: cell.brier for cell in found.cells}
    whole = next(mean.brier for mean in found.means if mean.task is None)
    assert whole.difference == pytest.approx(
        (cells["sentiment"].difference + cells["troll"].difference) / 2, abs=1e-4
    )
    # As wide as the mean of both, not narrower, as two independent cells would make it.
    wanted = sum(cell.high - cell.low for cell in cells.values()) / 2
    assert whole.high - whole.low == pytest.approx(wanted, abs=2e-4)


def test_means_are_over_counted_cells_alone() -> None:
    few = sentiment("-+" * 5, "-+" * 5, lang="pl")
    lost = sentiment("-+" * 5, "+-" * 5, lang="pl")
    one_label = sentiment("-" * 60, "-" * 60, lang="bg")
    many, better = sentiment("-+" * 30, "--" * 30), sentiment("-+" * 30, "-+" * 30)
    found = compared(few + one_label + many, lost + one_label + better)
    assert {cell.lang: cell.verdict for cell in found.cells} == {
        "pl": "not counted", "bg": "not counted", "ro": "better",
    }  # fmt: skip
    assert [(mean.task, mean.cells) for mean in found.means] == [(None, 1), ("sentiment", 1)]
    (cell,) = (cell for cell in found.cells if cell.lang == "ro")
    assert found.means[0].macro_f1 == cell.macro_f1
    assert found.means[0].brier == cell.brier


@pytest.mark.parametrize(("broken", "verdict"), [(5, "no difference shown"), (12, "worse")])
def test_five_changed_answers_show_nothing_however_one_sided(broken: int, verdict: str) -> None:
    gold = "-" * 100 + "+" * 100
    cell = only(compared(sentiment(gold, gold), sentiment(gold, "+" * broken + gold[broken:])))
    assert cell.broken == broken
    assert cell.macro_f1.high < 0
    assert cell.verdict == verdict


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_figures_equal_those_of_scikit_learn(rows: list[tuple[str, str, str]]) -> None:
    gold, old, new = ("".join(column) for column in zip(*rows, strict=True))
    cell = only(compared(sentiment(gold, old), sentiment(gold, new), resamples=10))
    labels = sorted(set(gold))
    for found, given_labels in ((cell.macro_f1.a, old), (cell.macro_f1.b, new)):
        wanted = f1_score(
            list(gold), list(given_labels), labels=labels, average="macro", zero_division=0
        )
        assert found == pytest.approx(wanted, abs=1e-4)
    assert cell.accuracy.b == pytest.approx(accuracy_score(list(gold), list(new)), abs=1e-4)
    gained = sum(g == n for g, _, n in rows) - sum(g == o for g, o, _ in rows)
    assert cell.fixed - cell.broken == gained
    assert cell.changed == sum(o != n for _, o, n in rows)
    if cell.fixed + cell.broken:
        wanted = binomtest(cell.fixed, cell.fixed + cell.broken).pvalue
        assert cell.mcnemar_p == pytest.approx(wanted, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_a_model_compared_with_itself_has_not_changed(seed: int, right: float) -> None:
    rows = random_rows(seed, 150, right)
    found = compared(rows, rows, resamples=20)
    assert found.changed == ()
    for cell in found.cells:
        for figure in (cell.macro_f1, cell.accuracy, cell.brier):
            assert (figure.difference, figure.low, figure.high) == (0, 0, 0)
        assert (cell.changed, cell.mcnemar_p, cell.ece_a) == (0, 1, cell.ece_b)
        assert cell.verdict in ("no difference shown", "not counted")


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_swapping_the_versions_flips_every_sign(one: int, other: int) -> None:
    a, b = random_rows(one, 150, 0.6), random_rows(other, 150, 0.7)
    turned = {"better": "worse", "worse": "better"}
    forth, back = compared(a, b, resamples=50), compared(b, a, resamples=50)
    both = [*zip(forth.cells, back.cells, strict=True), *zip(forth.means, back.means, strict=True)]
    for x, y in both:
        for name in ("macro_f1", "accuracy", "brier"):
            there, here = getattr(x, name), getattr(y, name)
            assert (there.a, there.b) == (here.b, here.a)
            assert there.difference == pytest.approx(-here.difference, abs=1.1e-4)
            assert there.low == pytest.approx(-here.high, abs=1.1e-4)
            assert there.high == pytest.approx(-here.low, abs=1.1e-4)
        assert y.verdict == turned.get(x.verdict, x.verdict)
        assert y.brier_verdict == turned.get(x.brier_verdict, x.brier_verdict)
    for x, y in zip(forth.cells, back.cells, strict=True):
        assert (x.fixed, x.broken, x.other) == (y.broken, y.fixed, y.other)


def test_equal_versions_are_called_better_or_worse_in_one_comparison_of_twenty() -> None:
    # Two versions that are right equally often: each answers every row anew.
    draws, called, of_probabilities = 160, 0, 0
    rng = random.Random(5)
    for _ in range(draws):
        gold = "".join(rng.choices("-0+", weights=(5, 3, 2), k=200))
        old, new = (
            "".join(g if rng.random() < 0.6 else rng.choice("-0+") for g in gold) for _ in "ab"
        )
        cell = only(compared(sentiment(gold, old), sentiment(gold, new), resamples=200))
        called += cell.verdict in ("better", "worse")
        of_probabilities += cell.brier_verdict in ("better", "worse")
    # 5 % of 160 is 8; chance alone gives 1 to 17 in 998 of 1,000 such tests.
    assert 1 <= called <= 17
    assert 1 <= of_probabilities <= 17


def test_a_true_gain_is_found() -> None:
    gold = "-0+" * 200
    rng = random.Random(2)
    old = "".join(g if rng.random() < 0.6 else rng.choice("-0+") for g in gold)
    new = "".join(g if rng.random() < 0.8 else rng.choice("-0+") for g in gold)
    found = compared(sentiment(gold, old), sentiment(gold, new))
    assert only(found).verdict == "better"
    assert found.means[0].verdict == "better"


def test_a_seed_gives_the_same_comparison_and_languages_do_not_move_each_other() -> None:
    a, b = random_rows(1, 200, 0.6), random_rows(2, 200, 0.7)
    assert compared(a, b) == compared(a, b)
    alone = [[row for row in rows if row.lang == "bg"] for rows in (a, b)]
    found = compared(*alone)
    assert found.cells == tuple(cell for cell in compared(a, b).cells if cell.lang == "bg")
