"""Mistakes of an example, with texts that a page must cope with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from example_texts import MENTIONS, NASTY
from mentionlens_training.evaluation.schema import (
    Mistake,
    MistakeKind,
)
from numpy.typing import NDArray

__all__ = ["confident_mistakes", "typical_mistakes"]


def confident_mistakes(
    lang: str, labels: Sequence[str], confusion: NDArray[np.int64], draw: np.random.Generator
) -> tuple[Mistake, ...]:
    kinds = _confusions(labels, confusion)
    nasty = NASTY if lang == "ro" else ()
    most = min(25, sum(rows for _, _, rows in kinds))
    found = []
    for number in range(most):
        gold, predicted, _ = kinds[int(draw.integers(len(kinds)))]
        score = 0.994 - 0.011 * number
        # One row came without its text.
        text = (*nasty, *MENTIONS[lang] * most)[number] if number != 7 else None
        found.append(_mistake(lang, gold, predicted, number, score, text))
    return tuple(found)


def typical_mistakes(
    lang: str, labels: Sequence[str], confusion: NDArray[np.int64], draw: np.random.Generator
) -> tuple[MistakeKind, ...]:
    kinds = _confusions(labels, confusion)
    wrong = sum(rows for _, _, rows in kinds)
    texts = MENTIONS[lang]
    return tuple(
        MistakeKind(
            gold=gold,
            predicted=predicted,
            rows=rows,
            share=rows / wrong,
            examples=tuple(
                _mistake(lang, gold, predicted, 900 + place, 0.55 + 0.2 * draw.random(), text)
                for place, text in enumerate(texts[: min(rows, 2)])
            ),
        )
        for gold, predicted, rows in kinds[:4]
    )


def _confusions(labels: Sequence[str], confusion: NDArray[np.int64]) -> list[tuple[str, str, int]]:
    """Return (right label, answer, rows) of the mistakes, the most frequent first."""
    found = [
        (labels[i], labels[j], int(confusion[i, j]))
        for i, j in zip(*np.nonzero(confusion), strict=True)
        if i != j
    ]
    return sorted(found, key=lambda item: -item[2])


def _mistake(
    lang: str, gold: str, predicted: str, number: int, score: float, text: str | None
) -> Mistake:
    return Mistake(
        id=f"{lang}-posts/{number}",
        text=text,
        source=f"{lang}-posts" if number % 3 else f"{lang}-shop-reviews",
        gold=gold,
        predicted=predicted,
        score=score,
        gold_score=(1 - score) * 0.6,
        slices=("angry_genuine", "emoji") if number % 4 == 0 else (),
    )
