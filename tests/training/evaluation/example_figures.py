"""Figures of an example that agree with one another: all from one confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from mentionlens_training.evaluation.schema import (
    CoveragePoint,
    Estimate,
    ReliabilityBin,
    Scores,
    Threshold,
)
from numpy.typing import NDArray

__all__ = [
    "confusion_matrix",
    "coverage",
    "estimate",
    "majority_f1",
    "none_or_any",
    "part_of",
    "reliability",
    "scores_of",
    "share_of",
    "thresholds",
]


def confusion_matrix(
    gold: Sequence[int], right: float, draw: np.random.Generator
) -> NDArray[np.int64]:
    """Return (labels, labels) rows by right label and answer."""
    size = len(gold)
    matrix = np.zeros((size, size), dtype=np.int64)
    for i, rows in enumerate(gold):
        chances = draw.dirichlet(np.full(size, 0.6)) * (1 - right)
        chances[i] += right
        matrix[i] = draw.multinomial(rows, chances / chances.sum())
    return matrix


def none_or_any(confusion: NDArray[np.int64]) -> NDArray[np.int64]:
    edges = [0, 1]
    return np.add.reduceat(np.add.reduceat(confusion, edges, axis=0), edges, axis=1)


def scores_of(confusion: NDArray[np.int64]) -> Scores:
    rows, answered = confusion.sum(axis=1), confusion.sum(axis=0)
    hit = np.diag(confusion)
    f1 = [2 * h / (r + a) for h, r, a in zip(hit, rows, answered, strict=True) if r]
    total = int(rows.sum())
    return Scores(
        rows=total,
        macro_f1=estimate(float(np.mean(f1)), total / len(f1)),
        accuracy=estimate(float(hit.sum() / total), total),
        ece=Estimate(value=0.012 + 1.5 / total, low=0.008, high=0.02 + 4 / total),
    )


def estimate(value: float, rows: float) -> Estimate:
    """Return the value with a normal interval."""
    value = min(1.0, max(0.0, value))
    width = 1.96 * math.sqrt(value * (1 - value) / max(rows, 1.0))
    return Estimate(value=value, low=max(0.0, value - width), high=min(1.0, value + width))


def share_of(hits: float, of: float) -> Estimate | None:
    return estimate(hits / of, of) if of else None


def majority_f1(rows: NDArray[np.int64]) -> float:
    return float(2 * rows.max() / (rows.max() + rows.sum()) / (rows > 0).sum())


def part_of(scores: Scores, share: float, change: float) -> Scores:
    rows = max(1, int(scores.rows * share))
    return Scores(
        rows=rows,
        macro_f1=estimate(scores.macro_f1.value + change, rows / 3),
        accuracy=estimate(scores.accuracy.value + change, rows),
        ece=Estimate(value=0.03 + 1 / rows if rows > 40 else 0.2),
    )


def reliability(rows: int, right: float) -> tuple[ReliabilityBin, ...]:
    bins = []
    for number in range(4, 15):
        middle = (number + 0.5) / 15
        size = int(rows * math.exp(6 * (middle - 1)) * 0.4)
        # A little too sure where it is unsure, a little too modest where it is sure.
        accuracy = min(1.0, max(0.0, middle + 0.05 * math.cos(math.pi * middle) * (right + 0.5)))
        if size:
            bins.append(
                ReliabilityBin(
                    low=number / 15,
                    high=(number + 1) / 15,
                    rows=size,
                    confidence=middle,
                    accuracy=accuracy,
                )
            )
    return tuple(bins)


def coverage(accuracy: float) -> tuple[CoveragePoint, ...]:
    """Return a curve that begins with the accuracy of all rows and never reaches 99 %."""
    return tuple(
        CoveragePoint(
            threshold=1 - 0.65 * (kept := step / 40),
            coverage=kept,
            accuracy=max(accuracy, min(0.985, 1 - (1 - accuracy) * kept**1.4)),
        )
        for step in range(40, 0, -1)
    )


def thresholds(points: Sequence[CoveragePoint]) -> tuple[Threshold, ...]:
    """Return the first point of a curve that reaches each wanted accuracy."""
    return tuple(
        Threshold(
            accuracy=wanted,
            threshold=found.threshold if found else None,
            coverage=found.coverage if found else None,
        )
        for wanted in (0.9, 0.95, 0.99)
        for found in [next((point for point in points if point.accuracy >= wanted), None)]
    )
