"""One side of a comparison: what was given as the old or the new version, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.comparison.columns import collect_columns
from mentionlens_training.evaluation.comparison.schema import SideInfo
from mentionlens_training.evaluation.predictions import (
    EvaluationError,
    predict_rows,
    read_predictions,
)
from mentionlens_training.evaluation.progress import Progress
from mentionlens_training.evaluation.reading import EVALUATION_FILE, read_evaluation
from mentionlens_training.evaluation.schema import BundleInfo

__all__ = ["PACKAGED", "Side", "answered_side", "is_bundle", "open_bundle", "read_side"]

PACKAGED = "packaged"
"""Stands for the bundle that mentionlens ships with."""

PREDICTIONS_FILE = "predictions.jsonl"


@dataclass(frozen=True)
class Side:
    """A version and its answers.

    Attributes:
        info: which version.
        facts: of the rows, in the order of the predictions; without texts.
        answers: task to its answers; `rows` are indices into `facts`.
    """

    info: SideInfo
    facts: Sequence[RowFacts]
    answers: dict[str, TaskAnswers]


def is_bundle(given: str) -> bool:
    """Tell whether a side is a bundle, which must answer rows first."""
    folder = Path(given)
    return given == PACKAGED or (
        (folder / "manifest.json").is_file() and not (folder / PREDICTIONS_FILE).is_file()
    )


def read_side(given: str) -> Side:
    """Read the folder that `mentionlens evaluate` wrote, or a file of predictions.

    Raises:
        EvaluationError: it is neither, or it is damaged.
    """
    path = Path(given)
    if path.is_dir():
        if not (path / PREDICTIONS_FILE).is_file():
            raise EvaluationError(
                f"{path} holds no {PREDICTIONS_FILE} and no manifest.json: give the folder that "
                "`mentionlens evaluate` wrote, its predictions.jsonl, or a bundle"
            )
        path /= PREDICTIONS_FILE
    facts, answers = collect_columns(read_predictions(path), str(path))
    beside = path.with_name(EVALUATION_FILE)
    found = read_evaluation(beside) if Path(given).is_dir() and beside.is_file() else None
    info = SideInfo(
        given=Path(given).resolve().name,
        kind="predictions" if found is None else "evaluation",
        bundle=None if found is None else found.bundle,
        data=None if found is None else found.data,
        rows=len(facts),
    )
    return Side(info, facts, answers)


def open_bundle(given: str) -> MentionClassifier:
    """Open the bundle of a side.

    Raises:
        mentionlens.errors.BundleError: it is no bundle, or a damaged one.
    """
    return MentionClassifier(None if given == PACKAGED else given)


def answered_side(
    given: str, classifier: MentionClassifier, rows: Sequence[LabelledMention]
) -> Side:
    """Let a bundle answer rows; a right label that it does not know is left out.

    Raises:
        EvaluationError: rows and bundle share no task.
    """
    known = {task.name: task.labels for task in classifier.manifest.tasks}
    predictions = predict_rows(classifier, [_answerable(row, known) for row in rows])
    facts, answers = collect_columns(
        Progress(predictions, len(rows), f"rows answered by {given}"), given
    )
    info = SideInfo(
        given=given if given == PACKAGED else Path(given).resolve().name,
        kind="bundle",
        bundle=_bundle_info(classifier),
        data=None,
        rows=len(facts),
    )
    return Side(info, facts, answers)


def _answerable(row: LabelledMention, known: dict[str, tuple[str, ...]]) -> LabelledMention:
    labels = {t: label for t, label in row.labels.items() if label in known.get(t, (label,))}
    return row if len(labels) == len(row.labels) else replace(row, labels=labels)


def _bundle_info(classifier: MentionClassifier) -> BundleInfo:
    manifest = classifier.manifest
    return BundleInfo(
        name=manifest.name,
        version=manifest.version,
        precision=manifest.graph.precision,
        graph_sha256=manifest.graph.sha256,
        languages=manifest.languages,
        tasks={task.name: task.labels for task in manifest.tasks},
    )
