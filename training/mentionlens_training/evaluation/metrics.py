"""Figures of one cell: one task, over the rows of one language or one source.

Macro-F1 is the plain mean of F1 over the labels that occur in the cell's gold answers. A label
that is only ever predicted has no recall to measure; predicting it still costs the labels that
were right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import f1_score

__all__ = [
    "ECE_BINS",
    "Metrics",
    "expected_calibration_error",
    "f1_per_label",
    "macro_f1",
    "majority_macro_f1",
    "measure",
]

ECE_BINS = 15


@dataclass(frozen=True)
class Metrics:
    """What was measured on one cell.

    Attributes:
        rows: number of rows.
        macro_f1: mean F1 over the labels that occur in the gold answers, in [0, 1].
        accuracy: share of right answers, in [0, 1].
        ece: expected calibration error of the top probability, in [0, 1].
        majority_macro_f1: macro-F1 of always answering the cell's most frequent gold label.
        f1: F1 of each label that occurs in the gold answers.
    """

    rows: int
    macro_f1: float
    accuracy: float
    ece: float
    majority_macro_f1: float
    f1: dict[str, float]


def f1_per_label(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """Return the F1 of each label that occurs in `gold`, in alphabetical order.

    Raises:
        ValueError: no rows, or the two sequences differ in length.
    """
    if not gold or len(gold) != len(predicted):
        raise ValueError(
            f"F1 needs one prediction for each of one or more gold answers, "
            f"found {len(gold)} gold and {len(predicted)} predicted"
        )
    labels = sorted(set(gold))
    scores = f1_score(gold, predicted, labels=labels, average=None, zero_division=0)
    return {label: float(score) for label, score in zip(labels, scores, strict=True)}


def macro_f1(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the mean F1 over the labels that occur in `gold`.

    Raises:
        ValueError: no rows, or the two sequences differ in length.
    """
    return float(np.mean(list(f1_per_label(gold, predicted).values())))


def majority_macro_f1(gold: Sequence[str]) -> float:
    """Return the macro-F1 of always answering the most frequent label of `gold` itself.

    Raises:
        ValueError: no rows.
    """
    # Ties go to the first label in the alphabet; macro-F1 is the same for either.
    most = max(sorted(Counter(gold).items()), key=lambda item: item[1], default=("", 0))[0]
    return macro_f1(gold, [most] * len(gold))


def expected_calibration_error(
    confidence: ArrayLike, correct: ArrayLike, *, bins: int = ECE_BINS
) -> float:
    """Return how far confidence and accuracy are apart, weighted by the rows of each bin.

    Args:
        confidence: (rows,) probability of the answer that was given.
        correct: (rows,) whether that answer was right.
        bins: equal-width bins of [0, 1]; a bin holds its upper edge, the first one 0 too.

    Raises:
        ValueError: no rows, or the two arrays differ in shape.
    """
    probability = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    if probability.size == 0 or probability.shape != right.shape:
        raise ValueError(
            f"calibration needs one confidence for each of one or more answers, "
            f"found shapes {probability.shape} and {right.shape}"
        )
    index = np.clip(np.ceil(probability * bins).astype(int) - 1, 0, bins - 1)
    # |mean confidence - accuracy| of a bin times its rows is |sum of the differences|.
    gaps = np.bincount(index, weights=probability - right, minlength=bins)
    return float(np.abs(gaps).sum() / probability.size)


def measure(gold: Sequence[str], predicted: Sequence[str], confidence: Sequence[float]) -> Metrics:
    """Measure the answers of one cell.

    Args:
        gold: right labels.
        predicted: the model's labels, one for each of `gold`.
        confidence: probability of each predicted label.

    Raises:
        ValueError: no rows, or the sequences differ in length.
    """
    f1 = f1_per_label(gold, predicted)
    correct = np.asarray(gold) == np.asarray(predicted)
    return Metrics(
        rows=len(gold),
        macro_f1=float(np.mean(list(f1.values()))),
        accuracy=float(correct.mean()),
        ece=expected_calibration_error(confidence, correct),
        majority_macro_f1=majority_macro_f1(gold),
        f1=f1,
    )
