"""What an answer adds to a row, as columns of a table or as fields of a JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentionlens.manifest import TaskSpec
from mentionlens.prediction import Prediction

__all__ = ["AnswerColumns", "ScoredRow", "cell"]

FLAGS = "flags"


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """A row of the input with its answer.

    Attributes:
        values: the input's columns.
        prediction: None where the row could not be read or holds no text.
        flags: what to know, those of the prediction included.
    """

    values: Mapping[str, Any]
    prediction: Prediction | None
    flags: tuple[str, ...]


class AnswerColumns:
    """Names and values of what is added.

    Tables get a label and a score for each task, and the flags with blanks between; JSON objects
    the one shape that answers have everywhere.

    Args:
        tasks: of the bundle.
        prefix: before every name that is added.
        probabilities: whether tables get a column for every label, too.
    """

    def __init__(self, tasks: Sequence[TaskSpec], prefix: str, *, probabilities: bool) -> None:
        self._tasks = tuple(tasks)
        self._prefix = prefix
        self._probabilities = probabilities

    def names(self, *, table: bool) -> tuple[str, ...]:
        """Return the added names in their order."""
        if not table:
            return (*(self._prefix + task.name for task in self._tasks), self._prefix + FLAGS)
        return (*self.numbers_by_task(), self._prefix + FLAGS)

    def numbers_by_task(self) -> dict[str, bool]:
        """Return the added columns of a table but the flags, and whether each is a number."""
        columns: dict[str, bool] = {}
        for task in self._tasks:
            name = self._prefix + task.name
            columns |= {name: False, f"{name}_score": True}
            if self._probabilities:
                columns |= {f"{name}_{label}": True for label in task.labels}
        return columns

    def table_row(self, row: ScoredRow) -> dict[str, Any]:
        """Return the row's columns with the answer's; None where there is no answer."""
        added = dict.fromkeys(self.numbers_by_task())
        if row.prediction is not None:
            for task in self._tasks:
                answer = row.prediction.tasks[task.name].to_dict()
                name = self._prefix + task.name
                added[name], added[f"{name}_score"] = answer["label"], answer["score"]
                if self._probabilities:
                    added |= {f"{name}_{x}": y for x, y in answer["probabilities"].items()}
        return {**row.values, **added, self._prefix + FLAGS: " ".join(row.flags)}

    def json_object(self, row: ScoredRow) -> dict[str, Any]:
        """Return the row's fields with the answer's."""
        found = dict(row.values)
        if row.prediction is not None:
            for name, task in row.prediction.tasks.items():
                found[self._prefix + name] = task.to_dict()
        found[self._prefix + FLAGS] = list(row.flags)
        return found


def cell(value: object) -> str:
    """Return a value as the text of a cell: nothing for None, JSON for what has parts."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
