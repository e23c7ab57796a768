"""From the answers to one task to its figures."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.answers import TaskAnswers
from mentionlens_training.evaluation.measures.coverage import coverage_curve, thresholds
from mentionlens_training.evaluation.measures.f1_intervals import f1_interval, macro_f1_interval
from mentionlens_training.evaluation.measures.intervals import wilson_interval
from mentionlens_training.evaluation.measures.metrics import confusion_matrix, macro_f1_of
from mentionlens_training.evaluation.measures.reliability import (
    calibration_interval,
    expected_calibration_error,
    reliability_bins,
)
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.schema import (
    CoveragePoint,
    Estimate,
    LabelScores,
    ReliabilityBin,
    Scores,
    Settings,
    Threshold,
)

__all__ = [
    "NO_COMPLAINT",
    "TaskFigures",
    "any_complaint_scores",
    "cell_generator",
    "measure_labels",
    "measure_scores",
    "measure_task_figures",
]

NO_COMPLAINT = "none"
"""The label that stands against all others in `any_complaint_scores`."""


@dataclass(frozen=True)
class TaskFigures:
    """Everything that the answers to one task give; the fields are those of `TaskResult`."""

    scores: Scores
    any_complaint: Scores | None
    labels: tuple[LabelScores, ...]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[ReliabilityBin, ...]
    coverage: tuple[CoveragePoint, ...]
    thresholds: tuple[Threshold, ...]


def cell_generator(settings: Settings, *names: str) -> np.random.Generator:
    """Return the source of randomness of one cell.

    It depends on the seed and the names alone (such as language, task, slice), so that a cell
    more or less changes no other figure.
    """
    return np.random.default_rng([settings.seed, zlib.crc32("\0".join(names).encode())])


def measure_scores(answers: TaskAnswers, settings: Settings, rng: np.random.Generator) -> Scores:
    """Measure macro-F1, accuracy and calibration error, with their intervals.

    Raises:
        EvaluationError: there are no rows, or a probability lies outside of [0, 1].
    """
    _check(answers)
    confusion = _confusion(answers)
    confidence, correct = answers.confidence, answers.correct
    return Scores(
        rows=len(answers),
        macro_f1=_estimate(
            float(macro_f1_of(confusion)),
            lambda: macro_f1_interval(confusion, settings.confidence),
            settings,
        ),
        accuracy=_share(int(np.trace(confusion)), len(answers), settings),
        ece=_estimate(
            expected_calibration_error(confidence, correct, bins=settings.ece_bins),
            lambda: calibration_interval(
                confidence,
                correct,
                bins=settings.ece_bins,
                resamples=settings.resamples,
                rng=rng,
                level=settings.confidence,
            ),
            settings,
        ),
    )


def measure_labels(answers: TaskAnswers, settings: Settings) -> tuple[LabelScores, ...]:
    """Measure precision, recall and F1 of every label, in the manifest's order.

    Raises:
        EvaluationError: there are no rows, or a probability lies outside of [0, 1].
    """
    _check(answers)
    confusion = _confusion(answers)
    return tuple(
        _label(label, confusion, index, settings) for index, label in enumerate(answers.labels)
    )


def any_complaint_scores(
    answers: TaskAnswers, settings: Settings, rng: np.random.Generator
) -> Scores | None:
    """Measure whether a complaint was seen at all, whatever its type; None without `none`.

    The answer is that of the model's label, and its probability p(none) or 1 - p(none).

    Raises:
        EvaluationError: there are no rows, or a probability lies outside of [0, 1].
    """
    if NO_COMPLAINT not in answers.labels:
        return None
    none = answers.labels.index(NO_COMPLAINT)
    quiet = answers.probabilities[:, none]
    folded = replace(
        answers,
        labels=(NO_COMPLAINT, "any"),
        gold=(answers.gold != none).astype(np.int64),
        predicted=(answers.predicted != none).astype(np.int64),
        probabilities=np.stack([quiet, 1 - quiet], axis=1),
    )
    return measure_scores(folded, settings, rng)


def measure_task_figures(
    answers: TaskAnswers, settings: Settings, rng: np.random.Generator
) -> TaskFigures:
    """Measure all that the answers to one task give.

    Raises:
        EvaluationError: there are no rows, or a probability lies outside of [0, 1].
    """
    scores = measure_scores(answers, settings, rng)
    confidence, correct = answers.confidence, answers.correct
    return TaskFigures(
        scores=scores,
        any_complaint=any_complaint_scores(answers, settings, rng),
        labels=measure_labels(answers, settings),
        confusion=tuple(tuple(row) for row in _confusion(answers).tolist()),
        reliability=reliability_bins(confidence, correct, settings.ece_bins),
        coverage=coverage_curve(confidence, correct),
        thresholds=thresholds(confidence, correct),
    )


def _label(
    label: str, confusion: npt.NDArray[np.int64], index: int, settings: Settings
) -> LabelScores:
    hits = int(confusion[index, index])
    rows, answered = int(confusion[index].sum()), int(confusion[:, index].sum())
    return LabelScores(
        label=label,
        rows=rows,
        answered=answered,
        precision=_share(hits, answered, settings) if answered else None,
        recall=_share(hits, rows, settings) if rows else None,
        f1=_f1(hits, rows + answered - hits, settings) if rows else None,
    )


def _share(successes: int, rows: int, settings: Settings) -> Estimate:
    return _estimate(
        successes / rows, lambda: wilson_interval(successes, rows, settings.confidence), settings
    )


def _f1(hits: int, union: int, settings: Settings) -> Estimate:
    return _estimate(
        2 * hits / (hits + union), lambda: f1_interval(hits, union, settings.confidence), settings
    )


def _estimate(
    value: float, interval: Callable[[], tuple[float, float]], settings: Settings
) -> Estimate:
    if not settings.resamples:
        return Estimate(value=value)
    low, high = interval()
    return Estimate(value=value, low=low, high=high)


def _confusion(answers: TaskAnswers) -> npt.NDArray[np.int64]:
    return confusion_matrix(answers.gold, answers.predicted, len(answers.labels))


def _check(answers: TaskAnswers) -> None:
    if not len(answers):
        raise EvaluationError(f"task {answers.task!r}: there are no rows to measure")
    # Rounding carries a 32-bit softmax a little outside; nan fails the comparison, too.
    fine = np.abs(answers.probabilities - 0.5) <= 0.501
    if not fine.all():
        row, label = np.argwhere(~fine)[0]
        raise EvaluationError(
            f"task {answers.task!r}, row {answers.rows[row]}: the probability of "
            f"{answers.labels[label]!r} is {answers.probabilities[row, label]}, not in [0, 1]"
        )
