"""Heads are replaced in a shipped graph, and nothing else of it is touched."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

from exporting import Workshop
from mentionlens.session import open_graph
from mentionlens_data.tasks import Task
from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.heads import pooled_graph, replace_heads
from mentionlens_training.export.weights import read_weights
from tiny import random_batch

TASKS = (Task("troll", ("no", "yes")), Task("intent", ("question", "praise", "other")))


def heads() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    return {
        task.name: (
            rng.standard_normal((len(task.labels), 64)).astype(np.float32),
            rng.standard_normal(len(task.labels)).astype(np.float32),
        )
        for task in TASKS
    }


@pytest.fixture
def shipped(workshop: Workshop) -> onnx.ModelProto:
    return onnx.load(str(workshop.shipped / "model.onnx"))


def run(graph: onnx.ModelProto, folder, vocabulary: int = 60) -> dict[str, np.ndarray]:
    path = folder / "graph.onnx"
    onnx.save_model(graph, str(path))
    session = open_graph(path)
    names = [item.name for item in session.get_outputs()]
    # One row a run: a graph may quantise with one scale for all of them.
    feed = random_batch(1, 9, vocabulary=vocabulary)
    return dict(zip(names, session.run(None, feed), strict=True))


def test_new_heads_answer_on_what_the_encoder_gives(shipped, tmp_path) -> None:
    mine = heads()
    pooled = run(pooled_graph(shipped), tmp_path)["pooled"]
    answers = run(replace_heads(shipped, TASKS, mine), tmp_path)
    assert list(answers) == ["troll_logits", "intent_logits"]
    for task in TASKS:
        weight, bias = mine[task.name]
        np.testing.assert_allclose(
            answers[f"{task.name}_logits"], pooled @ weight.T + bias, atol=1e-5
        )


def test_the_encoder_stays_bit_for_bit(shipped) -> None:
    before = read_weights(shipped)
    after = read_weights(replace_heads(shipped, TASKS, heads()))
    assert {name for name in after if name.startswith("heads.")} == {
        f"heads.{task.name}.{part}" for task in TASKS for part in ("weight", "bias")
    }
    for name, value in before.items():
        if not name.startswith("heads."):
            assert torch.equal(after[name], value), name
    np.testing.assert_array_equal(after["heads.intent.weight"], heads()["intent"][0])


def test_heads_can_be_replaced_again(shipped, tmp_path) -> None:
    once = replace_heads(shipped, TASKS, heads())
    twice = replace_heads(once, TASKS[1:], heads())
    assert list(run(twice, tmp_path)) == ["intent_logits"]
    np.testing.assert_array_equal(
        run(twice, tmp_path)["intent_logits"], run(once, tmp_path)["intent_logits"]
    )


def test_a_graph_of_other_origin_is_refused(shipped) -> None:
    del shipped.metadata_props[:]
    with pytest.raises(ExportError, match="does not say where its heads are"):
        replace_heads(shipped, TASKS, heads())
