"""Why a mention was suggested, in words that a labeller understands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mentionlens.manifest import TaskSpec
from numpy.typing import NDArray

from mentionlens_data.suggestion.choosing import Choice

__all__ = ["describe"]

_UNSURE = 0.5
"""Doubt from which on it is told; by the margin, the likelier label is ahead by half or less."""
_RARE = 0.1
"""Labels that are guessed more often than this are not called rare."""
_LIKELY = 0.1
"""Probability from which on a rare label is told of."""
_UNLIKE = 0.75
"""Share of the candidates that must be nearer to what was taken before."""


def describe(
    choice: Choice,
    tasks: Sequence[TaskSpec],
    probabilities: Sequence[NDArray[np.float32]],
    guessed: Sequence[NDArray[np.float64]],
    lang: str,
) -> str:
    """Return the reasons, joined by semicolons; there is always one.

    What has no weight is no reason, even where it holds.

    Args:
        choice: what was taken.
        tasks: whose doubt and labels counted.
        probabilities: for each of them (labels), of this mention.
        guessed: for each of them (labels), the share of the language's mentions that are guessed
            to be of the label.
        lang: language of the mention.
    """
    found = []
    for task, doubt, values in zip(tasks, choice.doubt, probabilities, strict=True):
        if doubt >= _UNSURE and choice.gains["uncertainty"]:
            found.append(f"unsure of {task.name}: {_two_likeliest(task, values)}")
    for task, label, values, shares in zip(
        tasks, choice.missing, probabilities, guessed, strict=True
    ):
        told = shares[label] <= _RARE and values[label] >= _LIKELY
        if told and choice.gains["rarity"]:
            found.append(
                f"perhaps {task.name} {task.labels[label]} ({_percent(values[label])}), guessed "
                f"for {_percent(shares[label])} of the mentions in {lang}"
            )
    if choice.unlike >= _UNLIKE and choice.gains["diversity"]:
        found.append("unlike the mentions suggested before it")
    if not found:
        most = max(choice.gains, key=choice.gains.__getitem__)
        found.append(_plain(most, choice, tasks, probabilities))
    return "; ".join(found)


def _plain(
    most: str,
    choice: Choice,
    tasks: Sequence[TaskSpec],
    probabilities: Sequence[NDArray[np.float32]],
) -> str:
    """Return a reason where nothing stands out: what counted most."""
    if most == "uncertainty":
        place = int(np.argmax(choice.doubt))
        return f"{tasks[place].name} is not quite sure: " + _two_likeliest(
            tasks[place], probabilities[place]
        )
    if most == "rarity":
        kinds = ", ".join(
            f"{task.name} {task.labels[label]}"
            for task, label in zip(tasks, choice.missing, strict=True)
        )
        return f"for a balance of labels: {kinds}"
    if most == "diversity":
        return "unlike the mentions suggested before it"
    return "drawn by chance, to stand for the rest"


def _two_likeliest(task: TaskSpec, values: NDArray[np.float32]) -> str:
    first, second = np.argsort(-values, kind="stable")[:2]
    return (
        f"{task.labels[first]} {_percent(values[first])} or "
        f"{task.labels[second]} {_percent(values[second])}"
    )


def _percent(share: float) -> str:
    percent = 100 * float(share)
    if 0 < percent < 1:
        return "under 1 %"
    return f"{percent:.0f} %"
