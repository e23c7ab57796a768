"""From answers to figures: against scikit-learn, and at the edges."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from mentionlens_training.evaluation.answers import TaskAnswers
from mentionlens_training.evaluation.measures.measuring import (
    any_complaint_scores,
    cell_generator,
    measure_labels,
    measure_scores,
    measure_task_figures,
)
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.schema import Scores, Settings, TaskResult
from sklearn import metrics as sklearn_metrics

SENTIMENT = ("negative", "neutral", "positive")
COMPLAINT = ("none", "product", "delivery", "billing")
SETTINGS = Settings(resamples=100)


def answers(labels: tuple[str, ...], rows: int, seed: int = 0) -> TaskAnswers:
    """Answers of a model whose probabilities are right."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(rows, len(labels))) * 2
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    gold = (rng.random((rows, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    return TaskAnswers(
        "task",
        labels,
        np.arange(rows),
        np.minimum(gold, len(labels) - 1),
        chances.argmax(axis=1),
        chances.astype(np.float32),
    )


def nothing_at_all() -> TaskAnswers:
    return answers(COMPLAINT, 5).take(np.zeros(5, dtype=np.bool_))


def generator(name: str = "ro") -> np.random.Generator:
    return cell_generator(SETTINGS, name)


def test_scores_are_those_of_scikit_learn() -> None:
    given = answers(SENTIMENT, 500)
    found = measure_scores(given, SETTINGS, generator())
    macro = sklearn_metrics.f1_score(given.gold, given.predicted, average="macro")
    assert found.rows == 500
    assert found.macro_f1.value == pytest.approx(macro, abs=5.1e-5)
    accuracy = sklearn_metrics.accuracy_score(given.gold, given.predicted)
    assert found.accuracy.value == pytest.approx(accuracy, abs=5.1e-5)
    for figure in (found.macro_f1, found.accuracy, found.ece):
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
        assert figure.high - figure.low < 0.15


def test_labels_are_those_of_scikit_learn_in_the_given_order() -> None:
    given = answers(SENTIMENT, 300)
    found = measure_labels(given, SETTINGS)
    expected = zip(
        *sklearn_metrics.precision_recall_fscore_support(given.gold, given.predicted), strict=True
    )
    assert tuple(label.label for label in found) == SENTIMENT
    for label, (precision, recall, f1, rows) in zip(found, expected, strict=True):
        assert label.rows == rows
        assert [label.precision.value, label.recall.value, label.f1.value] == pytest.approx(
            [precision, recall, f1], abs=5.1e-5
        )
        for figure in (label.precision, label.recall, label.f1):
            assert figure.low < figure.value < figure.high


def test_what_a_label_lacks_is_not_a_figure() -> None:
    given = replace(answers(SENTIMENT, 3), gold=np.array([0, 0, 1]), predicted=np.array([0, 2, 0]))
    negative, neutral, positive = measure_labels(given, SETTINGS)
    assert (negative.rows, negative.answered, negative.recall.value) == (2, 2, 0.5)
    # Neutral occurs and is never given; positive is given and never occurs.
    assert neutral.precision is None
    assert (neutral.recall.value, neutral.f1.value, neutral.f1.low) == (0, 0, 0)
    assert neutral.f1.high > 0.5
    assert positive.precision.value == 0
    assert positive.recall is positive.f1 is None


def test_a_single_label_has_macro_f1() -> None:
    given = replace(answers(SENTIMENT, 4), gold=np.zeros(4, int), predicted=np.array([0, 0, 0, 1]))
    found = measure_scores(given, SETTINGS, generator())
    assert found.macro_f1.value == pytest.approx(6 / 7, abs=5.1e-5)
    assert found.macro_f1.low < found.macro_f1.value < found.macro_f1.high


@pytest.mark.parametrize(
    "measured",
    [
        lambda given: measure_scores(given, SETTINGS, generator()),
        lambda given: measure_labels(given, SETTINGS),
        lambda given: any_complaint_scores(given, SETTINGS, generator()),
        lambda given: measure_task_figures(given, SETTINGS, generator()),
    ],
)
def test_no_rows_are_named(measured) -> None:
    with pytest.raises(EvaluationError, match="'task': there are no rows"):
        measured(nothing_at_all())


@pytest.mark.parametrize("wrong", [np.nan, -0.2, 1.7, np.inf])
def test_what_is_no_probability_is_named(wrong: float) -> None:
    given = answers(SENTIMENT, 3)
    given.probabilities[1, 2] = wrong
    with pytest.raises(EvaluationError, match=r"row 1: the probability of 'positive' is"):
        measure_scores(given, SETTINGS, generator())


def test_probabilities_a_hair_above_one_are_fine() -> None:
    given = answers(SENTIMENT, 30)
    given.probabilities[np.arange(30), given.predicted] = np.float32(1.0000001)
    figures = measure_task_figures(given, SETTINGS, generator())
    assert figures.coverage[-1].threshold == 0
    assert figures.scores.ece.value == pytest.approx(1 - figures.scores.accuracy.value, abs=1e-4)


def test_without_resamples_there_are_no_intervals() -> None:
    given = answers(COMPLAINT, 60)
    settings = Settings(resamples=0)
    figures = measure_task_figures(given, settings, generator())
    with_intervals = measure_task_figures(given, SETTINGS, generator())
    for scores, others in (
        (figures.scores, with_intervals.scores),
        (figures.any_complaint, with_intervals.any_complaint),
    ):
        for name in ("macro_f1", "accuracy", "ece"):
            figure = getattr(scores, name)
            assert figure.low is figure.high is None
            assert figure.value == getattr(others, name).value
    assert all(label.recall.low is None for label in figures.labels)


def folded(given: TaskAnswers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether a row has, and was given, any complaint; and the confidence of that answer."""
    none = given.probabilities[:, 0].astype(float)
    said = given.predicted != 0
    return given.gold != 0, said, np.where(said, 1 - none, none)


def test_any_complaint_is_the_model_s_label_against_none() -> None:
    given = answers(COMPLAINT, 400)
    found = any_complaint_scores(given, SETTINGS, generator())
    assert isinstance(found, Scores)
    has, said, confidence = folded(given)
    macro = sklearn_metrics.f1_score(has, said, average="macro")
    assert found.macro_f1.value == pytest.approx(macro, abs=5.1e-5)
    assert found.accuracy.value == pytest.approx((has == said).mean(), abs=5.1e-5)
    cells = np.ceil(confidence * 15)
    gaps = [abs((confidence - (has == said))[cells == cell].sum()) for cell in set(cells)]
    assert found.ece.value == pytest.approx(sum(gaps) / 400, abs=1e-4)


def test_a_task_without_none_has_no_any_complaint() -> None:
    assert any_complaint_scores(answers(SENTIMENT, 20), SETTINGS, generator()) is None


def test_figures_are_the_fields_of_a_result() -> None:
    given = answers(COMPLAINT, 200)
    figures = measure_task_figures(given, SETTINGS, generator())
    result = TaskResult(task=given.task, counted=True, **vars(figures))
    expected = sklearn_metrics.confusion_matrix(given.gold, given.predicted)
    assert [list(row) for row in result.confusion] == expected.tolist()
    assert sum(bin_.rows for bin_ in result.reliability) == 200
    assert result.coverage[0].accuracy == result.scores.accuracy.value
    assert TaskResult.model_validate_json(result.model_dump_json()) == result


def test_the_same_cell_has_the_same_figures_and_others_do_not_matter() -> None:
    given = answers(SENTIMENT, 200)
    first = measure_scores(given, SETTINGS, generator("ro"))
    measure_scores(given, SETTINGS, generator("bg"))
    assert measure_scores(given, SETTINGS, generator("ro")) == first
    draws = {name: generator(name).random() for name in ("ro", "bg")}
    assert draws["ro"] != draws["bg"]
    assert cell_generator(SETTINGS, "a", "bc").random() != (
        cell_generator(SETTINGS, "ab", "c").random()
    )


def test_a_hundred_thousand_rows_take_seconds() -> None:
    start = time.process_time()
    for seed, labels in enumerate((SENTIMENT, ("no", "yes"), (*COMPLAINT, *"abcde"))):
        given = answers(labels, 100_000, seed)
        for lang in range(16):
            part = given.take(np.arange(100_000) % 16 == lang)
            measure_task_figures(part, Settings(), cell_generator(Settings(), str(lang)))
    assert time.process_time() - start < 20
