"""What the shipped precision costs against a reference of the same model, usually float32."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from mentionlens.manifest import Manifest

from mentionlens_training.evaluation.answers import TaskAnswers
from mentionlens_training.evaluation.measures.metrics import confusion_matrix, macro_f1_of
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.schema import Precision, PrecisionCell

__all__ = ["compare_precision", "recorded_precision"]

_Cells = Mapping[tuple[str, str], TaskAnswers]
"""Answers by language and task."""


def compare_precision(shipped: _Cells, reference: _Cells, *, name: str = "float32") -> Precision:
    """Compare the answers of two precisions to the same rows.

    Args:
        shipped: answers of the bundle, by language and task; a cell without rows is left out.
        reference: answers of the reference.
        name: precision of the reference.

    Raises:
        EvaluationError: the two answered other tasks, labels or rows.
    """
    if shipped.keys() != reference.keys():
        odd = ", ".join(" ".join(cell) for cell in sorted(shipped.keys() ^ reference.keys()))
        raise EvaluationError(f"only one of bundle and {name} reference answered {odd}")
    cells = []
    same: dict[str, list[bool]] = defaultdict(list)
    for (lang, task), ours in shipped.items():
        theirs = reference[lang, task]
        if (
            ours.labels != theirs.labels
            or not np.array_equal(ours.rows, theirs.rows)
            or not np.array_equal(ours.gold, theirs.gold)
        ):
            raise EvaluationError(
                f"{lang} {task}: the {name} reference has other labels, or answered other rows, "
                "than the bundle"
            )
        if not len(ours):
            continue
        agreed = ours.predicted == theirs.predicted
        same[task].extend(agreed.tolist())
        cells.append(
            PrecisionCell(
                lang=lang,
                task=task,
                rows=len(ours),
                macro_f1=_macro_f1(ours),
                reference_macro_f1=_macro_f1(theirs),
                agreement=float(agreed.mean()),
            )
        )
    return Precision(
        reference=name,
        measured_by="evaluation",
        cells=tuple(cells),
        agreement={task: float(np.mean(found)) for task, found in same.items()},
    )


def recorded_precision(manifest: Manifest) -> Precision | None:
    """Return what the export gate found, or None where the manifest has no such record.

    The gate scores validation rows, and only the labels with enough of them (`label_rows` of its
    limits); agreement it counts over texts of all languages.

    Raises:
        EvaluationError: the record is not as the gate writes it.
    """
    record = manifest.verification
    if not record.get("macro_f1"):
        return None
    try:
        return Precision(
            reference="float32",
            measured_by="export gate",
            cells=tuple(_recorded_cell(cell) for cell in record["macro_f1"]),
            agreement={task: float(x) for task, x in record.get("shipped_agreement", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EvaluationError(
            f"bundle {manifest.name!r}: the manifest's `verification` is not as the export gate "
            f"writes it: {error!r}"
        ) from error


def _macro_f1(answers: TaskAnswers) -> float:
    matrix = confusion_matrix(answers.gold, answers.predicted, len(answers.labels))
    return float(macro_f1_of(matrix))


def _recorded_cell(cell: Mapping[str, Any]) -> PrecisionCell:
    return PrecisionCell(
        lang=cell["lang"],
        task=cell["task"],
        rows=cell["rows"],
        macro_f1=cell["shipped"] / 100,
        reference_macro_f1=cell["float32"] / 100,
    )
