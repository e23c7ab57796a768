"""Everything about one language."""

from __future__ import annotations

from mentionlens_training.evaluation.schema.base import Estimate, Record, Share
from mentionlens_training.evaluation.schema.task import TaskResult

__all__ = [
    "LanguageResult",
    "Robustness",
    "TaskRobustness",
]


class TaskRobustness(Record):
    """What an augmentation does to one task.

    Attributes:
        task: the task.
        rows: rows whose text the augmentation changed (labelled for the task or not).
        changed: share of them with another answer than before.
        labelled: those that are labelled for the task.
        macro_f1_before: on the labelled rows as they were written; None without such rows.
        macro_f1_after: on the same rows, augmented.
    """

    task: str
    rows: int
    changed: Estimate
    labelled: int
    macro_f1_before: Share | None
    macro_f1_after: Share | None


class Robustness(Record):
    """What becomes of the answers where the same thing is written in another way."""

    augmentation: str
    description: str
    tasks: tuple[TaskRobustness, ...]


class LanguageResult(Record):
    """Everything about one language.

    Attributes:
        lang: ISO 639-1 code.
        rows: labelled rows.
        sources: corpus or file to its rows.
        tasks: in the manifest's order; a task without labelled rows is absent.
        robustness: augmentations that are for the language.
        notes: what to know, such as that there are no rows.
    """

    lang: str
    rows: int
    sources: dict[str, int]
    tasks: tuple[TaskResult, ...]
    robustness: tuple[Robustness, ...] = ()
    notes: tuple[str, ...] = ()

    def task(self, name: str) -> TaskResult | None:
        """Return the result of a task, or None where no row is labelled for it."""
        return next((result for result in self.tasks if result.task == name), None)
