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
from mentionlens_training.export.heads import HeadArrays, pooled_graph, replace_heads
from mentionlens_training.export.weights import read_weights
from mentionlens_training.model import Head
from tiny import random_batch, tiny_tokenizer

TASKS = (Task("troll", ("no", "yes")), Task("intent", ("question", "praise", "other")))


def heads(*, pieces: bool = False) -> dict[str, HeadArrays]:
    rng = np.random.default_rng(0)
    return {
        task.name: HeadArrays(
            rng.standard_normal((len(task.labels), 64)).astype(np.float32),
            rng.standard_normal(len(task.labels)).astype(np.float32),
            # One task has weights of pieces, of some of them.
            table(len(task.labels)) if pieces and task.name == "intent" else None,
        )
        for task in TASKS
    }


def table(labels: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    found = rng.standard_normal((tiny_tokenizer().get_vocab_size(), labels)).astype(np.float32)
    found[rng.random(len(found)) < 0.5] = 0.0
    found[:4] = 0.0
    return found


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
        weight, bias, _ = mine[task.name]
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


def test_pieces_say_in_the_graph_what_they_say_in_torch(shipped, tmp_path) -> None:
    mine = heads(pieces=True)["intent"]
    graph = replace_heads(shipped, TASKS, heads(pieces=True))
    pooled = run(pooled_graph(shipped), tmp_path)["pooled"]
    head = Head(64, 3)
    head.put(*(torch.from_numpy(value) for value in mine))
    feed = {
        name: torch.from_numpy(value) for name, value in random_batch(1, 9, vocabulary=60).items()
    }
    with torch.inference_mode():
        expected = head.answer(torch.from_numpy(pooled), **feed).numpy()
        silent = head(torch.from_numpy(pooled)).numpy()
    assert np.abs(expected - silent).max() > 0.1
    found = run(graph, tmp_path)
    np.testing.assert_allclose(found["intent_logits"], expected, atol=1e-5)
    # The other head has none, and answers as before.
    np.testing.assert_array_equal(
        found["troll_logits"], run(replace_heads(shipped, TASKS, heads()), tmp_path)["troll_logits"]
    )


def test_padding_says_nothing(shipped, tmp_path) -> None:
    graph = replace_heads(shipped, TASKS, heads(pieces=True))
    path = tmp_path / "graph.onnx"
    onnx.save_model(graph, str(path))
    session = open_graph(path)
    feed = random_batch(3, 12, vocabulary=60)
    together = session.run(["intent_logits"], feed)[0]
    for row, length in enumerate(feed["attention_mask"].sum(axis=1)):
        alone = {name: value[row : row + 1, :length] for name, value in feed.items()}
        np.testing.assert_allclose(
            session.run(["intent_logits"], alone)[0], together[row : row + 1], atol=1e-5
        )


def test_weights_of_pieces_come_back_and_can_be_replaced(shipped, tmp_path) -> None:
    once = replace_heads(shipped, TASKS, heads(pieces=True))
    found = read_weights(once)
    np.testing.assert_array_equal(found["heads.intent.pieces"], heads(pieces=True)["intent"].pieces)
    assert "heads.troll.pieces" not in found
    # Only what is not zero is stored.
    stored = {item.name: item.dims for item in once.graph.initializer}
    assert stored["model.heads.intent.pieces"][0] < 0.6 * len(table(3)) + 1
    bare = replace_heads(once, TASKS, heads())
    assert bare.SerializeToString() == replace_heads(shipped, TASKS, heads()).SerializeToString()
    again = replace_heads(bare, TASKS, heads(pieces=True))
    np.testing.assert_array_equal(
        run(again, tmp_path)["intent_logits"], run(once, tmp_path)["intent_logits"]
    )
