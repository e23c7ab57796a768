"""Guess which column is what, and which value which label; what is not safe becomes a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mentionlens_data.files.column_checks import SENTENCE_WORDS, header_questions, suits
from mentionlens_data.files.columns import ColumnView, view_columns
from mentionlens_data.files.mapping import FIELDS, FileMapping
from mentionlens_data.files.synonyms import synonyms
from mentionlens_data.files.text import fold
from mentionlens_data.tasks import Task

__all__ = ["Guess", "OpenValues", "guess_mapping"]

_MOST_SHOWN = 6


@dataclass(frozen=True)
class OpenValues:
    """Values that a person has to map to the labels of a task.

    Attributes:
        column: where they stand.
        labels: value to the label that it seems to mean, or to `?`, the most common first.
        rows: value to the number of rows that it was seen in.
    """

    column: str
    labels: Mapping[str, str]
    rows: Mapping[str, int]


@dataclass
class Guess:
    """A mapping with its reasons.

    Attributes:
        mapping: what is safe.
        columns: what every column holds.
        reasons: our field to why this column was taken.
        questions: what a person has to answer.
        open_values: task to the values that such a question is about.
        unreadable: the rows looked at that could not be divided into columns.
    """

    mapping: FileMapping
    columns: tuple[ColumnView, ...]
    reasons: dict[str, str] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    open_values: dict[str, OpenValues] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @property
    def ignored(self) -> list[str]:
        """The columns that no field takes."""
        used = set(self.mapping.columns.values())
        return [view.name for view in self.columns if view.name not in used]


def guess_mapping(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], tasks: Sequence[Task]
) -> Guess:
    """Guess the mapping of a file.

    Args:
        columns: names of its columns.
        rows: some of its rows, with its own columns.
        tasks: the questions that a column may answer.
    """
    work = _Guesser(view_columns(columns, rows))
    for task in tasks:
        work.guess_task(task)
    for name in FIELDS:
        work.guess_field(name)
    for task in tasks:
        work.guess_task_by_values(task)
    order = (*FIELDS, *(task.name for task in tasks))
    columns_of = {name: work.taken[name] for name in order if name in work.taken}
    mapping = FileMapping(columns=columns_of, labels=work.labels)
    if not work.taken:
        work.questions += header_questions(columns, tasks)
    if not any(task.name in work.taken for task in tasks):
        answers = ", ".join(task.name for task in tasks)
        work.questions.append(f"Which column answers one of {answers}?")
    return Guess(mapping, work.views, work.reasons, work.questions, work.open_values)


class _Guesser:
    def __init__(self, views: tuple[ColumnView, ...]) -> None:
        self.views = views
        self.taken: dict[str, str] = {}
        self.labels: dict[str, dict[str, str]] = {}
        self.reasons: dict[str, str] = {}
        self.questions: list[str] = []
        self.open_values: dict[str, OpenValues] = {}
        self._asked: set[str] = set()
        self._open: set[str] = set()

    def guess_field(self, name: str) -> None:
        named = self._named(name)
        if name != "text":
            named = [view for view in named if suits(name, view)]
        if len(named) > 1:
            self._ask_which(name, named)
        elif named:
            self._take(name, named[0], "its name")
        elif name == "text":
            self._guess_text()

    def guess_task(self, task: Task) -> None:
        """Take the column that is called like the task and whose values are known."""
        named = self._named(task.name)
        own = [view for view in named if view.name == task.name]
        safe = [(view, found) for view in named if (found := self._answers(task, view))]
        if len(safe) > 1:
            self._ask_which(task.name, [view for view, _ in safe])
        elif safe:
            view, (labels, why) = safe[0]
            self._take(task.name, view, f"its name; {why}")
            self._set_labels(task, view, labels)
        elif own:
            # Our very own name: what stands there is meant as an answer, right or wrong.
            self._take(task.name, own[0], "its name")
            self._set_labels(task, own[0], {})
        else:
            for view in named:
                self._ask_values(task, view)

    def guess_task_by_values(self, task: Task) -> None:
        """Take a column of any name whose values are words for this task's labels and no other."""
        if task.name in self.taken or task.name in self._open:
            return
        known = synonyms().labels(task)
        safe = []
        for view in self._free():
            labels = {known.get(fold(value)) for value in view.values}
            words = any(len(fold(value)) > 3 for value in view.values)
            if len(labels) > 1 and None not in labels and words and not _is_yes_or_no(view):
                safe.append(view)
        if len(safe) == 1:
            self._take(task.name, safe[0], "its values")
            self._set_labels(task, safe[0], {v: known[fold(v)] for v in safe[0].values})
        elif safe:
            self._ask_which(task.name, safe)

    def _named(self, name: str) -> list[ColumnView]:
        """Return the free columns that may be called `name`; ours alone where it is there."""
        names = synonyms().column(name)
        found = [view for view in self._free() if fold(view.name) in names]
        own = [view for view in found if fold(view.name) == fold(name)]
        return own or found

    def _free(self) -> list[ColumnView]:
        return [v for v in self.views if v.name not in self.taken.values()]

    def _guess_text(self) -> None:
        long = [view for view in self._free() if view.mean_words >= SENTENCE_WORDS]
        if len(long) == 1:
            self._take("text", long[0], f"the only column with sentences ({_words(long[0])})")
        elif long:
            self._ask_which("text", long)
        else:
            self.questions.append("Which column is the text?")

    def _answers(self, task: Task, view: ColumnView) -> tuple[dict[str, str], str] | None:
        """Return labels for the values and why, if it is safe to say what they mean."""
        if not view.values:
            return None
        folded = {fold(value) for value in view.values} - synonyms().unknown
        for scale in synonyms().scales:
            if scale.task != task.name or not set(scale.values.values()) <= set(task.labels):
                continue
            if folded <= set(scale.values) and folded & scale.needs:
                return dict(scale.values), scale.what
        known = synonyms().labels(task)
        understood = {v: known[fold(v)] for v in view.values if fold(v) in known}
        rows = sum(view.values[value] for value in understood)
        if rows * 2 <= view.filled:
            return None
        return understood, "its values are known"

    def _set_labels(self, task: Task, view: ColumnView, labels: Mapping[str, str]) -> None:
        own = {fold(label) for label in task.labels}
        table = {value: label for value, label in labels.items() if fold(value) not in own}
        known = {fold(value) for value in labels} | own
        table |= {v: "?" for v in view.values if fold(v) in synonyms().unknown - known}
        if table:
            self.labels[task.name] = table
        known |= synonyms().unknown
        strange = [value for value in view.values if fold(value) not in known]
        if strange:
            self.open_values[task.name] = OpenValues(
                view.name, dict.fromkeys(strange, "?"), view.values
            )
            self.questions.append(
                f"[labels.{task.name}] What do these values of {view.name!r} mean: "
                f"{_list(view, strange)}? Until it is said, their rows are bad."
            )

    def _take(self, name: str, view: ColumnView, why: str) -> None:
        self.taken[name] = view.name
        self.reasons[name] = why

    def _ask_which(self, name: str, views: Iterable[ColumnView]) -> None:
        self._open.add(name)
        names = " or ".join(repr(view.name) for view in views)
        self.questions.append(f"[columns] Which one is {name}: {names}?")

    def _ask_values(self, task: Task, view: ColumnView) -> None:
        if view.name in self._asked or (not view.values and view.distinct):
            return
        self._asked.add(view.name)
        self._open.add(task.name)
        known = synonyms().labels(task)
        self.open_values[task.name] = OpenValues(
            view.name, {value: known.get(fold(value), "?") for value in view.values}, view.values
        )
        shown = f": {_list(view, list(view.values))}" if view.values else ", which is empty"
        self.questions.append(
            f"[columns] Does {view.name!r} answer {task.name}? Its name says so, but its values "
            f"could mean several things{shown}. If yes, map them in [labels.{task.name}]."
        )


def _is_yes_or_no(view: ColumnView) -> bool:
    return all(len(fold(value)) <= 5 and len(view.values) == 2 for value in view.values)


def _words(view: ColumnView) -> str:
    return f"{view.mean_words:.0f} words a row"


def _list(view: ColumnView, values: Sequence[str]) -> str:
    shown = ", ".join(f"{value!r} ({view.values[value]})" for value in values[:_MOST_SHOWN])
    more = len(values) - _MOST_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
