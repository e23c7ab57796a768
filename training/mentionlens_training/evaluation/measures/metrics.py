"""Figures that follow from a confusion matrix: precision, recall, F1, macro-F1, accuracy.

Macro-F1 is the plain mean of F1 over the labels that occur in the gold answers. A label that is
only ever predicted has no recall to measure; predicting it still costs the labels that were right.

The figures of a matrix are computed over leading axes, so that the thousand matrices of a
bootstrap are measured at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "LabelFigures",
    "accuracy_of",
    "confusion_matrix",
    "f1_per_label",
    "macro_f1",
    "macro_f1_of",
    "precision_recall_f1",
]


class LabelFigures(NamedTuple):
    """Precision, recall and F1 of each label, (..., labels); nan where undefined."""

    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]


def confusion_matrix(
    gold: npt.ArrayLike, predicted: npt.ArrayLike, labels: int
) -> npt.NDArray[np.int64]:
    """Return (labels, labels) rows by right label (outer) and answer (inner).

    Args:
        gold: (rows,) ids of the right labels, from 0.
        predicted: (rows,) ids of the answers.
        labels: how many labels there are.

    Raises:
        ValueError: the two differ in shape, or an id is not among the labels.
    """
    right = np.asarray(gold, dtype=np.int64)
    given = np.asarray(predicted, dtype=np.int64)
    if right.ndim != 1 or right.shape != given.shape:
        raise ValueError(
            f"a confusion matrix needs one answer for each right label, found shapes "
            f"{right.shape} and {given.shape}"
        )
    for ids in (right, given):
        if ids.size and not (ids.min() >= 0 and ids.max() < labels):
            raise ValueError(f"ids of {labels} labels, found {ids.min()} to {ids.max()}")
    counts = np.bincount(right * labels + given, minlength=labels * labels)
    return counts.reshape(labels, labels).astype(np.int64, copy=False)


def precision_recall_f1(confusion: npt.ArrayLike) -> LabelFigures:
    """Return precision, recall and F1 of each label.

    Args:
        confusion: (..., labels, labels) counts, outer the right labels.

    Returns:
        (..., labels) each. Precision is nan where a label was never given, recall and F1 where no
        row has it: a label that is only ever predicted enters no average.
    """
    matrix = np.asarray(confusion)
    hits = np.diagonal(matrix, axis1=-2, axis2=-1)
    rows, answered = matrix.sum(axis=-1), matrix.sum(axis=-2)
    f1 = _ratio(2 * hits, rows + answered)
    return LabelFigures(_ratio(hits, answered), _ratio(hits, rows), np.where(rows > 0, f1, np.nan))


def macro_f1_of(confusion: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return (...,) mean F1 over the labels that occur in the gold answers of each matrix.

    Args:
        confusion: (..., labels, labels) counts, outer the right labels.

    Returns:
        Shape (...,); nan for a matrix without rows.
    """
    f1 = precision_recall_f1(confusion).f1
    return _ratio(np.nansum(f1, axis=-1), np.isfinite(f1).sum(axis=-1))


def accuracy_of(confusion: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return (...,) share of right answers of each matrix; nan for one without rows."""
    matrix = np.asarray(confusion)
    return _ratio(np.trace(matrix, axis1=-2, axis2=-1), matrix.sum(axis=(-2, -1)))


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
    labels = sorted({*gold, *predicted})
    ids = {label: index for index, label in enumerate(labels)}
    confusion = confusion_matrix(
        [ids[label] for label in gold], [ids[label] for label in predicted], len(labels)
    )
    f1 = precision_recall_f1(confusion).f1
    return {label: float(f1[ids[label]]) for label in sorted(set(gold))}


def macro_f1(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Return the mean F1 over the labels that occur in `gold`.

    Raises:
        ValueError: no rows, or the two sequences differ in length.
    """
    return float(np.mean(list(f1_per_label(gold, predicted).values())))


def _ratio(
    part: npt.NDArray[np.int64 | np.float64], whole: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Divide; nan where the whole is zero."""
    ratio = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=ratio, where=np.asarray(whole) > 0)
    return ratio
