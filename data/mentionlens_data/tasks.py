"""The tasks and their ordered labels, read from `tasks.toml` or from a file of one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from mentionlens_data.errors import TasksError

__all__ = ["FalseAlarm", "Task", "default_tasks", "load_tasks"]

_FIELDS = {"name", "labels", "false_alarms", "taken_from"}


@dataclass(frozen=True)
class FalseAlarm:
    """A mistake that is counted for itself: rows of `slice` that are given `label`."""

    label: str
    slice: str


@dataclass(frozen=True)
class Task:
    """One question.

    Attributes:
        name: of the task.
        labels: in the order of the logits.
        false_alarms: mistakes that an evaluation counts for themselves; no part of what a model
            answers, so that a bundle's task equals the one it was trained for.
        taken_from: a label to the labels that its mentions had before there was such a label, for
            rows that were labelled then (see `preparation.older_labels`).
    """

    name: str
    labels: tuple[str, ...]
    false_alarms: tuple[FalseAlarm, ...] = field(default=(), compare=False)
    taken_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


@cache
def default_tasks() -> tuple[Task, ...]:
    """Return the tasks that mentionlens ships with."""
    text = resources.files("mentionlens_data").joinpath("tasks.toml").read_text(encoding="utf-8")
    return _parse(tomllib.loads(text), "mentionlens_data/tasks.toml")


def load_tasks(path: Path) -> tuple[Task, ...]:
    """Read a file of tasks of one's own, of the form of `tasks.toml`.

    Raises:
        TasksError: no such file, not TOML, or a name or label that cannot be used; the message
            names the task.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TasksError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TasksError(f"{path}: not TOML: {error}") from error
    return _parse(data, str(path))


def _parse(data: dict[str, Any], where: str) -> tuple[Task, ...]:
    if set(data) != {"tasks"} or not isinstance(data["tasks"], list) or not data["tasks"]:
        raise TasksError(f"{where}: expected [[tasks]] tables and nothing else, found {list(data)}")
    tasks = tuple(_task(item, where) for item in data["tasks"])
    names = [task.name for task in tasks]
    if len(set(names)) != len(names):
        raise TasksError(f"{where}: every [[tasks]] table needs a name of its own, found {names}")
    return tasks


def _task(item: Any, where: str) -> Task:  # noqa: ANN401 - TOML is untyped
    name = item.get("name") if isinstance(item, dict) else None
    # The name becomes a key of every answer, and an attribute in Python.
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise TasksError(
            f"{where}: every [[tasks]] table needs a name, a word of letters, digits and "
            f"underscores; found {name!r}"
        )
    here = f"{where}: task {name!r}"
    unknown = sorted(set(item) - _FIELDS)
    if unknown:
        raise TasksError(f"{here}: unknown fields {unknown}; possible: {sorted(_FIELDS)}")
    labels = item.get("labels")
    if (
        not isinstance(labels, list)
        or not all(isinstance(label, str) and label.strip() for label in labels)
        or len(labels) < 2
        or len(set(labels)) != len(labels)
    ):
        raise TasksError(f"{here} needs two or more different labels, found {labels!r}")
    try:
        alarms = tuple(FalseAlarm(**alarm) for alarm in item.get("false_alarms", ()))
        taken_from = {key: tuple(value) for key, value in item.get("taken_from", {}).items()}
    except (TypeError, AttributeError) as error:
        raise TasksError(
            f"{here}: false_alarms are tables of a label and a slice, taken_from a table of lists "
            f"of labels ({error})"
        ) from error
    named = {f"the false alarm of {alarm.slice!r}": alarm.label for alarm in alarms}
    named |= {f"taken_from, {key!r},": key for key in taken_from}
    named |= {f"taken_from.{key}": x for key, v in taken_from.items() for x in v if x not in labels}
    for place, label in named.items():
        if label not in labels:
            raise TasksError(f"{here}: {place} names the label {label!r}, known: {labels}")
    return Task(name, tuple(labels), alarms, taken_from)
