"""The paired bootstrap of the differences of two versions, all tasks of a language at once.

Rows are drawn with replacement, each with the answers of both versions to all of its tasks
(Efron and Tibshirani 1993, An Introduction to the Bootstrap; for the comparison of systems on the
same rows, Koehn 2004, Statistical Significance Tests for Machine Translation Evaluation). So the
differences keep what the versions have in common, and a mean over tasks keeps what the tasks of a
row have in common.

Drawing n rows is drawing counts from a multinomial distribution over the kinds of rows: those with
the same right answers and the same two answers to each task. There are few kinds, so this is exact
and does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.comparison.pairing import PairedAnswers
from mentionlens_training.evaluation.measures.intervals import resampled_confusions
from mentionlens_training.evaluation.measures.metrics import accuracy_of, macro_f1_of

__all__ = ["Resampled", "figures", "joint_counts", "resampled_differences"]

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]

_MOST_DRAWN = 4_000_000
"""Counts that are held at once: 32 MB."""


@dataclass(frozen=True)
class Resampled:
    """Differences b - a in every resample, (resamples,) each; nan where a task has no row."""

    macro_f1: _Floats
    accuracy: _Floats


def joint_counts(paired: PairedAnswers) -> _Ints:
    """Return the rows by right answer, answer of a, answer of b: (labels, labels, labels)."""
    size = len(paired.a.labels)
    counts = np.bincount(_codes(paired), minlength=size**3)
    return counts.reshape(size, size, size)


def figures(joint: _Ints) -> _Floats:
    """Return macro-F1 of a and of b, accuracy of a and of b, in the last axis; nan without rows.

    Args:
        joint: (..., labels, labels, labels) counts, as `joint_counts` gives them.
    """
    a, b = joint.sum(axis=-1), joint.sum(axis=-2)
    return np.stack([macro_f1_of(a), macro_f1_of(b), accuracy_of(a), accuracy_of(b)], axis=-1)


def resampled_differences(
    tasks: Sequence[PairedAnswers], *, resamples: int, seed: Sequence[int]
) -> list[Resampled]:
    """Draw the rows of one language again and again.

    Args:
        tasks: answers to the tasks, each over its own rows of the language.
        resamples: how often.
        seed: of the draws. The draws depend on rows and answers, not on which version is a.
    """
    kinds, weights = _kinds(tasks)
    rng = np.random.default_rng(seed)
    step = max(1, _MOST_DRAWN // len(weights))
    parts: list[list[_Floats]] = [[] for _ in tasks]
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = resampled_confusions(weights, size, rng)
        for part, paired, codes in zip(parts, tasks, kinds, strict=True):
            part.append(figures(_regrouped(drawn, codes, len(paired.a.labels))))
    found = [np.concatenate(part) for part in parts]
    return [Resampled(f[:, 1] - f[:, 0], f[:, 3] - f[:, 2]) for f in found]


def _codes(paired: PairedAnswers) -> _Ints:
    size = len(paired.a.labels)
    codes: _Ints = (paired.a.gold * size + paired.a.predicted) * size + paired.b.predicted
    return codes


def _kinds(tasks: Sequence[PairedAnswers]) -> tuple[_Ints, _Ints]:
    """Return the code of each kind of row in each task (tasks, kinds), -1 for none; and its rows.

    Kinds stand in the order in which they first occur, which is the same for (a, b) and (b, a).
    """
    rows = np.unique(np.concatenate([paired.a.rows for paired in tasks]))
    table = np.full((len(rows), len(tasks)), -1, dtype=np.int64)
    for column, paired in enumerate(tasks):
        table[np.searchsorted(rows, paired.a.rows), column] = _codes(paired)
    kinds, first, counts = np.unique(table, axis=0, return_index=True, return_counts=True)
    order = np.argsort(first)
    return kinds[order].T, counts[order]


def _regrouped(drawn: _Ints, codes: _Ints, labels: int) -> _Ints:
    """Sum drawn counts (resamples, kinds) to joint counts of one task."""
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    present, starts = np.unique(codes[order], return_index=True)
    joint = np.zeros((len(drawn), labels**3), dtype=np.int64)
    joint[:, present] = np.add.reduceat(drawn[:, order], starts, axis=1)
    return joint.reshape(-1, labels, labels, labels)
