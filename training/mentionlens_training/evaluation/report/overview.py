"""What the overview shows of all languages together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mentionlens_training.evaluation.counts import Wins, wins_over
from mentionlens_training.evaluation.report.standings import published, standing
from mentionlens_training.evaluation.report.wording import alarm_name
from mentionlens_training.evaluation.schema import (
    Evaluation,
    FalseAlarms,
    LanguageResult,
    PrecisionCell,
    Rival,
    TaskResult,
)

__all__ = ["Overview", "summarised"]


@dataclass(frozen=True)
class Overview:
    """All languages together.

    Attributes:
        majority: how often the majority class is beaten.
        tfidf: how often TF-IDF is beaten.
        clear_wins: cells in which TF-IDF is clearly beaten.
        means: task to mean macro-F1 over the counted languages; None where none is counted.
        counted: task to the number of those.
        alarms: what a false alarm is, in words, to language to its count.
        published: language, task and the figure of a publication that can be compared.
        precision: (language, task) to what the shipped precision costs.
        lost: mean loss of macro-F1 by precision, and the cell that loses most.
    """

    majority: Wins
    tfidf: Wins
    clear_wins: int
    means: dict[str, float | None]
    counted: dict[str, int]
    alarms: dict[str, dict[str, FalseAlarms]]
    published: list[tuple[str, str, Rival]]
    precision: dict[tuple[str, str], PrecisionCell]
    lost: tuple[float, PrecisionCell] | None


def summarised(evaluation: Evaluation) -> Overview:
    """Return what the overview shows beside the cells themselves."""
    counted = {
        task: [result for _, result in _cells(evaluation) if result.task == task and result.counted]
        for task in evaluation.tasks
    }
    costs = evaluation.precision.cells if evaluation.precision else ()
    return Overview(
        majority=wins_over(evaluation, "majority"),
        tfidf=wins_over(evaluation, "tfidf"),
        clear_wins=sum(
            _clearly_better(result) for results in counted.values() for result in results
        ),
        means={
            task: sum(r.scores.macro_f1.value for r in results) / len(results) if results else None
            for task, results in counted.items()
        },
        counted={task: len(results) for task, results in counted.items()},
        alarms=_alarms(evaluation),
        published=[
            (found.lang, result.task, rival)
            for found, result in _cells(evaluation)
            for rival in published(result)
            if rival.ours is not None
        ],
        precision={(cell.lang, cell.task): cell for cell in costs},
        lost=_lost(costs),
    )


def _cells(evaluation: Evaluation) -> Iterator[tuple[LanguageResult, TaskResult]]:
    for found in evaluation.languages:
        for result in found.tasks:
            yield found, result


def _clearly_better(result: TaskResult) -> bool:
    if result.tfidf is None:
        return False
    found = standing(result.scores.macro_f1, result.tfidf.value)
    return found.clear and found.kind == "better"


def _alarms(evaluation: Evaluation) -> dict[str, dict[str, FalseAlarms]]:
    alarms: dict[str, dict[str, FalseAlarms]] = {}
    for found, result in _cells(evaluation):
        for item in result.false_alarms:
            alarms.setdefault(alarm_name(result.task, item), {})[found.lang] = item
    return alarms


def _lost(costs: tuple[PrecisionCell, ...]) -> tuple[float, PrecisionCell] | None:
    if not costs:
        return None
    mean = sum(cell.macro_f1 - cell.reference_macro_f1 for cell in costs) / len(costs)
    return mean, min(costs, key=lambda cell: cell.macro_f1 - cell.reference_macro_f1)
