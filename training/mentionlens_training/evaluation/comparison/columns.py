"""The answers of one version as columns, read from predictions alone."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from sys import intern

import numpy as np

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.predictions import EvaluationError, RowPrediction

__all__ = ["collect_columns"]


def collect_columns(
    predictions: Iterable[RowPrediction], where: str
) -> tuple[list[RowFacts], dict[str, TaskAnswers]]:
    """Turn predictions into facts of rows, and answers to each task; read once.

    The first prediction says which tasks the model answers and which labels it knows. A row counts
    in a task where its right answer is one of these labels.

    Args:
        predictions: of one model.
        where: they come from, for messages.

    Returns:
        The facts of the rows, without texts, and by task the answers; `TaskAnswers.rows` are
        indices into the facts.

    Raises:
        EvaluationError: no predictions, an id that comes twice, an answer that is missing or is
            none of the labels, or a probability that is no number in [0, 1].
    """
    facts: list[RowFacts] = []
    columns: dict[str, _Columns] = {}
    seen: set[str] = set()
    for item in predictions:
        if item.id in seen:
            raise EvaluationError(f"{where}: the id {item.id!r} comes twice")
        seen.add(item.id)
        try:
            if not facts:
                columns = {
                    task: _Columns(task, given) for task, given in item.probabilities.items()
                }
            for task in item.gold.keys() & columns.keys():
                columns[task].add(len(facts), item)
        except (KeyError, TypeError, OverflowError) as error:
            labels = {task: column.labels for task, column in columns.items()}
            raise EvaluationError(
                f"{where}: row {item.id!r}: {error}; expected an answer to each task and a "
                f"probability of each label, as in the first row: {labels}"
            ) from error
        if not all(isinstance(name, str) for name in item.slices):
            raise EvaluationError(f"{where}: row {item.id!r}: a slice is no name")
        facts.append(RowFacts(item.id, None, intern(item.lang), intern(item.source), item.slices))
    if not facts:
        raise EvaluationError(f"{where}: there are no predictions")
    answers = {task: column.answers() for task, column in columns.items()}
    for found in answers.values():
        _check_probabilities(found, facts, where)
    return facts, answers


def _check_probabilities(found: TaskAnswers, facts: list[RowFacts], where: str) -> None:
    fits = ((found.probabilities >= 0) & (found.probabilities <= 1)).all(axis=1)
    if not fits.all():
        row = facts[found.rows[np.argmin(fits)]]
        raise EvaluationError(
            f"{where}: row {row.id!r}, task {found.task!r}: a probability is not in [0, 1]"
        )


class _Columns:
    """Growing columns of one task."""

    def __init__(self, task: str, given: Mapping[str, float]) -> None:
        self.task = task
        if not isinstance(given, Mapping) or not given:
            raise TypeError(f"no probabilities of {task!r}")
        self.labels = tuple(given)
        self._ids = {label: index for index, label in enumerate(self.labels)}
        self._rows, self._gold, self._predicted = array("q"), array("q"), array("q")
        self._probabilities = array("f")

    def add(self, index: int, item: RowPrediction) -> None:
        gold = self._ids.get(item.gold[self.task])
        if gold is None:
            return
        given = item.probabilities[self.task]
        predicted = self._ids[item.predicted[self.task]]
        probabilities = array("f", [given[label] for label in self.labels])
        self._rows.append(index)
        self._gold.append(gold)
        self._predicted.append(predicted)
        self._probabilities.extend(probabilities)

    def answers(self) -> TaskAnswers:
        return TaskAnswers(
            self.task,
            self.labels,
            np.array(self._rows, dtype=np.int64),
            np.array(self._gold, dtype=np.int64),
            np.array(self._predicted, dtype=np.int64),
            np.array(self._probabilities, dtype=np.float32).reshape(
                len(self._rows), len(self.labels)
            ),
        )
