"""The rival: TF-IDF of character n-grams and logistic regression, on the model's own rows.

One classifier per language and task, trained on the training rows of that language. A language
that has no training rows for a task (or only one label) is answered by a classifier of all
languages' rows of that task, so that the rival has an answer wherever the model has one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mentionlens_data.atomic import written_atomically
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.rivals.tfidf import (
    BaselineSettings,
    TaskClassifier,
    fit_classifier,
    labelled_rows,
)
from mentionlens_training.evaluation.rows import fingerprint
from mentionlens_training.evaluation.schema import BaselineInfo

__all__ = ["Baseline", "BaselineSettings", "cached_baseline", "fit_baseline"]

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Baseline:
    """The rival's answers.

    Attributes:
        answers: language to task to row id to label.
        choices: language to task to what was chosen (C, class weight, number of training rows,
            and whether the rows of all languages had to serve).
        training_rows: rows it could learn from.
        training_fingerprint: fingerprint of those rows.
        test_fingerprint: fingerprint of the answered rows.
        settings: what it was fitted with.
    """

    answers: Mapping[str, Mapping[str, Mapping[str, str]]]
    choices: Mapping[str, Mapping[str, Mapping[str, Any]]]
    training_rows: int
    training_fingerprint: str
    test_fingerprint: str
    settings: BaselineSettings

    @property
    def info(self) -> BaselineInfo:
        """What an evaluation records about it."""
        return BaselineInfo(training_rows=self.training_rows, fingerprint=self.training_fingerprint)

    def answer(self, lang: str, task: str, row_id: str) -> str | None:
        """Return the answer to one row, or None where there is none."""
        return self.answers.get(lang, {}).get(task, {}).get(row_id)

    def save(self, path: Path) -> None:
        """Write the answers as JSON; the file holds no text of the rows."""
        record = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        with written_atomically(path) as file:
            file.write(text)

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read what `save` wrote.

        Raises:
            EvaluationError: the file is not such a file.
        """
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            version = record.pop("schema_version")
            settings: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in record.pop("settings").items()
            }
            if version != SCHEMA_VERSION:
                raise ValueError(f"schema version {version!r}, expected {SCHEMA_VERSION}")
            return cls(**record, settings=BaselineSettings(**settings))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(
                f"{path} holds no answers of a baseline ({error}); remove it to fit again"
            ) from error


def cached_baseline(  # noqa: D417 - the other arguments are those of fit_baseline
    path: Path,
    train: Sequence[LabelledMention],
    validation: Sequence[LabelledMention],
    test: Sequence[LabelledMention],
    *,
    settings: BaselineSettings | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Baseline:
    """Return the answers kept in `path` if they are those of these rows; fit and keep them if not.

    Args:
        path: JSON file of the answers.
    """
    settings = settings or BaselineSettings()
    if path.is_file():
        kept = Baseline.load(path)
        wanted = (_both(train, validation), fingerprint(test), settings)
        if (kept.training_fingerprint, kept.test_fingerprint, kept.settings) == wanted:
            progress(f"baseline: answers taken from {path}")
            return kept
    baseline = fit_baseline(train, validation, test, settings=settings, progress=progress)
    path.parent.mkdir(parents=True, exist_ok=True)
    baseline.save(path)
    return baseline


def fit_baseline(
    train: Sequence[LabelledMention],
    validation: Sequence[LabelledMention],
    test: Sequence[LabelledMention],
    *,
    settings: BaselineSettings | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Baseline:
    """Fit the rival and answer the test rows.

    Args:
        train: the very rows that the model was trained on.
        validation: rows to choose C and class weights on; may be empty.
        test: rows to answer, in the tasks that they are labelled for.
        settings: what the rival may use.
        progress: called with one line per language and task.

    Raises:
        EvaluationError: a task of the test rows has no label in `train`.
    """
    settings = settings or BaselineSettings()
    answers: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    choices: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    everywhere: dict[str, TaskClassifier] = {}
    for task in sorted({task for row in test for task in row.labels}):
        for lang in sorted({row.lang for row in test if task in row.labels}):
            rows = labelled_rows(train, task, lang)
            pooled = len({row.labels[task] for row in rows}) < 2
            if pooled:
                if task not in everywhere:
                    everywhere[task] = fit_classifier(train, validation, task, None, settings)
                fitted = everywhere[task]
            else:
                fitted = fit_classifier(train, validation, task, lang, settings)
            asked = labelled_rows(test, task, lang)
            found = fitted.predict([row.text for row in asked])
            answers[lang][task] = {row.id: label for row, label in zip(asked, found, strict=True)}
            choices[lang][task] = {**fitted.choice, "all_languages": pooled}
            progress(f"baseline: {lang} {task}: {fitted.choice}")
    return Baseline(
        answers=dict(answers),
        choices=dict(choices),
        training_rows=len(train),
        training_fingerprint=_both(train, validation),
        test_fingerprint=fingerprint(test),
        settings=settings,
    )


def _both(train: Sequence[LabelledMention], validation: Sequence[LabelledMention]) -> str:
    """Return the fingerprint of everything that the rival saw."""
    return fingerprint([*train, *validation])
