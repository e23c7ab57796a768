"""A bundle's weights come back into the torch model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from exporting import GOLDEN, Workshop
from mentionlens.classifier import MentionClassifier
from mentionlens_training.dataset import TextPreparer
from mentionlens_training.export import ExportError, QuantizationOptions, load_bundle_model
from mentionlens_training.export.quantization import quantize_int8
from mentionlens_training.export.weights import read_weights


def test_a_float32_bundle_comes_back_exactly(workshop: Workshop) -> None:
    loaded = load_bundle_model(workshop.reference)
    expected = workshop.trained.model.state_dict()
    assert loaded.state_dict().keys() == expected.keys()
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, expected[name]), name
    assert loaded.tasks == workshop.trained.model.tasks
    assert not loaded.training


def test_a_shipped_bundle_comes_back_as_it_computes(workshop: Workshop) -> None:
    loaded = load_bundle_model(workshop.shipped).state_dict()
    exact = 0
    for name, value in workshop.trained.model.state_dict().items():
        difference = (loaded[name] - value).abs()
        exact += int(not difference.any())
        # Half a step of 127 for each output channel.
        assert difference.max() <= value.abs().max() / 100, name
    rounded = sum(
        value.ndim == 2 and ".layer." in name
        for name, value in workshop.trained.model.named_parameters()
    )
    assert exact == len(loaded) - rounded


def test_the_loaded_model_answers_as_the_bundle(workshop: Workshop) -> None:
    texts = [row["text"] for row in GOLDEN if len(row["text"]) < 30]
    preparer = TextPreparer(workshop.trained.tokenizer, workshop.trained.config.text)
    model = load_bundle_model(workshop.shipped)
    classifier = MentionClassifier(workshop.shipped)
    for text in texts:
        ids = torch.tensor(preparer.ids([text]))
        with torch.no_grad():
            ours = model(ids, torch.ones_like(ids))
        for task, logits in classifier.logits([text]).items():
            np.testing.assert_allclose(ours[task].numpy(), logits, rtol=0, atol=0.1)


@pytest.mark.parametrize(
    "options",
    [
        QuantizationOptions(embeddings="int8"),
        QuantizationOptions(embeddings="float32"),
        QuantizationOptions(
            float_parameters=("encoder.encoder.layer.0.attention.self.key.weight",)
        ),
    ],
)
def test_every_storage_comes_back(
    workshop: Workshop, tmp_path: Path, options: QuantizationOptions
) -> None:
    quantize_int8(workshop.reference / "model.onnx", tmp_path / "q.onnx", options)
    weights = read_weights(onnx.load(str(tmp_path / "q.onnx")))
    for name, value in workshop.trained.model.named_parameters():
        assert (weights[name] - value).abs().max() <= value.abs().max() / 50, name


def test_foreign_graphs_are_refused() -> None:
    graph = onnx.helper.make_graph([], "empty", [], [])
    with pytest.raises(ExportError, match="only graphs that mentionlens exported"):
        read_weights(onnx.helper.make_model(graph))
