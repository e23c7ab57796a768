"""What the classifier answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Prediction", "TaskPrediction"]

# Enough for every use, and the same text on every platform.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class TaskPrediction:
    """The answer to one task.

    Attributes:
        label: the most probable label.
        score: its calibrated probability.
        probabilities: every label of the task with its probability, in the manifest's order;
            they sum to 1.
    """

    label: str
    score: float
    probabilities: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape; numbers are rounded to six decimals."""
        return {
            "label": self.label,
            "score": round(self.score, _DIGITS),
            "probabilities": {
                label: round(value, _DIGITS) for label, value in self.probabilities.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answers for one mention; every task is also an attribute: `prediction.sentiment.label`.

    Attributes:
        text: the mention as it was given.
        tasks: task name to answer, in the manifest's order.
        flags: what to know about the answer: `empty`, `long`, `truncated`,
            `unsupported_language:<lang>`, `low_confidence:<task>`.
        id: the identifier that came with the mention, if any.
    """

    text: str
    tasks: Mapping[str, TaskPrediction]
    flags: tuple[str, ...] = ()
    id: str | None = None

    def __getattr__(self, name: str) -> TaskPrediction:
        # Called only for names that are no field. While an instance is being copied or unpickled
        # even `tasks` may still be unset: a name with an underscore is never a task.
        if not name.startswith("_") and name != "tasks":
            task = self.tasks.get(name)
            if task is not None:
                return task
            raise AttributeError(f"no task {name!r}; the model answers {list(self.tasks)}")
        raise AttributeError(name)

    def to_dict(self) -> dict[str, Any]:
        """Return the one JSON shape of an answer.

        `id` is left out where the mention had none; numbers are rounded to six decimals.
        """
        answer: dict[str, Any] = {} if self.id is None else {"id": self.id}
        answer["text"] = self.text
        for name, task in self.tasks.items():
            answer[name] = task.to_dict()
        answer["flags"] = list(self.flags)
        return answer
