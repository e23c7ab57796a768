"""The answers of a model to labelled rows, as columns.

Columns keep a hundred thousand rows in some ten megabytes, and every figure is a few array
operations on them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.predictions import EvaluationError, RowPrediction

__all__ = ["RowFacts", "TaskAnswers", "collect_answers"]


@dataclass(frozen=True)
class RowFacts:
    """What is known of a row besides the answers.

    Attributes:
        id: of the row.
        text: as it was written; None where only predictions are at hand.
        lang: ISO 639-1 code.
        source: corpus or file.
        slices: that the data names.
    """

    id: str
    text: str | None
    lang: str
    source: str
    slices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskAnswers:
    """Right and given answers to one task, over the rows that are labelled for it.

    Attributes:
        task: the task.
        labels: in the manifest's order; every id below is an index into it.
        rows: (rows,) index of each row in the list of `RowFacts`.
        gold: (rows,) id of the right label.
        predicted: (rows,) id of the label that was given.
        probabilities: (rows, labels), calibrated.
    """

    task: str
    labels: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    gold: npt.NDArray[np.int64]
    predicted: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def confidence(self) -> npt.NDArray[np.float32]:
        """(rows,) probability of the answer that was given."""
        return self.probabilities[np.arange(len(self)), self.predicted]

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """(rows,) whether the answer is right."""
        correct: npt.NDArray[np.bool_] = self.gold == self.predicted
        return correct

    def take(self, chosen: npt.NDArray[np.bool_ | np.int64]) -> TaskAnswers:
        """Return the answers to some of the rows: a mask over them, or positions among them."""
        return TaskAnswers(
            self.task,
            self.labels,
            self.rows[chosen],
            self.gold[chosen],
            self.predicted[chosen],
            self.probabilities[chosen],
        )


def collect_answers(
    predictions: Iterable[RowPrediction],
    tasks: Mapping[str, Sequence[str]],
    rows: Sequence[LabelledMention],
) -> dict[str, TaskAnswers]:
    """Return the answers to each task as columns, in the order of the rows.

    Args:
        predictions: one for every row, in any order; read once.
        tasks: task to its labels, in the manifest's order.
        rows: `TaskAnswers.rows` are indices into them; their labels are the right answers.

    Raises:
        EvaluationError: rows without a prediction, or a label, or the probability of one, that is
            not what the tasks say.
    """
    places = {row.id: index for index, row in enumerate(rows)}
    columns = {name: _Columns(name, tuple(labels)) for name, labels in tasks.items()}
    for prediction in predictions:
        index = places.pop(prediction.id, None)
        if index is None:
            continue
        for name, gold in rows[index].labels.items():
            if name in columns:
                columns[name].add(index, gold, prediction)
    if places:
        raise EvaluationError(
            f"{len(places)} of {len(rows)} rows have no prediction, for example {min(places)!r}"
        )
    return {name: found.answers() for name, found in columns.items()}


class _Columns:
    """Growing columns of one task."""

    def __init__(self, task: str, labels: tuple[str, ...]) -> None:
        self._task = task
        self._labels = labels
        self._ids = {label: index for index, label in enumerate(labels)}
        self._rows, self._gold, self._predicted = array("q"), array("q"), array("q")
        self._probabilities = array("f")

    def add(self, index: int, label: str, prediction: RowPrediction) -> None:
        try:
            gold = self._ids[label]
            predicted = self._ids[prediction.predicted[self._task]]
            given = prediction.probabilities[self._task]
            probabilities = [given[label] for label in self._labels]
        except KeyError as error:
            raise EvaluationError(
                f"row {prediction.id!r}: task {self._task!r} has the labels {list(self._labels)}; "
                f"{error} does not fit, or is missing"
            ) from error
        self._rows.append(index)
        self._gold.append(gold)
        self._predicted.append(predicted)
        self._probabilities.extend(probabilities)

    def answers(self) -> TaskAnswers:
        rows = np.array(self._rows, dtype=np.int64)
        probabilities = np.array(self._probabilities, dtype=np.float32)
        return TaskAnswers(
            self._task,
            self._labels,
            rows,
            np.array(self._gold, dtype=np.int64),
            np.array(self._predicted, dtype=np.int64),
            probabilities.reshape(-1, len(self._labels)),
        ).take(np.argsort(rows))
