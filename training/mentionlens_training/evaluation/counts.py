"""How often a bundle is better than a rival, over the cells of language x task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mentionlens_training.evaluation.schema import Evaluation

__all__ = ["Wins", "wins_over"]


@dataclass(frozen=True)
class Wins:
    """Counted cells that have a figure of the rival, and those where it is beaten.

    Attributes:
        cells: counted cells that have a figure of the rival.
        won: those where the bundle's figure is above it; a draw is no victory.
        lost: language, task and how far the rival is ahead, largest first.
    """

    cells: int
    won: int
    lost: tuple[tuple[str, str, float], ...]


def wins_over(evaluation: Evaluation, rival: Literal["majority", "tfidf"]) -> Wins:
    """Compare macro-F1 with a rival over all rows of each counted language x task."""
    leads: list[tuple[str, str, float]] = []
    for found in evaluation.languages:
        for result in found.tasks:
            other = result.majority if rival == "majority" else result.tfidf
            if result.counted and other is not None:
                lead = round(result.scores.macro_f1.value - other.value, 4)
                leads.append((found.lang, result.task, lead))
    behind = sorted((lead for lead in leads if lead[2] < 0), key=lambda lead: lead[2])
    return Wins(
        cells=len(leads),
        won=sum(lead > 0 for _, _, lead in leads),
        lost=tuple((lang, task, -lead) for lang, task, lead in behind),
    )
