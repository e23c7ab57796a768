"""The figures of an evaluation, by language and task, under the names that MLflow shows."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean

from mentionlens_training.evaluation.schema import Evaluation
from mentionlens_training.tracking.facts import safe_key

__all__ = ["figures"]


def figures(evaluation: Evaluation) -> dict[str, float]:
    """Return the figures of every counted language and task, and their plain means.

    Shares in [0, 1]: `pl/sentiment/macro_f1`, `.../accuracy`, `.../ece`, and where it was measured
    `.../tfidf_macro_f1` and `.../false_alarms/<slice>`; `mean/sentiment/macro_f1` over the
    languages, `mean/macro_f1` over all cells. As in the report, a cell of too few rows or of one
    label is not counted.
    """
    found: dict[str, float] = {}
    by_task: dict[str, list[float]] = defaultdict(list)
    for language in evaluation.languages:
        for result in (task for task in language.tasks if task.counted):
            cell = f"{language.lang}/{result.task}"
            scores = result.scores
            by_task[result.task].append(scores.macro_f1.value)
            found[f"{cell}/rows"] = scores.rows
            found[f"{cell}/macro_f1"] = scores.macro_f1.value
            found[f"{cell}/accuracy"] = scores.accuracy.value
            found[f"{cell}/ece"] = scores.ece.value
            if result.tfidf is not None:
                found[f"{cell}/tfidf_macro_f1"] = result.tfidf.value
            for alarms in result.false_alarms:
                found[f"{cell}/false_alarms/{alarms.slice}"] = alarms.share.value
    for task, values in by_task.items():
        found[f"mean/{task}/macro_f1"] = fmean(values)
    if by_task:
        found["mean/macro_f1"] = fmean(value for values in by_task.values() for value in values)
    return {safe_key(name): value for name, value in found.items()}
