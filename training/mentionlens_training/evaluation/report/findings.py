"""What the figures of a task say, in words: how it compares, and where it fails."""

from __future__ import annotations

from dataclasses import dataclass

from mentionlens_training.evaluation.report.standings import slice_standing, standing
from mentionlens_training.evaluation.report.wording import (
    alarm_name,
    number,
    percent,
    points,
    readable,
)
from mentionlens_training.evaluation.schema import (
    LabelScores,
    TaskResult,
    Threshold,
)

__all__ = ["Finding", "find"]

_USUAL_ACCURACY = 0.95
"""The wanted accuracy that is told first, where it was measured."""


@dataclass(frozen=True)
class Finding:
    """One line of a summary."""

    name: str
    text: str


def find(result: TaskResult) -> list[Finding]:
    """Return what to know of one task in one language before all else."""
    found = [
        _compared(result) if result.counted else None,
        _weakest_label(result),
        _frequent_mistake(result),
        _weakest_slice(result),
        *(
            Finding(
                alarm_name(result.task, alarms).capitalize(),
                f"{number(alarms.alarms)} of {number(alarms.rows)} ({percent(alarms.share)})",
            )
            for alarms in result.false_alarms
        ),
        _handed_over(result),
    ]
    return [finding for finding in found if finding is not None]


def _compared(result: TaskResult) -> Finding | None:
    rival = result.tfidf or result.majority
    if rival is None:
        return None
    found = standing(result.scores.macro_f1, rival.value)
    lead = points(result.scores.macro_f1.value - rival.value)
    return Finding(
        f"Against {rival.name}", f"{found.words} ({percent(rival.value)}; {lead} points)"
    )


def _weakest_label(result: TaskResult) -> Finding | None:
    with_f1 = [(scores.f1.value, scores) for scores in result.labels if scores.f1]
    if len(with_f1) < 2:
        return None
    f1, weakest = min(with_f1, key=_value)
    rows = f", {number(weakest.rows)} rows" if weakest.rows else ""
    return Finding("Weakest label", f"{readable(weakest.label)} (F1 {percent(f1)}{rows})")


def _value(item: tuple[float, LabelScores]) -> float:
    return item[0]


def _frequent_mistake(result: TaskResult) -> Finding | None:
    if not result.typical_mistakes:
        return None
    kind = max(result.typical_mistakes, key=lambda kind: kind.rows)
    return Finding(
        "Most frequent mistake",
        f"{readable(kind.gold)} taken for {readable(kind.predicted)} "
        f"({percent(kind.share, 0)} of mistakes)",
    )


def _weakest_slice(result: TaskResult) -> Finding | None:
    whole = result.scores.macro_f1
    worse = []
    for part in result.slices:
        found = slice_standing(part, whole)
        if found and found.kind == "worse":
            worse.append(part)
    if not worse:
        return None
    weakest = min(worse, key=lambda part: part.scores.macro_f1.value)
    lost = points(weakest.scores.macro_f1.value - whole.value)
    return Finding(
        "Weakest kind of text",
        f"{readable(weakest.slice)}: {weakest.description} "
        f"({percent(weakest.scores.macro_f1)}; {lost} points)",
    )


def _handed_over(result: TaskResult) -> Finding | None:
    if not result.thresholds:
        return None
    wanted: Threshold = min(
        result.thresholds, key=lambda item: abs(item.accuracy - _USUAL_ACCURACY)
    )
    name = f"To be right {percent(wanted.accuracy, 0)} of the time"
    if wanted.coverage is None:
        return Finding(name, "no threshold reaches it on these rows")
    share = 1 - wanted.coverage
    if share < 0.0005:
        return Finding(name, "nothing need be handed to a person")
    return Finding(
        name, f"hand {percent(share, 0)} to a person (threshold {wanted.threshold or 0:.2f})"
    )
