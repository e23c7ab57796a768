"""The fused float32 graph says what torch says, and unfused ones are refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from mentionlens_data.tasks import Task, default_tasks
from mentionlens_training.export.errors import FusionError
from mentionlens_training.export.graph import INPUTS, export_float32
from mentionlens_training.model import MultiTaskClassifier
from tiny import random_batch, tiny_classifier, torch_logits
from transformers import XLMRobertaConfig, XLMRobertaModel


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[MultiTaskClassifier, Path]:
    model = tiny_classifier()
    path = tmp_path_factory.mktemp("graph") / "model.onnx"
    export_float32(model, path)
    return model, path


@pytest.mark.parametrize(("rows", "pieces"), [(1, 1), (1, 17), (7, 23), (3, 64)])
def test_equals_torch(exported: tuple[MultiTaskClassifier, Path], rows: int, pieces: int) -> None:
    model, path = exported
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    feed = random_batch(rows, pieces, vocabulary=model.encoder.config.vocab_size)
    for ours, theirs in zip(session.run(None, feed), torch_logits(model, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_an_encoder_with_positions_of_its_own_is_exported_as_it_is(tmp_path: Path) -> None:
    config = XLMRobertaConfig(
        vocab_size=300,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
        pad_token_id=1,
    )
    config._attn_implementation = "eager"
    encoder = XLMRobertaModel(config, add_pooling_layer=False)
    model = MultiTaskClassifier(encoder, default_tasks()).eval()
    export_float32(model, tmp_path / "model.onnx")
    session = ort.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    feed = random_batch(5, 23, vocabulary=300)
    for ours, theirs in zip(session.run(None, feed), torch_logits(model, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_inputs_and_outputs_are_named_and_ordered(
    exported: tuple[MultiTaskClassifier, Path],
) -> None:
    model, path = exported
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [item.name for item in session.get_inputs()] == list(INPUTS)
    assert [item.type for item in session.get_inputs()] == ["tensor(int64)"] * 2
    outputs = [(item.name, item.shape[1]) for item in session.get_outputs()]
    assert outputs == [(f"{task.name}_logits", len(task.labels)) for task in model.tasks]


def test_every_layer_is_fused(exported: tuple[MultiTaskClassifier, Path]) -> None:
    count = Counter(node.op_type for node in onnx.load(str(exported[1])).graph.node)
    assert (count["Attention"], count["SkipLayerNormalization"], count["BiasGelu"]) == (2, 4, 2)
    assert count["Softmax"] == count["Erf"] == 0


def test_the_model_is_left_as_it_was(tmp_path: Path) -> None:
    model = tiny_classifier(tasks=(Task("mood", ("bad", "good")),)).train()
    attention = model.encoder.config._attn_implementation
    export_float32(model, tmp_path / "model.onnx")
    assert model.training
    assert model.encoder.training
    assert model.encoder.config._attn_implementation == attention


def test_other_architectures_are_refused(tmp_path: Path) -> None:
    model = tiny_classifier()
    model.encoder.config.hidden_act = "relu"
    relu = MultiTaskClassifier(type(model.encoder)(model.encoder.config), model.tasks)
    with pytest.raises(FusionError, match="BiasGelu"):
        export_float32(relu, tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()
