"""What a retraining brought and cost is measured on one scale, whatever labels rows know."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")

from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from mentionlens_training.retraining.measuring import cells_of, to_json, to_table

OLD = (Task("complaint", ("none", "product")),)
NEW = (
    Task("complaint", ("none", "product", "packaging")),
    Task("intent", ("praise", "question")),
)


def row(number: int, source: str, lang: str = "ro", **known) -> LabelledMention:
    return LabelledMention(
        f"{source}/{number}", f"text {number}", lang, source, "validation", str(number), **known
    )


def logits(answers: list[int], labels: int) -> np.ndarray:
    return np.eye(labels, dtype=np.float32)[answers]


def test_a_row_of_older_labels_counts_as_what_it_said_then() -> None:
    either = {"complaint": ("none",)}
    rows = [row(i, "old", excluded=either) for i in range(10)]
    rows += [row(i, "old", labels={"complaint": "none"}) for i in range(10, 20)]
    before = {"complaint": logits([1] * 10 + [0] * 10, 2)}
    # Half of the old `product` rows are answered with the label that was taken from it.
    after = {
        "complaint": logits([1, 2] * 5 + [0] * 10, 3),
        "intent": logits([0] * 20, 2),
    }
    (cell,) = cells_of(rows, {"mine"}, (OLD, before), (NEW, after))
    assert (cell.own, cell.task, cell.rows) == (False, "complaint", 20)
    assert cell.before == cell.after == 100


def test_ones_own_rows_come_first_and_a_new_task_has_no_before() -> None:
    mine = [row(i, "mine", labels={"complaint": "packaging", "intent": "praise"}) for i in range(4)]
    known = [row(i, "old", "bg", labels={"complaint": "product"}) for i in range(20)]
    few = [row(i, "old", "cs", labels={"complaint": "product"}) for i in range(19)]
    rows = [*known, *few, *mine]
    before = {"complaint": logits([1] * 43, 2)}
    after = {"complaint": logits([1] * 39 + [2] * 4, 3), "intent": logits([0] * 43, 2)}
    cells = cells_of(rows, {"mine"}, (OLD, before), (NEW, after))
    assert [(cell.own, cell.lang, cell.task, cell.before, cell.after) for cell in cells] == [
        (True, "ro", "complaint", 0.0, 100.0),
        (True, "ro", "intent", None, 100.0),
        (False, "bg", "complaint", 100.0, 100.0),
    ]
    table = "\n".join(to_table(cells))
    assert "yours   ro" in table
    assert "+100.0" in table
    assert "mean" in table
    record = json.loads(json.dumps(to_json("heads", cells)))
    assert record["cells"][1]["before"] is None
