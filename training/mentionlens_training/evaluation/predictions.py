"""The answers of a bundle to labelled rows, and their file `predictions.jsonl`.

The file holds labels and probabilities but no text, so that it may lie beside an evaluation
whatever the licence of the corpus.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from mentionlens import MentionlensError, Prediction
from mentionlens.inputs import Mention
from mentionlens.manifest import Manifest
from mentionlens_data.atomic import written_atomically
from mentionlens_data.schema import LabelledMention

__all__ = [
    "Classifier",
    "EvaluationError",
    "RowPrediction",
    "predict_rows",
    "read_predictions",
    "recorded",
]


class EvaluationError(MentionlensError, ValueError):
    """Rows and model do not fit, or there is nothing to evaluate."""


class Classifier(Protocol):
    """What an evaluation needs of a model; `mentionlens.MentionClassifier` is one."""

    @property
    def manifest(self) -> Manifest:
        """The manifest of the bundle."""

    def predict_iter(
        self, mentions: Iterable[Mention], /, batch_size: int = ...
    ) -> Iterator[Prediction]:
        """Answer mentions in order."""


@dataclass(frozen=True)
class RowPrediction:
    """One row's right answers and the model's.

    Attributes:
        id: the row's id.
        lang: the row's language.
        source: the row's corpus.
        gold: task to right label, for the tasks that the row's source labels.
        predicted: task to the model's label, for every task of the model.
        probabilities: task to label to probability, in the manifest's order.
        slices: what the row is beyond its labels, where its data says so.
    """

    id: str
    lang: str
    source: str
    gold: dict[str, str]
    predicted: dict[str, str]
    probabilities: dict[str, dict[str, float]]
    slices: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; probabilities are rounded to 6 decimals."""
        record = {
            "id": self.id,
            "lang": self.lang,
            "source": self.source,
            "gold": self.gold,
            "predicted": self.predicted,
            "probabilities": {
                task: {label: round(value, 6) for label, value in row.items()}
                for task, row in self.probabilities.items()
            },
        }
        return record | ({"slices": list(self.slices)} if self.slices else {})

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> RowPrediction:
        """Return what `to_dict` gave.

        Raises:
            ValueError: a field is missing, or is of another type.
        """
        for name, kind in _FIELDS.items():
            if not isinstance(record.get(name), kind):
                raise ValueError(f"field {name!r} is missing or no {kind.__name__}")
        slices = record.get("slices") or []
        if not isinstance(slices, list) or not all(isinstance(name, str) for name in slices):
            raise ValueError("field 'slices' is no list of texts")
        return cls(**{name: record[name] for name in _FIELDS}, slices=tuple(slices))


_FIELDS: dict[str, type] = {
    "id": str,
    "lang": str,
    "source": str,
    "gold": dict,
    "predicted": dict,
    "probabilities": dict,
}


def predict_rows(
    classifier: Classifier, rows: Sequence[LabelledMention], *, batch_size: int = 64
) -> Iterator[RowPrediction]:
    """Answer every row, in order; rows are read as the answers are asked for.

    Raises:
        EvaluationError: no rows, no task that rows and model share, or a gold label that the
            model does not know.
    """
    _check(classifier.manifest, rows)
    mentions = ({"text": row.text, "lang": row.lang} for row in rows)
    answers = classifier.predict_iter(mentions, batch_size=batch_size)
    return (
        RowPrediction(
            id=row.id,
            lang=row.lang,
            source=row.source,
            gold=dict(row.labels),
            predicted={name: task.label for name, task in answer.tasks.items()},
            probabilities={name: dict(task.probabilities) for name, task in answer.tasks.items()},
            slices=row.slices,
        )
        for row, answer in zip(rows, answers, strict=True)
    )


def recorded(predictions: Iterable[RowPrediction], path: Path) -> Iterator[RowPrediction]:
    """Pass predictions on and write them, one JSON object a line; the file appears at the end."""
    # A lone surrogate is no UTF-8, but its escape is JSON.
    with written_atomically(path, errors="backslashreplace") as file:
        for prediction in predictions:
            file.write(json.dumps(prediction.to_dict(), ensure_ascii=False) + "\n")
            yield prediction


def read_predictions(path: Path) -> Iterator[RowPrediction]:
    """Read what `recorded` wrote.

    Raises:
        EvaluationError: the file does not exist, or a line is no prediction.
    """
    if not path.is_file():
        raise EvaluationError(f"there is no file of predictions {path}")
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield RowPrediction.from_dict(cast("dict[str, Any]", json.loads(line)))
            except (ValueError, AttributeError) as error:
                raise EvaluationError(f"{path}, line {number}: no prediction: {error}") from error


def _check(manifest: Manifest, rows: Sequence[LabelledMention]) -> None:
    """Refuse rows that the model cannot be measured on."""
    if not rows:
        raise EvaluationError("there are no rows to evaluate")
    labels = {task.name: task.labels for task in manifest.tasks}
    if not any(task in labels for row in rows for task in row.labels):
        tasks = sorted({task for row in rows for task in row.labels})
        raise EvaluationError(
            f"the rows are labelled for {tasks}, the bundle {manifest.name!r} answers "
            f"{list(labels)}: they share no task"
        )
    for row in rows:
        for task, label in row.labels.items():
            if task in labels and label not in labels[task]:
                raise EvaluationError(
                    f"row {row.id!r}: label {label!r} of task {task!r} is unknown to the bundle "
                    f"{manifest.name!r}, which answers {list(labels[task])}"
                )
