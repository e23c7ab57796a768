"""What the classifier answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Prediction", "TaskPrediction"]

# Enough for every use, and the same text on every platform.
_DIGITS = 6
_NO_TASKS = ("id", "text", "flags")


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

    @classmethod
    def from_dict(cls, answer: Mapping[str, Any]) -> TaskPrediction:
        """Read the JSON shape back.

        Raises:
            ValueError: it is not the shape of an answer.
        """
        try:
            probabilities = {str(k): float(v) for k, v in answer["probabilities"].items()}
            return cls(str(answer["label"]), float(answer["score"]), probabilities)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                "expected an object with `label`, `score` and `probabilities`, "
                f"{type(error).__name__}: {error}"
            ) from error


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answers for one mention; every task is also an attribute: `prediction.sentiment.label`.

    Attributes:
        text: the mention as it was given.
        tasks: task name to answer, in the manifest's order.
        flags: what to know about the answer: `romanized`, `empty`, `long`, `truncated`,
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

    @classmethod
    def from_dict(cls, answer: Mapping[str, Any]) -> Prediction:
        """Read the JSON shape back: every key beside `id`, `text` and `flags` is a task.

        Raises:
            ValueError: it is not the shape of an answer; the message names the key.
        """
        text, flags, identifier = (answer.get(key) for key in ("text", "flags", "id"))
        if not isinstance(text, str):
            raise ValueError(f"text: expected a string, found {type(text).__name__}")
        if not isinstance(flags, list) or not all(isinstance(flag, str) for flag in flags):
            raise ValueError(f"flags: expected a list of strings, found {type(flags).__name__}")
        if not isinstance(identifier, str | None):
            raise ValueError(f"id: expected a string, found {type(identifier).__name__}")
        tasks: dict[str, TaskPrediction] = {}
        for name, task in answer.items():
            if name in _NO_TASKS:
                continue
            try:
                tasks[name] = TaskPrediction.from_dict(task)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
        return cls(text, tasks, tuple(flags), identifier)
