"""The tasks and their ordered labels, read from `tasks.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

__all__ = ["FalseAlarm", "Task", "default_tasks"]


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
    """

    name: str
    labels: tuple[str, ...]
    false_alarms: tuple[FalseAlarm, ...] = field(default=(), compare=False)


def default_tasks() -> tuple[Task, ...]:
    """Return the tasks that mentionlens ships with."""
    text = resources.files("mentionlens_data").joinpath("tasks.toml").read_text(encoding="utf-8")
    return _parse(tomllib.loads(text), "mentionlens_data/tasks.toml")


def _parse(data: dict[str, Any], where: str) -> tuple[Task, ...]:
    tasks = tuple(
        Task(
            str(item.get("name", "")),
            tuple(item.get("labels", ())),
            tuple(FalseAlarm(**alarm) for alarm in item.get("false_alarms", ())),
        )
        for item in data.get("tasks", [])
    )
    names = [task.name for task in tasks]
    if not tasks or not all(names) or len(set(names)) != len(names):
        raise ValueError(f"{where}: every [[tasks]] table needs a name of its own, found {names}")
    for task in tasks:
        if len(task.labels) < 2 or len(set(task.labels)) != len(task.labels):
            raise ValueError(
                f"{where}: task {task.name!r} needs two or more different labels, "
                f"found {list(task.labels)}"
            )
        for alarm in task.false_alarms:
            if alarm.label not in task.labels:
                raise ValueError(
                    f"{where}: task {task.name!r}: a false alarm names the label {alarm.label!r}, "
                    f"known: {list(task.labels)}"
                )
    return tasks
