"""The gate's check of what the shipped precision costs in macro-F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from mentionlens.classifier import MentionClassifier
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.measures.metrics import f1_per_label
from mentionlens_training.export.errors import ExportGateError
from mentionlens_training.export.gate_report import GateReport

__all__ = ["Labels", "answered_labels", "check_quantization_loss"]


Labels = Mapping[str, Sequence[str]]
"""Task to the label that each row was given, in the order of the rows."""


def answered_labels(classifier: MentionClassifier, texts: Sequence[str]) -> Labels:
    """Return what a bundle answers to some texts, task by task."""
    answers = classifier.predict(texts)
    return {
        task.name: [answer.tasks[task.name].label for answer in answers]
        for task in classifier.manifest.tasks
    }


def check_quantization_loss(
    report: GateReport,
    rows: Sequence[LabelledMention],
    float32: Labels,
    shipped: Labels,
    *,
    together: bool = False,
) -> None:
    """Compare the answers in two precisions to labelled rows, cell by cell of language x task.

    Args:
        report: gets the checks.
        rows: labelled rows.
        float32: the answers to them in float32.
        shipped: the answers to them of the graph that ships.
        together: all languages are one cell of a task: where a language has a few hundred rows,
            a handful of other answers makes more points than are allowed.

    Raises:
        ExportGateError: too much is lost, or no cell has enough rows to tell.
    """
    limits = report.limits
    cells: list[dict[str, Any]] = []
    langs = ["every language" if together else row.lang for row in rows]
    for task, after in shipped.items():
        before = float32[task]
        labelled = [i for i, row in enumerate(rows) if task in row.labels]
        for lang in sorted({langs[i] for i in labelled}):
            chosen = [i for i in labelled if langs[i] == lang]
            if len(chosen) < limits.cell_rows:
                continue
            gold = [rows[i].labels[task] for i in chosen]
            counted = {x for x, count in Counter(gold).items() if count >= limits.label_rows}
            if not counted:
                continue
            f1 = [
                _macro_f1(gold, [answers[i] for i in chosen], counted)
                for answers in (before, after)
            ]
            cells.append(
                {
                    "task": task,
                    "lang": lang,
                    "rows": len(chosen),
                    "labels": sorted(counted),
                    "float32": round(f1[0], 2),
                    "shipped": round(f1[1], 2),
                    "loss": f1[0] - f1[1],
                }
            )
    if not cells:
        raise ExportGateError(
            "macro_f1_loss",
            f"no language x task has {limits.cell_rows} labelled rows ({len(rows)} rows in all); "
            "pass more validation rows",
        )
    worst = max(cells, key=lambda cell: float(cell["loss"]))
    mean = float(np.mean([cell["loss"] for cell in cells]))
    report.facts["macro_f1"] = [cell | {"loss": round(cell["loss"], 2)} for cell in cells]
    report.at_most(
        "macro_f1_loss_mean",
        mean,
        limits.mean_loss_points,
        f"macro-F1 points that the shipped graph loses, mean of {len(cells)} languages x tasks",
    )
    report.at_most(
        "macro_f1_loss_worst",
        worst["loss"],
        limits.cell_loss_points,
        f"macro-F1 points lost in {worst['lang']} {worst['task']}, the worst of {len(cells)}",
    )


def _macro_f1(gold: Sequence[str], predicted: Sequence[str], labels: Collection[str]) -> float:
    """Return the mean F1 of some labels, in points."""
    f1 = f1_per_label(gold, predicted)
    return 100 * float(np.mean([f1[label] for label in labels]))
