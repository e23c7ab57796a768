"""The trainer's log as curves: one name, one step that goes on over the stages, one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mentionlens_training.tracking.facts import safe_key

__all__ = ["Point", "curves"]

_NO_FIGURES = ("step", "epoch")


class Point(NamedTuple):
    """One figure of a curve.

    Attributes:
        key: `train/loss`, `validation/sentiment_macro_f1`, `stage/runtime` and the like.
        step: of the optimiser, counted from the beginning of the first stage.
        value: the figure.
    """

    key: str
    step: int
    value: float


def curves(log: Iterable[Mapping[str, Any]]) -> Iterator[Point]:
    """Yield every figure of a log.

    Args:
        log: entries with `step`, where there are several stages with `stage`, and figures. What
            the trainer calls `eval_...` was measured on validation rows; `train_...` is of the
            whole stage (`stage/loss` is its mean). An entry may be of one `task` only, and a
            figure may have a value for each of several settings.
    """
    stage, before, last = None, 0, 0
    for entry in log:
        if entry.get("stage") != stage:
            stage, before = entry.get("stage"), before + last
            last = 0
        step = int(entry.get("step", last))
        last = max(last, step)
        for name, value in _figures(entry):
            yield Point(_key(name, entry.get("task")), before + step, value)


def _figures(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in entry.items():
        # A truth value is a number to Python, and no figure.
        if name in _NO_FIGURES or isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            yield name, float(value)
        elif isinstance(value, Mapping):
            yield from ((f"{name}/{key}", found) for key, found in _figures(value))


def _key(name: str, task: str | None) -> str:
    of_task = "" if task is None else f"{task}/"
    if name.startswith("eval_"):
        return safe_key(f"validation/{of_task}{name.removeprefix('eval_')}")
    if name.startswith("train_"):
        return safe_key(f"stage/{of_task}{name.removeprefix('train_')}")
    return safe_key(f"train/{of_task}{name}")
