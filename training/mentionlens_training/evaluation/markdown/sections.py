"""Parts that the overview and the model card share; each is empty where nothing was measured."""

from __future__ import annotations

from collections.abc import Sequence

from mentionlens_training.evaluation.counts import wins_over
from mentionlens_training.evaluation.markdown.formatting import (
    DASH,
    interval,
    mean_percent,
    percent,
    safe,
    table,
)
from mentionlens_training.evaluation.report.wording import alarm_name
from mentionlens_training.evaluation.schema import (
    Evaluation,
    Rival,
    TaskResult,
)

__all__ = [
    "PUBLISHED",
    "bundle_title",
    "confidence",
    "false_alarm_table",
    "macro_f1_table",
    "published_cells",
    "published_table",
    "task_table",
    "wins",
]

PUBLISHED = ("corpus", "model", "metric", "published", "mentionlens", "where, and what to know")
"""Columns of a table of published figures."""


def bundle_title(evaluation: Evaluation) -> str:
    """Name the bundle."""
    bundle = evaluation.bundle
    return f"{safe(bundle.name)} {safe(bundle.version)} ({safe(bundle.precision)})"


def wins(evaluation: Evaluation) -> str:
    """Say in how many cells the rivals are beaten, and where TF-IDF is ahead."""
    majority, tfidf = wins_over(evaluation, "majority"), wins_over(evaluation, "tfidf")
    if not majority.cells:
        return ""
    text = (
        f"It beats the majority class in {majority.won} of {majority.cells} cells of "
        "language x task"
    )
    if tfidf.cells:
        text += f", and TF-IDF with logistic regression in {tfidf.won} of {tfidf.cells}"
    if tfidf.lost:
        cells = (f"{safe(lang)} {task} ({100 * lead:.1f})" for lang, task, lead in tfidf.lost)
        text += f". Points of macro-F1 by which TF-IDF is ahead: {', '.join(cells)}"
    return text + "."


def macro_f1_table(evaluation: Evaluation) -> list[str]:
    """One row a language: macro-F1 of the bundle, and of TF-IDF behind it where it is known."""
    rows = [
        [safe(found.lang), *(_macro_f1(found.task(task)) for task in evaluation.tasks)]
        for found in evaluation.languages
    ]
    rivals = any(result.tfidf for found in evaluation.languages for result in found.tasks)
    head = ["macro-F1 (TF-IDF)" if rivals else "macro-F1", *evaluation.tasks]
    return table(head, rows)


def _macro_f1(result: TaskResult | None) -> str:
    if result is None or not result.counted:
        return DASH
    rival = f" ({percent(result.tfidf.value)})" if result.tfidf else ""
    return f"{percent(result.scores.macro_f1)}{rival}"


def task_table(evaluation: Evaluation, task: str) -> list[str]:
    """One row a language: rows, rivals, macro-F1 with its interval, accuracy, calibration.

    A cell that is not counted has its language in brackets, and does not enter the mean.
    """
    results = [
        (found.lang, result)
        for found in evaluation.languages
        if (result := found.task(task)) is not None
    ]
    if not results:
        return []
    rows = [
        [
            safe(lang) if result.counted else f"({safe(lang)})",
            result.scores.rows,
            _value(result.majority),
            _value(result.tfidf),
            percent(result.scores.macro_f1),
            interval(result.scores.macro_f1),
            percent(result.scores.accuracy),
            percent(result.scores.ece),
        ]
        for lang, result in results
    ]
    counted = [result for _, result in results if result.counted]
    if len(counted) > 1:
        rows.append(["**mean**", *_means(counted)])
    head = ["language", "rows", "majority", "TF-IDF", "mentionlens", confidence(evaluation)]
    return table([*head, "accuracy", "ECE"], rows)


def _means(results: Sequence[TaskResult]) -> list[str | int]:
    return [
        sum(result.scores.rows for result in results),
        mean_percent([result.majority.value for result in results if result.majority]),
        mean_percent([result.tfidf.value for result in results if result.tfidf]),
        mean_percent([result.scores.macro_f1.value for result in results]),
        DASH,
        mean_percent([result.scores.accuracy.value for result in results]),
        mean_percent([result.scores.ece.value for result in results]),
    ]


def _value(rival: Rival | None) -> str:
    return percent(rival.value if rival else None)


def false_alarm_table(evaluation: Evaluation) -> list[str]:
    """One row a language and sort of false alarm: on how many rows of the slice it was given."""
    rows = [
        (
            safe(found.lang),
            safe(alarm_name(result.task, alarm)),
            alarm.rows,
            alarm.alarms,
            percent(alarm.share),
            interval(alarm.share),
        )
        for found in evaluation.languages
        for result in found.tasks
        for alarm in result.false_alarms
    ]
    head = ["language", "alarm", "rows", "alarms", "share", confidence(evaluation)]
    return table(head, rows, slice(2, None)) if rows else []


def published_table(evaluation: Evaluation) -> list[str]:
    """One row a published figure that can be compared, beside the bundle's on the same rows."""
    rows = [
        [safe(found.lang), result.task, *published_cells(rival)]
        for found in evaluation.languages
        for result in found.tasks
        for rival in result.rivals
        if rival.kind == "published" and rival.ours is not None
    ]
    return table(["language", "task", *PUBLISHED], rows, slice(5, 7)) if rows else []


def published_cells(rival: Rival) -> list[str]:
    """Return the cells of `PUBLISHED` for a published figure."""
    origin = [safe(part.rstrip(".")) for part in (rival.reference, rival.note) if part]
    if not rival.verified:
        origin.append("Quoted from memory")
    return [
        safe(rival.source or "all rows"),
        safe(rival.name),
        safe(rival.metric),
        percent(rival.value),
        percent(rival.ours),
        ". ".join(origin) or DASH,
    ]


def confidence(evaluation: Evaluation) -> str:
    """Return the head of a column of intervals."""
    return f"{100 * evaluation.settings.confidence:g} % interval"
