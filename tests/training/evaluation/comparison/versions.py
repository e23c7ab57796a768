"""Two versions of a model whose answers are written down, and a comparison of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mentionlens_training.evaluation.comparison.columns import collect_columns
from mentionlens_training.evaluation.comparison.comparing import compare_answers
from mentionlens_training.evaluation.comparison.pairing import pair
from mentionlens_training.evaluation.comparison.schema import Comparison, SideInfo
from mentionlens_training.evaluation.comparison.sides import Side
from mentionlens_training.evaluation.predictions import RowPrediction
from mentionlens_training.evaluation.schema import DataInfo, Settings

LABELS = {
    "sentiment": ("negative", "neutral", "positive"),
    "troll": ("no", "yes"),
}
Labels = dict[str, Sequence[str]]


def answer(
    number: int | str,
    gold: dict[str, str],
    predicted: dict[str, str],
    *,
    lang: str = "ro",
    sure: float = 0.8,
    labels: Labels | None = None,
    slices: tuple[str, ...] = (),
) -> RowPrediction:
    """Return one row's answers; the rest of the probability is shared by the other labels."""
    known: Labels = labels or {task: LABELS[task] for task in predicted}
    return RowPrediction(
        id=f"made/{number}",
        lang=lang,
        source="made",
        gold=gold,
        predicted=predicted,
        probabilities={
            task: {
                label: sure if label == predicted[task] else (1 - sure) / (len(names) - 1)
                for label in names
            }
            for task, names in known.items()
        },
        slices=slices,
    )


def sentiment(
    gold: Iterable[str], predicted: Iterable[str], *, lang: str = "ro", **options: Any
) -> list[RowPrediction]:
    """Return rows that are labelled for sentiment alone; the first letters stand for the labels."""
    names = {"-": "negative", "0": "neutral", "+": "positive"}
    return [
        answer(
            f"{lang}-{n}", {"sentiment": names[g]}, {"sentiment": names[p]}, lang=lang, **options
        )
        for n, (g, p) in enumerate(zip(gold, predicted, strict=True))
    ]


def side(rows: Sequence[RowPrediction], name: str = "side", fingerprint: str = "") -> Side:
    """Return the answers of a version."""
    facts, answers = collect_columns(rows, name)
    data = DataInfo(rows=len(rows), fingerprint=fingerprint) if fingerprint else None
    info = SideInfo(given=name, kind="predictions", bundle=None, data=data, rows=len(rows))
    return Side(info, facts, answers)


def compared(a: Sequence[RowPrediction], b: Sequence[RowPrediction], **options: Any) -> Comparison:
    """Compare two versions."""
    settings = Settings(resamples=options.pop("resamples", 200), min_rows=options.pop("least", 50))
    old, new = side(a, "old"), side(b, "new")
    return compare_answers(old.info, new.info, pair(old, new), settings=settings, **options)


def write(path: Path, rows: Iterable[RowPrediction]) -> Path:
    """Write a file of predictions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row.to_dict()) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def random_rows(
    seed: int, count: int, right: float, *, langs: Sequence[str] = ("ro", "bg")
) -> list[RowPrediction]:
    """Return rows of both tasks; ids, languages and right answers do not depend on the seed."""
    truth, given = random.Random(7), random.Random(seed)
    rows = []
    for number in range(count):
        gold = {task: truth.choice(labels) for task, labels in LABELS.items()}
        if truth.random() < 0.3:
            del gold["troll"]
        predicted = {
            task: gold[task] if task in gold and given.random() < right else given.choice(labels)
            for task, labels in LABELS.items()
        }
        slices = ("angry_genuine",) if truth.random() < 0.2 else ()
        lang = truth.choice(langs)
        rows.append(
            answer(number, gold, predicted, lang=lang, sure=given.uniform(0.5, 1), slices=slices)
        )
    return rows
