"""Take mentions one by one, each the best beside those that were taken before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mentionlens_data.suggestion.rule import SuggestionRule

__all__ = ["Choice", "choose", "doubts", "label_shares", "worth_alone"]

Doubt = Literal["margin", "entropy"]


@dataclass(frozen=True)
class Choice:
    """One mention that was taken, and what spoke for it.

    Attributes:
        row: its index among the candidates.
        doubt: of each task, from 0 (sure) to 1.
        missing: of each task, the index of the label for which it was taken most.
        unlike: the share of the other candidates that are nearer to what was taken before; 0 for
            the first.
        gains: what uncertainty, rarity, diversity and chance added, weights included.
    """

    row: int
    doubt: tuple[float, ...]
    missing: tuple[int, ...]
    unlike: float
    gains: dict[str, float]


def doubts(probabilities: Sequence[NDArray[np.float32]], measure: Doubt) -> NDArray[np.float64]:
    """Return how unsure each answer is, from 0 to 1.

    Args:
        probabilities: for each task (mentions, labels).
        measure: `margin` or `entropy`, see `SuggestionRule`.

    Returns:
        (mentions, tasks).
    """
    columns = []
    for values in probabilities:
        if measure == "margin":
            ranked = np.partition(values.astype(np.float64), -2, axis=1)
            columns.append(1.0 - (ranked[:, -1] - ranked[:, -2]))
        else:
            safe = values.astype(np.float64).clip(1e-12)
            columns.append(-(safe * np.log(safe)).sum(axis=1) / np.log(values.shape[1]))
    return np.clip(np.stack(columns, axis=1), 0.0, 1.0)


def worth_alone(
    probabilities: Sequence[NDArray[np.float32]], rule: SuggestionRule, *, seed: int
) -> NDArray[np.float64]:
    """Return what each mention is worth before others are looked at: for a first, wide choice.

    Labels count the more the rarer they are among all the mentions.

    Args:
        probabilities: for each task whose doubt and labels count, (mentions, labels).
        rule: weights.
        seed: of the part that chance has.

    Returns:
        (mentions,).
    """
    rare = np.zeros(len(probabilities[0]))
    for values, shares in zip(probabilities, label_shares(probabilities), strict=True):
        # The share that labels should have, to the one that they have.
        wanted = shares ** (rule.label_power - 1.0)
        rare += values @ (wanted / wanted.max())
    unsure = doubts(probabilities, rule.doubt).mean(axis=1)
    worth: NDArray[np.float64] = rule.uncertainty * unsure + rule.rarity * rare / len(probabilities)
    return worth


def label_shares(probabilities: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """Return, for each task, the share of each label by the probabilities; never quite zero."""
    return [values.mean(axis=0, dtype=np.float64).clip(1e-6) for values in probabilities]


def choose(
    probabilities: Sequence[NDArray[np.float32]],
    view: NDArray[np.float32],
    number: int,
    rule: SuggestionRule,
    *,
    shares: Sequence[NDArray[np.float64]] | None = None,
    seed: int = 0,
) -> list[Choice]:
    """Choose mentions of one language.

    A label is missing the more, the less of it was taken, by the probabilities of what was taken,
    next to the share that it should have: its share of the mentions to the power of `label_power`.

    Args:
        probabilities: for each task whose doubt and labels count, (candidates, labels).
        view: (candidates, numbers), unit rows that mentions are compared by.
        number: how many; fewer where there are fewer candidates.
        rule: weights.
        shares: of the labels, for each task, where the candidates are not all of the mentions.
        seed: of the part that chance has.

    Returns:
        The choices in the order in which they were taken; no candidate twice.
    """
    size = len(view)
    unsure = doubts(probabilities, rule.doubt)
    fixed = rule.uncertainty * unsure.mean(axis=1)
    luck = rule.chance * np.random.default_rng(seed).random(size)
    nearest = np.full(size, 1.0)
    wanted = [share**rule.label_power for share in shares or label_shares(probabilities)]
    taken = [np.zeros(values.shape[1]) for values in probabilities]
    free = np.ones(size, dtype=np.bool_)
    choices = []
    for _ in range(min(number, size)):
        needs = [_needs(*pair) for pair in zip(wanted, taken, strict=True)]
        rare = _rarity(probabilities, needs, rule.rarity)
        worth = fixed + luck + rare + rule.diversity * nearest
        row = int(np.where(free, worth, -np.inf).argmax())
        free[row] = False
        choices.append(
            Choice(
                row=row,
                doubt=tuple(unsure[row].tolist()),
                missing=tuple(
                    int((values[row] * need).argmax())
                    for values, need in zip(probabilities, needs, strict=True)
                ),
                unlike=float((nearest[free] < nearest[row]).sum() / max(1, free.sum())),
                gains={
                    "uncertainty": float(fixed[row]),
                    "rarity": float(rare[row]),
                    "diversity": float(rule.diversity * nearest[row]),
                    "chance": float(luck[row]),
                },
            )
        )
        taken = [counts + values[row] for counts, values in zip(taken, probabilities, strict=True)]
        nearest = np.minimum(nearest, 1.0 - view @ view[row])
    return choices


def _rarity(
    probabilities: Sequence[NDArray[np.float32]],
    needs: Sequence[NDArray[np.float64]],
    weight: float,
) -> NDArray[np.float64]:
    """Return how much each mention's likely labels are missing, as a mean over the tasks."""
    found = np.zeros(len(probabilities[0]))
    for values, need in zip(probabilities, needs, strict=True):
        found += values @ need
    return weight * found / len(probabilities)


def _needs(wanted: NDArray[np.float64], taken: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each label is missing: 1 for the one that is missing most."""
    needs = wanted / (1.0 + taken)
    return needs / needs.max()  # type: ignore[no-any-return]
