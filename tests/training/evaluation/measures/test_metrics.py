"""Figures of a confusion matrix against values computed by hand, and against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.measures.metrics import (
    accuracy_of,
    confusion_matrix,
    f1_per_label,
    macro_f1,
    macro_f1_of,
    precision_recall_f1,
)
from sklearn import metrics as sklearn_metrics

GOLD = ["a", "a", "a", "b", "b", "c"]
GUESS = ["a", "a", "b", "b", "a", "c"]
# a: precision 2/3, recall 2/3; b: 1/2, 1/2; c: 1, 1.

LABELS = 5


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Gold and given ids; often some labels are absent in the one, the other, or both."""
    gold_labels, given_labels = (
        st.sampled_from(draw(st.lists(st.integers(0, LABELS - 1), min_size=1, unique=True)))
        for _ in range(2)
    )
    rows = draw(st.lists(st.tuples(gold_labels, given_labels), min_size=1, max_size=60))
    gold, given_ = zip(*rows, strict=True)
    return list(gold), list(given_)


def test_f1_per_label() -> None:
    assert f1_per_label(GOLD, GUESS) == pytest.approx({"a": 2 / 3, "b": 1 / 2, "c": 1.0})


def test_macro_f1_is_the_plain_mean() -> None:
    assert macro_f1(GOLD, GUESS) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


def test_a_label_that_is_only_predicted_has_no_f1_but_costs_recall() -> None:
    # a: precision 1, recall 1/2 -> 2/3; z does not occur in the gold answers.
    assert f1_per_label(["a", "a"], ["a", "z"]) == pytest.approx({"a": 2 / 3})


def test_a_label_that_is_never_predicted_counts_as_zero() -> None:
    # a: precision 1/2, recall 1 -> 2/3; b: 0.
    assert macro_f1(["a", "b"], ["a", "a"]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(("gold", "guess"), [([], []), (["a"], []), (["a"], ["a", "b"])])
def test_lengths_must_agree_and_there_must_be_rows(gold: list[str], guess: list[str]) -> None:
    with pytest.raises(ValueError, match=f"{len(gold)} gold and {len(guess)} predicted"):
        macro_f1(gold, guess)


@given(answers())
def test_the_confusion_matrix_is_that_of_scikit_learn(ids: tuple[list[int], list[int]]) -> None:
    expected = sklearn_metrics.confusion_matrix(*ids, labels=range(LABELS))
    assert confusion_matrix(*ids, LABELS).tolist() == expected.tolist()


@given(answers())
def test_figures_are_those_of_scikit_learn(ids: tuple[list[int], list[int]]) -> None:
    gold, given_ = ids
    confusion = confusion_matrix(gold, given_, LABELS)
    found = precision_recall_f1(confusion)
    precision, recall, f1, rows = sklearn_metrics.precision_recall_fscore_support(
        gold, given_, labels=range(LABELS), zero_division=np.nan
    )
    answered = np.bincount(given_, minlength=LABELS)
    np.testing.assert_allclose(found.precision, np.where(answered > 0, precision, np.nan))
    np.testing.assert_allclose(found.recall, recall)
    np.testing.assert_allclose(found.f1, np.where(rows > 0, f1, np.nan))
    assert accuracy_of(confusion) == pytest.approx(sklearn_metrics.accuracy_score(gold, given_))
    assert macro_f1_of(confusion) == pytest.approx(
        sklearn_metrics.f1_score(
            gold, given_, labels=sorted(set(gold)), average="macro", zero_division=0
        )
    )


@given(answers())
def test_labels_in_words_give_the_same_figure(ids: tuple[list[int], list[int]]) -> None:
    gold, given_ = ([f"label {i}" for i in column] for column in ids)
    assert macro_f1(gold, given_) == pytest.approx(
        float(macro_f1_of(confusion_matrix(*ids, LABELS)))
    )


@given(st.lists(answers(), min_size=1, max_size=4))
def test_many_matrices_are_measured_as_each_alone(
    many: list[tuple[list[int], list[int]]],
) -> None:
    matrices = np.stack([confusion_matrix(*ids, LABELS) for ids in many])[:, None]
    assert macro_f1_of(matrices).tolist() == [[float(macro_f1_of(m))] for m in matrices[:, 0]]
    assert accuracy_of(matrices).tolist() == [[float(accuracy_of(m))] for m in matrices[:, 0]]
    for together, alone in zip(
        precision_recall_f1(matrices),
        zip(*(precision_recall_f1(m) for m in matrices[:, 0]), strict=True),
        strict=True,
    ):
        np.testing.assert_array_equal(together[:, 0], np.stack(alone))


def test_a_matrix_without_rows_has_no_figures() -> None:
    nothing = np.zeros((2, 2), dtype=np.int64)
    assert np.isnan(macro_f1_of(nothing))
    assert np.isnan(accuracy_of(nothing))
    assert all(np.isnan(figure).all() for figure in precision_recall_f1(nothing))
    assert confusion_matrix([], [], 2).tolist() == nothing.tolist()


@pytest.mark.parametrize(("gold", "given_"), [([0, 2], [0, 0]), ([0, 0], [0, -1])])
def test_ids_must_be_those_of_labels(gold: list[int], given_: list[int]) -> None:
    with pytest.raises(ValueError, match="ids of 2 labels, found"):
        confusion_matrix(gold, given_, 2)


def test_a_matrix_needs_one_answer_for_each_row() -> None:
    with pytest.raises(ValueError, match="one answer for each"):
        confusion_matrix([0, 1], [0], 2)
