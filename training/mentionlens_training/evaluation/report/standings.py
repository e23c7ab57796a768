"""How the figures of a bundle stand to those of something else, over the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mentionlens_training.evaluation.schema import (
    Estimate,
    Rival,
    Scores,
    SliceScores,
    TaskResult,
)

__all__ = ["SourceRow", "Standing", "published", "slice_standing", "source_rows", "standing"]

_LEAST_ROWS = 20
"""Rows of a slice below which nothing is called clear: its interval rests on too few answers."""


@dataclass(frozen=True)
class Standing:
    """How a figure stands to another one.

    Attributes:
        kind: for the style; `clear` ones are not within the uncertainty of the figure.
        symbol: the same without colour.
        words: the same in words.
    """

    kind: Literal["better", "even", "worse"]
    symbol: str
    words: str
    clear: bool


def standing(ours: Estimate, other: float) -> Standing:
    """Compare a figure with one that has no interval of its own.

    It is clearly better where its whole interval lies above the other figure.
    """
    if ours.low is None or ours.high is None:
        if ours.value > other:
            return Standing("better", "▲", "better", clear=False)
        if ours.value < other:
            return Standing("worse", "▼", "worse", clear=False)
    elif ours.low > other:
        return Standing("better", "▲", "clearly better", clear=True)
    elif ours.high < other:
        return Standing("worse", "▼", "clearly worse", clear=True)
    return Standing("even", "≈", "no clear difference", clear=False)


def slice_standing(part: SliceScores, whole: Estimate) -> Standing | None:
    """Compare the rows of a slice with all rows; None where they are too few or alike."""
    if part.scores.rows < _LEAST_ROWS or part.scores.macro_f1.low is None:
        return None
    found = standing(part.scores.macro_f1, whole.value)
    return found if found.clear else None


@dataclass(frozen=True)
class SourceRow:
    """A source with what TF-IDF reaches on its rows; `source` is None for all rows."""

    source: str | None
    scores: Scores
    tfidf: Rival | None


def source_rows(result: TaskResult) -> list[SourceRow]:
    """Return all rows, then the sources, each with its rival."""
    rivals = {rival.source: rival for rival in result.rivals if rival.kind == "tfidf"}
    whole = SourceRow(None, result.scores, rivals.get(None))
    return [
        whole,
        *(SourceRow(item.source, item.scores, rivals.get(item.source)) for item in result.sources),
    ]


def published(result: TaskResult) -> list[Rival]:
    """Return the figures of publications, by source."""
    found = [rival for rival in result.rivals if rival.kind == "published"]
    return sorted(found, key=lambda rival: (rival.source or "", rival.name))
