"""Which answers a training of layers holds."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from mentionlens_training.loss import NOT_HELD
from mentionlens_training.retraining.held_answers import held_answers

OLD = (Task("sentiment", ("negative", "positive")), Task("troll", ("no", "yes")))
NEW = (
    Task("sentiment", ("positive", "mixed", "negative")),
    Task("troll", ("no", "yes")),
    Task("intent", ("praise", "question")),
)


def row(number: int, source: str, **labels: str) -> LabelledMention:
    name = f"{source}/{number}"
    return LabelledMention(
        id=name,
        text="Nu mai vine.",
        lang="ro",
        source=source,
        labels=labels,
        split="train",
        group=name,
    )


def test_rehearsed_rows_are_held_and_ones_own_where_they_say_nothing() -> None:
    rows = [row(1, "mine", sentiment="negative"), row(2, "known", sentiment="negative")]
    logits = {
        "sentiment": np.log([[0.9, 0.1], [0.8, 0.2]]).astype(np.float32),
        "troll": np.log([[0.7, 0.3], [0.6, 0.4]]).astype(np.float32),
    }
    held = held_answers(rows, frozenset({"mine"}), OLD, logits, NEW)
    none = NOT_HELD
    np.testing.assert_allclose(
        held,
        [
            # One's own word on sentiment counts; trolls stay as they were; `intent` is new.
            [none, none, none, 0.7, 0.3, none, none],
            # Labels may stand in another order, and a new one is not held.
            [0.2, none, 0.8, 0.6, 0.4, none, none],
        ],
        atol=1e-6,
    )


def test_a_task_that_lost_labels_is_let_go() -> None:
    fewer = (Task("troll", ("no", "maybe")),)
    logits = {"sentiment": np.zeros((1, 2), np.float32), "troll": np.zeros((1, 2), np.float32)}
    held = held_answers([row(1, "known")], frozenset(), OLD, logits, fewer)
    assert (held == NOT_HELD).all()
