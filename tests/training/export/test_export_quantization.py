"""int8 layers and 4-bit embeddings: exact where promised, close where not, refused otherwise."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_training.export.embeddings import store_embeddings, to_blocks
from mentionlens_training.export.errors import EmbeddingLayoutError, ExportError
from mentionlens_training.export.graph import export_float32
from mentionlens_training.export.quantization import QuantizationOptions, quantize_int8
from mentionlens_training.model import MultiTaskClassifier
from tiny import random_batch, snap_to_blocks, tiny_classifier, torch_logits


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[MultiTaskClassifier, Path]:
    model = tiny_classifier()
    path = tmp_path_factory.mktemp("graph") / "model.onnx"
    export_float32(model, path)
    return model, path


VOCABULARY = tiny_classifier().encoder.config.vocab_size


@pytest.fixture(scope="module")
def small(
    exported: tuple[MultiTaskClassifier, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("int8") / "small.onnx"
    quantize_int8(exported[1], path)
    return path


def run(graph: Path | onnx.ModelProto, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
    source = str(graph) if isinstance(graph, Path) else graph.SerializeToString()
    return ort.InferenceSession(source, providers=["CPUExecutionProvider"]).run(None, feed)


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 5),
    blocks=st.integers(1, 3),
    largest=st.integers(1, 8),
)
def test_blocks_are_found_again(seed: int, rows: int, blocks: int, largest: int) -> None:
    rng = np.random.default_rng(seed)
    steps = rng.integers(-largest, min(largest, 7) + 1, (rows, blocks, 32))
    scales = rng.normal(0, 0.01, (rows, blocks, 1)).astype(np.float16).astype(np.float32)
    table = (steps * scales).astype(np.float32).reshape(rows, -1)
    found = to_blocks(table)
    assert found is not None
    quants, halves = found
    again = (quants.reshape(rows, blocks, 32).astype(np.float32) - 8) * halves[..., None].astype(
        np.float32
    )
    np.testing.assert_array_equal(again.reshape(rows, -1), table)


def test_other_tables_have_no_blocks() -> None:
    table = np.random.default_rng(0).normal(size=(3, 64)).astype(np.float32)
    assert to_blocks(table) is None
    assert to_blocks(table[:, :40]) is None


@pytest.mark.parametrize(("layout", "tolerance"), [("blocks4", 0.0), ("int8", 0.03)])
def test_stored_embeddings_answer_as_before(
    exported: tuple[MultiTaskClassifier, Path], layout: str, tolerance: float
) -> None:
    model, path = exported
    graph = onnx.load(str(path))
    before = sum(item.ByteSize() for item in graph.graph.initializer)
    assert store_embeddings(graph, layout) == layout
    assert sum(item.ByteSize() for item in graph.graph.initializer) < before
    feed = random_batch(5, 20, vocabulary=model.encoder.config.vocab_size)
    for ours, theirs in zip(run(graph, feed), run(path, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


def test_inexact_blocks_are_refused(
    exported: tuple[MultiTaskClassifier, Path], tmp_path: Path
) -> None:
    model = tiny_classifier()
    with torch.no_grad():
        model.encoder.embeddings.word_embeddings.weight[7, 3] += 1e-4
    export_float32(model, tmp_path / "model.onnx")
    graph = onnx.load(str(tmp_path / "model.onnx"))
    with pytest.raises(EmbeddingLayoutError, match="freeze the word embeddings"):
        store_embeddings(graph, "blocks4")
    assert store_embeddings(graph, "auto") == "int8"


def test_int8_is_close_and_small(
    exported: tuple[MultiTaskClassifier, Path], tmp_path: Path
) -> None:
    model, path = exported
    small = tmp_path / "small.onnx"
    assert quantize_int8(path, small)["embeddings"] == "blocks4"
    count = Counter(node.op_type for node in onnx.load(str(small)).graph.node)
    # Two layers with six products each; heads stay float32.
    assert (count["MatMulIntegerToFloat"], count["MatMul"]) == (12, len(model.tasks))
    assert small.stat().st_size < 0.5 * path.stat().st_size
    feed = random_batch(5, 20, vocabulary=model.encoder.config.vocab_size)
    for ours, theirs in zip(run(small, feed), torch_logits(model, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=0.1)
        assert np.abs(ours - theirs).max() > 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 6), pieces=st.integers(2, 24))
def test_an_answer_does_not_depend_on_its_neighbours(
    small: Path, seed: int, rows: int, pieces: int
) -> None:
    feed = random_batch(rows, pieces, vocabulary=VOCABULARY, seed=seed)
    together = run(small, feed)
    for row, mask in enumerate(feed["attention_mask"]):
        length = int(mask.sum())
        alone = run(small, {name: values[row : row + 1, :length] for name, values in feed.items()})
        for ours, theirs in zip(together, alone, strict=True):
            np.testing.assert_allclose(ours[row : row + 1], theirs, rtol=0, atol=1e-5)


def test_the_exact_kernels_take_the_graph(small: Path) -> None:
    # What a processor without VNNI is given; onnxruntime rewrites the weights for it.
    feed = random_batch(5, 20, vocabulary=VOCABULARY)
    options = ort.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    exact = ort.InferenceSession(str(small), options, providers=["CPUExecutionProvider"])
    for ours, theirs in zip(exact.run(None, feed), run(small, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_named_parameters_stay_float(
    exported: tuple[MultiTaskClassifier, Path], tmp_path: Path
) -> None:
    model, path = exported
    feed = random_batch(5, 20, vocabulary=model.encoder.config.vocab_size)
    truth = np.concatenate(torch_logits(model, feed), axis=1)
    distance = []
    products = tuple(
        name for name, value in model.named_parameters() if value.ndim == 2 and ".layer." in name
    )
    for floats in ((), products):
        quantize_int8(path, tmp_path / "s.onnx", QuantizationOptions(float_parameters=floats))
        logits = np.concatenate(run(tmp_path / "s.onnx", feed), axis=1)
        distance.append(np.abs(logits - truth).mean())
    assert distance[1] < distance[0]
    with pytest.raises(ExportError, match="nonsense"):
        quantize_int8(
            path, tmp_path / "s.onnx", QuantizationOptions(float_parameters=("nonsense",))
        )


def test_graphs_of_other_origin_are_refused(tmp_path: Path) -> None:
    graph = onnx.helper.make_graph([], "empty", [], [])
    onnx.save_model(onnx.helper.make_model(graph), str(tmp_path / "empty.onnx"))
    with pytest.raises(ExportError, match="export_float32"):
        quantize_int8(tmp_path / "empty.onnx", tmp_path / "out.onnx")
    assert not (tmp_path / "out.onnx").exists()


def test_snapping_is_stable() -> None:
    table = torch.randn(4, 64, generator=torch.Generator().manual_seed(0))
    snapped = snap_to_blocks(table)
    assert to_blocks(snapped.numpy()) is not None
    assert torch.equal(snap_to_blocks(snapped), snapped)
    # One step: eight of them reach the largest value, and only seven the other way.
    step = table.reshape(-1, 32).abs().amax(dim=1, keepdim=True) / 8
    assert ((snapped - table).reshape(-1, 32).abs() <= 1.01 * step).all()


def test_an_outlier_costs_its_own_piece_only(tmp_path: Path) -> None:
    model = tiny_classifier()
    export_float32(model, tmp_path / "model.onnx")
    quantize_int8(tmp_path / "model.onnx", tmp_path / "small.onnx")
    feed = random_batch(7, 20, vocabulary=model.encoder.config.vocab_size)
    truth = np.concatenate(torch_logits(model, feed), axis=1)
    usual = np.abs(np.concatenate(run(tmp_path / "small.onnx", feed), axis=1) - truth)[1:]
    with torch.no_grad():
        # The first text's first piece becomes huge in every layer.
        piece = int(feed["input_ids"][0, 0])
        model.encoder.embeddings.word_embeddings.weight[piece, :4] *= 200
    others = (feed["input_ids"][1:] != piece).all(axis=1)
    export_float32(model, tmp_path / "huge.onnx")
    quantize_int8(
        tmp_path / "huge.onnx", tmp_path / "small.onnx", QuantizationOptions(embeddings="float32")
    )
    huge = np.abs(np.concatenate(run(tmp_path / "small.onnx", feed), axis=1) - truth)[1:]
    np.testing.assert_allclose(huge[others], usual[others], rtol=0, atol=1e-5)
