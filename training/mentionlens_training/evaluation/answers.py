"""The answers of a model to labelled rows, as columns.

Columns keep a hundred thousand rows in some ten megabytes, and every figure is a few array
operations on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["RowFacts", "TaskAnswers"]


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

    def take(self, chosen: npt.NDArray[np.bool_] | Sequence[int]) -> TaskAnswers:
        """Return the answers to some of the rows: a mask over them, or positions among them."""
        return TaskAnswers(
            self.task,
            self.labels,
            self.rows[chosen],
            self.gold[chosen],
            self.predicted[chosen],
            self.probabilities[chosen],
        )
