"""What a precision costs: measured on answers, or read from the record of the export gate."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens.bundle import Bundle, packaged_bundle_path
from mentionlens_training.evaluation.answers import TaskAnswers
from mentionlens_training.evaluation.precision import compare_precision, recorded_precision
from mentionlens_training.evaluation.predictions import EvaluationError
from scripted import SENTIMENT, manifest
from sklearn.metrics import f1_score


def answers(gold: list[int], predicted: list[int], *, task: str = "sentiment") -> TaskAnswers:
    return TaskAnswers(
        task,
        SENTIMENT,
        np.arange(len(gold)),
        np.array(gold, dtype=np.int64),
        np.array(predicted, dtype=np.int64),
        np.full((len(gold), 3), 1 / 3, dtype=np.float32),
    )


def test_cells_and_agreement_by_hand() -> None:
    shipped = {
        ("pl", "sentiment"): answers([0, 0, 1, 1], [0, 0, 1, 0]),
        ("bg", "sentiment"): answers([0, 0], [0, 1]),
        ("bg", "troll"): answers([], [], task="troll"),
    }
    reference = {
        ("bg", "troll"): answers([], [], task="troll"),
        ("bg", "sentiment"): answers([0, 0], [0, 1]),
        ("pl", "sentiment"): answers([0, 0, 1, 1], [0, 0, 1, 1]),
    }
    found = compare_precision(shipped, reference)
    assert (found.reference, found.measured_by) == ("float32", "evaluation")
    polish, bulgarian = found.cells
    assert (polish.lang, polish.task, polish.rows) == ("pl", "sentiment", 4)
    assert polish.macro_f1 == pytest.approx((4 / 5 + 2 / 3) / 2, abs=1e-4)
    assert (polish.reference_macro_f1, polish.agreement) == (1, 0.75)
    # The one row that is called neutral costs recall; `neutral` itself has no row to be found.
    assert bulgarian.macro_f1 == bulgarian.reference_macro_f1 == pytest.approx(2 / 3, abs=1e-4)
    assert bulgarian.agreement == 1
    assert found.agreement == {"sentiment": pytest.approx(5 / 6, abs=1e-4)}


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=1, max_size=40))
def test_macro_f1_is_that_of_scikit_learn(rows: list[tuple[int, int, int]]) -> None:
    gold, ours, theirs = (list(column) for column in zip(*rows, strict=True))
    (cell,) = compare_precision(
        {("pl", "sentiment"): answers(gold, ours)},
        {("pl", "sentiment"): answers(gold, theirs)},
        name="float16",
    ).cells
    labels = sorted(set(gold))
    for value, predicted in ((cell.macro_f1, ours), (cell.reference_macro_f1, theirs)):
        expected = f1_score(gold, predicted, labels=labels, average="macro", zero_division=0)
        assert value == pytest.approx(expected, abs=6e-5)
    assert cell.agreement == pytest.approx(np.mean(np.array(ours) == np.array(theirs)), abs=6e-5)


def test_other_rows_are_refused() -> None:
    ours = answers([0, 1, 2], [0, 1, 2])
    cell = ("pl", "sentiment")
    for theirs in (
        answers([0, 1], [0, 1]),
        answers([0, 1, 1], [0, 1, 2]),
        dataclasses.replace(ours, rows=np.array([3, 4, 5])),
        dataclasses.replace(ours, labels=("positive", "neutral", "negative")),
    ):
        with pytest.raises(EvaluationError, match="pl sentiment: the float32 reference"):
            compare_precision({cell: ours}, {cell: theirs})
    with pytest.raises(EvaluationError, match=r"only one of .* answered bg sentiment"):
        compare_precision({cell: ours}, {cell: ours, ("bg", "sentiment"): ours})


def test_the_packaged_bundle_carries_a_record() -> None:
    packaged = Bundle.load(packaged_bundle_path()).manifest
    found = recorded_precision(packaged)
    assert found is not None
    assert (found.reference, found.measured_by) == ("float32", "export gate")
    assert set(found.agreement) == {task.name for task in packaged.tasks}
    assert all(cell.agreement is None and cell.rows > 0 for cell in found.cells)
    losses = [cell.reference_macro_f1 - cell.macro_f1 for cell in found.cells]
    checks = {check["name"]: check["measured"] for check in packaged.verification["checks"]}
    assert 100 * np.mean(losses) == pytest.approx(checks["macro_f1_loss_mean"], abs=0.01)
    assert 100 * max(losses) == pytest.approx(checks["macro_f1_loss_worst"], abs=0.02)


@pytest.mark.parametrize("record", [{}, {"macro_f1": []}, {"passed": True, "checks": []}])
def test_no_record_is_no_precision(record: dict[str, Any]) -> None:
    assert recorded_precision(dataclasses.replace(manifest(), verification=record)) is None


GOOD = {"task": "sentiment", "lang": "pl", "rows": 500, "float32": 83.46, "shipped": 83.31}


@pytest.mark.parametrize(
    "record",
    [
        {"macro_f1": [{"lang": "pl"}]},
        {"macro_f1": 5},
        {"macro_f1": "yes"},
        {"macro_f1": [GOOD | {"shipped": "high"}]},
        {"macro_f1": [GOOD | {"shipped": 8331}]},
        {"macro_f1": [GOOD | {"rows": None}]},
        {"macro_f1": [GOOD], "shipped_agreement": [1]},
        {"macro_f1": [GOOD], "shipped_agreement": {"sentiment": None}},
    ],
)
def test_a_damaged_record_is_named(record: dict[str, Any]) -> None:
    with pytest.raises(EvaluationError, match="'scripted': the manifest's `verification`"):
        recorded_precision(dataclasses.replace(manifest(), verification=record))


def test_a_record_without_agreement_is_read() -> None:
    found = recorded_precision(dataclasses.replace(manifest(), verification={"macro_f1": [GOOD]}))
    assert found is not None
    assert (found.cells[0].macro_f1, found.cells[0].reference_macro_f1) == (0.8331, 0.8346)
    assert found.agreement == {}
