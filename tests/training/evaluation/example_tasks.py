"""One task of one language of an example."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from example_figures import (
    confusion_matrix,
    coverage,
    majority_f1,
    none_or_any,
    part_of,
    reliability,
    scores_of,
    share_of,
    thresholds,
)
from example_mistakes import confident_mistakes, typical_mistakes
from mentionlens_training.evaluation.schema import (
    Estimate,
    FalseAlarms,
    LabelScores,
    Rival,
    SliceScores,
    SourceScores,
    TaskResult,
)

__all__ = ["TASKS", "task_result"]

TASKS = {
    "sentiment": ("negative", "neutral", "positive"),
    "troll": ("no", "yes"),
    "complaint": (
        "none", "product", "delivery", "billing", "returns", "service", "technical", "safety",
        "other",
    ),
}  # fmt: skip
"""Task to its labels, as the default tasks have them."""
_SLICES = (
    ("short", "length", "up to 40 characters"),
    ("medium", "length", "41 to 140 characters"),
    ("long", "length", "more than 140 characters"),
    ("Latin", "script", "mostly Latin letters"),
    ("Cyrillic", "script", "mostly Cyrillic letters"),
    ("with emoji", "writing", "at least one emoji"),
    ("no diacritics", "writing", "forty letters or more, and none of the language's own"),
    ("angry_genuine", "data", "furious, with a real problem"),
    ("sarcasm_genuine", "data", "sarcastic, with a real problem"),
    ("code_switched", "data", "two languages in one mention"),
)


def task_result(
    lang: str, task: str, wanted: tuple[Sequence[int], float], draw: np.random.Generator
) -> TaskResult:
    gold, right = wanted
    labels = TASKS[task]
    confusion = confusion_matrix(gold, right, draw)
    rows, answered = confusion.sum(axis=1), confusion.sum(axis=0)
    scores = scores_of(confusion)
    curve = coverage(scores.accuracy.value)
    occurring = int((rows > 0).sum())
    counted = rows.sum() >= 50 and occurring > 1
    notes = []
    if occurring == 1:
        only = labels[int(rows.argmax())]
        notes.append(f"Every row is {only}: these figures say nothing about telling labels apart.")
    elif not counted:
        notes.append(f"Only {rows.sum()} rows, fewer than 50: not counted.")
    missing = [label for label, number in zip(labels, rows, strict=True) if not number]
    if missing and occurring > 1:
        notes.append(f"Labels that no row has, left out of macro-F1: {', '.join(missing)}.")
    value = scores.macro_f1.value
    mistakes = confident_mistakes(lang, labels, confusion, draw)
    return TaskResult(
        task=task,
        counted=bool(counted),
        scores=scores,
        any_complaint=scores_of(none_or_any(confusion)) if task == "complaint" else None,
        labels=tuple(
            LabelScores(
                label=label,
                rows=int(rows[i]),
                answered=int(answered[i]),
                precision=share_of(confusion[i, i], answered[i]),
                recall=share_of(confusion[i, i], rows[i]),
                f1=share_of(2 * confusion[i, i], rows[i] + answered[i]) if rows[i] else None,
            )
            for i, label in enumerate(labels)
        ),
        confusion=tuple(tuple(int(number) for number in line) for line in confusion),
        reliability=reliability(int(rows.sum()), right),
        coverage=curve,
        thresholds=thresholds(curve),
        false_alarms=(
            FalseAlarms(
                slice="angry_genuine",
                label="yes",
                rows=30,
                alarms=3,
                share=Estimate(value=0.1, low=0.0346, high=0.2562),
            ),
        )
        if task == "troll" and lang in ("ro", "pl")
        else (),
        sources=(
            SourceScores(source=f"{lang}-shop-reviews", scores=part_of(scores, 0.7, 0.02)),
            SourceScores(source=f"{lang}-posts", scores=part_of(scores, 0.3, -0.05)),
        ),
        slices=tuple(
            SliceScores(
                slice=name,
                kind=kind,
                description=description,
                scores=part_of(scores, 0.05 + 0.3 * draw.random(), float(draw.normal(0, 0.06))),
            )
            for name, kind, description in _SLICES
            if (name == "Cyrillic") <= (lang in ("bg", "ru"))
        ),
        rivals=(
            Rival(
                name="majority class", kind="majority", source=None, metric="macro-F1",
                value=majority_f1(rows), ours=value,
            ),
            Rival(
                name="TF-IDF", kind="tfidf", source=None, metric="macro-F1",
                # In one cell the bundle is the worse one, in another there is no telling.
                value=value + (0.05 if (lang, task) == ("es", "complaint") else -0.04), ours=value,
            ),
            Rival(
                name="TF-IDF", kind="tfidf", source=f"{lang}-posts", metric="macro-F1",
                value=max(0.0, value - 0.08), ours=max(0.0, value - 0.05),
            ),
            *(_published(lang, value) if task == "sentiment" else ()),
        ),
        confident_mistakes=mistakes,
        typical_mistakes=typical_mistakes(lang, labels, confusion, draw),
        notes=tuple(notes),
    )  # fmt: skip


def _published(lang: str, value: float) -> tuple[Rival, ...]:
    return (
        Rival(
            name="Example-BERT", kind="published", source=f"{lang}-posts", metric="macro-F1",
            value=0.803, ours=max(0.0, value - 0.05),
            reference="Example et al. 2021, Sentiment of Posts, table 3",
        ),
        Rival(
            name="Example-LLM, 70 billion parameters", kind="published",
            source=f"{lang}-shop-reviews", metric="accuracy", value=0.914, ours=None,
            reference="Example et al. 2024, <Reviews> & More, p. 7", verified=False,
            note="Measured on another split: not to be compared row by row.",
        ),
    )  # fmt: skip
