"""One classifier of the rival: TF-IDF of character n-grams and logistic regression.

C and the class weights are chosen by macro-F1 on validation rows: first C with balanced weights,
then whether equal weights do better. Without validation rows the first of each is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.measures.metrics import macro_f1
from mentionlens_training.evaluation.predictions import EvaluationError

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

__all__ = ["BaselineSettings", "TaskClassifier", "fit_classifier", "labelled_rows"]


@dataclass(frozen=True)
class BaselineSettings:
    """What the rival may use.

    Attributes:
        ngrams: shortest and longest n-gram of characters, inside the borders of words.
        max_features: n-grams kept, the most frequent ones.
        strengths: values of C to choose from; the first one where nothing can be validated.
        max_iterations: limit of the optimiser.
        tolerance: where the optimiser stops; ten times smaller takes twice as long and moved
            macro-F1 by 0.0001 on 10,000 tweets.
    """

    ngrams: tuple[int, int] = (1, 4)
    max_features: int = 100_000
    strengths: tuple[float, ...] = (4.0, 1.0, 16.0)
    max_iterations: int = 300
    tolerance: float = 1e-3


class TaskClassifier(Protocol):
    """Answers one task."""

    @property
    def choice(self) -> dict[str, Any]:
        """What was chosen when it was fitted."""

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Return the label of each text."""


@dataclass(frozen=True)
class _Fitted:
    vectorizer: TfidfVectorizer
    model: LogisticRegression
    choice: dict[str, Any]

    def predict(self, texts: Sequence[str]) -> list[str]:
        return [str(label) for label in self.model.predict(self.vectorizer.transform(texts))]


@dataclass(frozen=True)
class _OneLabel:
    """What is learned from rows that all have the same label."""

    label: str
    choice: dict[str, Any]

    def predict(self, texts: Sequence[str]) -> list[str]:
        return [self.label] * len(texts)


def fit_classifier(
    train: Iterable[LabelledMention],
    validation: Iterable[LabelledMention],
    task: str,
    lang: str | None,
    settings: BaselineSettings,
) -> TaskClassifier:
    """Fit one classifier.

    Args:
        train: rows to learn from; those of other tasks and languages are passed over.
        validation: rows to choose C and class weights on; may be empty.
        task: the task.
        lang: the language; None takes the rows of all.
        settings: what it may use.

    Raises:
        EvaluationError: no training row is labelled for the task.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    rows = labelled_rows(train, task, lang)
    gold = [row.labels[task] for row in rows]
    if not gold:
        raise EvaluationError(f"the baseline cannot learn {task!r}: no training row is labelled")
    if len(set(gold)) == 1:
        return _OneLabel(gold[0], {"rows": len(rows), "only_label": gold[0]})
    vectorizer = TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=settings.ngrams,
        sublinear_tf=True,
        max_features=settings.max_features,
        dtype=np.float32,
    )
    features = vectorizer.fit_transform([row.text for row in rows])
    checks = labelled_rows(validation, task, lang)
    check_gold = [row.labels[task] for row in checks]
    check_features = vectorizer.transform([row.text for row in checks]) if checks else None

    def attempt(strength: float, weight: str | None) -> tuple[float, LogisticRegression]:
        model = LogisticRegression(
            C=strength,
            class_weight=weight,
            max_iter=settings.max_iterations,
            tol=settings.tolerance,
        ).fit(features, gold)
        score = macro_f1(check_gold, list(model.predict(check_features))) if checks else 0.0
        return score, model

    strengths = settings.strengths if checks else settings.strengths[:1]
    score, model = max((attempt(c, "balanced") for c in strengths), key=lambda item: item[0])
    if checks:
        other_score, other = attempt(model.C, None)
        model = other if other_score > score else model
    choice = {"rows": len(rows), "C": model.C, "class_weight": model.class_weight}
    return _Fitted(vectorizer, model, choice)


def labelled_rows(
    rows: Iterable[LabelledMention], task: str, lang: str | None
) -> list[LabelledMention]:
    """Return the rows that are labelled for a task, in one language or (None) in all."""
    return [row for row in rows if task in row.labels and lang in (None, row.lang)]
