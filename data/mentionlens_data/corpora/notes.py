"""What is known about a corpus beyond its mapping: traps, and figures that others published."""

from __future__ import annotations

from functools import cache

from pydantic import Field, model_validator

from mentionlens_data.corpora.base import LedgerModel
from mentionlens_data.tasks import default_tasks

__all__ = ["COMPARABLE_METRICS", "PublishedFigure", "Trap"]

COMPARABLE_METRICS = (
    "accuracy",
    "micro-F1",
    "macro-F1",
    "weighted F1",
    "macro-recall",
    "F1 of macro averages",
)
"""Metrics that can be computed from answers; `F1 of <label>` is another. `F1 of macro averages` is
the harmonic mean of macro-precision and macro-recall, which some shared tasks call macro-F1."""


class Trap(LedgerModel):
    """Something wrong with the corpus, and what is done about it here."""

    what: str = Field(min_length=3)
    handled: str = Field(min_length=3)


class PublishedFigure(LedgerModel):
    """A figure that somebody published for the corpus.

    A figure can be compared with one of our own only where it is for a task of this package over
    the same labels, and was measured on the corpus's own test part, which is the test part here,
    too. `test_rows` says that it is so; where it is missing, `note` says why.

    Attributes:
        task: the task of this package that was measured, or the corpus's own in its words.
        nearest: the task of this package that is closest to one of the corpus's own; None where
            none is close enough to be named beside it.
        metric: for example `macro-F1`.
        value: in percent.
        model: what reached it.
        source: where it was published.
        language: ISO 639-1 code, where the figure is for one of several languages.
        test_rows: of the corpus's own test part; None where nothing can be compared.
        ids: how the ids of those rows begin, where ids tell them from others.
        note: what keeps it from being compared, or what to know.
        verified: somebody read it in the source; otherwise it is quoted from memory.
    """

    task: str = Field(min_length=3)
    nearest: str | None = None
    metric: str = Field(min_length=2)
    value: float = Field(ge=0, le=100)
    model: str = Field(min_length=2)
    source: str = Field(min_length=3)
    language: str | None = None
    test_rows: int | None = Field(default=None, gt=0)
    ids: str | None = Field(default=None, min_length=1)
    note: str | None = Field(default=None, min_length=10)
    verified: bool

    @property
    def shown_with(self) -> str | None:
        """The task of this package beside which the figure is shown, if there is one."""
        return self.task if self.task in _labels() else self.nearest

    @model_validator(mode="after")
    def _check(self) -> PublishedFigure:
        if self.nearest is not None and (self.nearest not in _labels() or self.task in _labels()):
            raise ValueError(
                f"nearest = {self.nearest!r} must be one of {list(_labels())}, and the task "
                f"{self.task!r} must not"
            )
        if self.test_rows is None:
            if self.note is None:
                raise ValueError("a figure without test_rows needs a note: why not comparable?")
            return self
        if self.task not in _labels():
            raise ValueError(f"test_rows: {self.task!r} is no task of this package")
        possible = (*COMPARABLE_METRICS, *(f"F1 of {label}" for label in _labels()[self.task]))
        if self.metric not in possible:
            raise ValueError(
                f"test_rows: {self.metric!r} cannot be computed; possible: {', '.join(possible)}"
            )
        return self


@cache
def _labels() -> dict[str, tuple[str, ...]]:
    return {task.name: task.labels for task in default_tasks()}
