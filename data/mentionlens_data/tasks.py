"""The tasks and their ordered labels, read from `tasks.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = ["Task", "default_tasks"]


@dataclass(frozen=True)
class Task:
    """One question: its name and its labels in the order of the logits."""

    name: str
    labels: tuple[str, ...]


def default_tasks() -> tuple[Task, ...]:
    """Return the tasks that mentionlens ships with."""
    text = resources.files("mentionlens_data").joinpath("tasks.toml").read_text(encoding="utf-8")
    return _parse(tomllib.loads(text), "mentionlens_data/tasks.toml")


def _parse(data: dict[str, Any], where: str) -> tuple[Task, ...]:
    tasks = tuple(
        Task(str(item.get("name", "")), tuple(item.get("labels", ())))
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
    return tasks
