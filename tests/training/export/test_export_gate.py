"""The gate passes what is right and stops everything that is not, by name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from exporting import GOLDEN, LIMITS, Workshop, edit_graph, edit_manifest, labelled
from mentionlens.bundle import sha256_file
from mentionlens.classifier import MentionClassifier
from mentionlens_training.export import ExportGateError
from mentionlens_training.export.gate_texts import select_texts
from onnx import helper, numpy_helper
from tiny import TEXTS


@pytest.fixture
def damaged(workshop: Workshop, tmp_path: Path) -> Workshop:
    return workshop.copy(tmp_path)


def failure(workshop: Workshop, **options: object) -> ExportGateError:
    with pytest.raises(ExportGateError) as caught:
        workshop.gate(**options)
    return caught.value


def set_weights(graph: onnx.ModelProto, part: str, value: object) -> None:
    """Replace every initializer whose name contains `part` by `value(old)`."""
    found = [item for item in graph.graph.initializer if part in item.name]
    assert found
    for item in found:
        old = numpy_helper.to_array(item)
        new = np.asarray(value(old), dtype=old.dtype)
        item.CopyFrom(numpy_helper.from_array(new, item.name))


def test_a_right_export_passes(workshop: Workshop) -> None:
    record = workshop.gate().to_dict()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    names = [check["name"] for check in record["checks"]]
    assert names == [
        "tokenizer_ids",
        "float32_logits_batch_1",
        "float32_logits_batch_7",
        "float32_alone",
        "float32_probabilities",
        "shipped_agreement",
        "shipped_alone",
        "shipped_alone_labels",
        "macro_f1_loss_mean",
        "macro_f1_loss_worst",
        "golden_without_torch",
    ]
    assert record["texts"] == dict.fromkeys(TEXTS, 5)
    assert {cell["lang"] for cell in record["macro_f1"]} == set(TEXTS)


def test_truncated_texts_are_among_those_compared(workshop: Workshop) -> None:
    texts = [text for items in select_texts(TEXTS, list(TEXTS), 3).values() for text in items]
    answers = MentionClassifier(workshop.shipped).predict(texts)
    assert {"long", "truncated"} <= {flag for answer in answers for flag in answer.flags}
    assert any(not answer.flags for answer in answers)


@pytest.mark.parametrize("side", ["reference", "shipped"])
def test_a_wrong_label_order(damaged: Workshop, side: str) -> None:
    bundle = getattr(damaged, side)
    edit_manifest(bundle, lambda data: data["tasks"][0]["labels"].reverse())
    error = failure(damaged)
    assert error.check == "labels"
    assert "positive" in str(error)


def test_a_wrong_temperature(damaged: Workshop) -> None:
    edit_manifest(damaged.shipped, lambda data: data["tasks"][1].update(temperature=3.0))
    assert failure(damaged).check == "temperatures"


def test_a_head_that_lost_its_bias(damaged: Workshop) -> None:
    edit_graph(
        damaged.reference, lambda graph: set_weights(graph, "heads.troll.bias", np.zeros_like)
    )
    error = failure(damaged)
    assert (error.check, error.limit) == ("float32_logits_batch_1", 1e-4)
    assert error.measured is not None
    assert error.measured > 1e-3
    assert "largest in troll" in str(error)


def test_a_replaced_head(damaged: Workshop) -> None:
    edit_graph(
        damaged.reference,
        lambda graph: set_weights(graph, "heads.sentiment.weight", lambda old: old[..., ::-1]),
    )
    assert failure(damaged).check == "float32_logits_batch_1"


@pytest.mark.parametrize("amount", [0.01, float("nan")])
def test_a_perturbed_weight(damaged: Workshop, amount: float) -> None:
    def perturb(old: np.ndarray) -> np.ndarray:
        new = old.copy()
        new.flat[5] += amount
        return new

    edit_graph(damaged.reference, lambda graph: set_weights(graph, "Attention_1_qkv_bias", perturb))
    assert failure(damaged).check == "float32_logits_batch_1"


def test_a_lost_activation(damaged: Workshop) -> None:
    def lose(graph: onnx.ModelProto) -> None:
        node = next(node for node in graph.graph.node if node.op_type == "BiasGelu")
        node.CopyFrom(helper.make_node("Add", list(node.input), list(node.output), node.name))

    edit_graph(damaged.reference, lose)
    assert failure(damaged).check == "float32_logits_batch_1"


def test_a_graph_that_reads_its_padding(damaged: Workshop) -> None:
    def forget_mask(graph: onnx.ModelProto) -> None:
        for node in graph.graph.node:
            if node.op_type == "Attention":
                node.input[3] = ""

    edit_graph(damaged.reference, forget_mask)
    assert failure(damaged).check == "float32_logits_batch_7"
    # The same damage is seen without the torch model's help.
    blind = replace(LIMITS, float32_logits=1e3)
    assert failure(damaged, limits=blind).check == "float32_alone"


@pytest.mark.parametrize("side", ["reference", "shipped"])
def test_a_changed_tokenizer(damaged: Workshop, side: str) -> None:
    bundle = getattr(damaged, side)
    path = bundle / "tokenizer.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    pieces = data["model"]["vocab"]
    first, second = (
        next(i for i, (piece, _) in enumerate(pieces) if piece == letter) for letter in "ae"
    )
    pieces[first][0], pieces[second][0] = pieces[second][0], pieces[first][0]
    path.write_text(json.dumps(data), encoding="utf-8")
    edit_manifest(bundle, lambda data: data["tokenizer"].update(sha256=sha256_file(path)))
    assert failure(damaged).check == "tokenizer_ids"


def test_a_changed_normaliser(damaged: Workshop) -> None:
    def change(data: dict) -> None:
        data["normalizer"]["options"]["mask_handles"] = False

    edit_manifest(damaged.shipped, change)
    assert failure(damaged).check == "tokenizer_ids"


def scramble(graph: onnx.ModelProto) -> None:
    rng = np.random.default_rng(0)
    set_weights(graph, "_quantized", lambda old: rng.permutation(old.ravel()).reshape(old.shape))


def test_a_collapsed_int8_graph(damaged: Workshop) -> None:
    edit_graph(damaged.shipped, scramble)
    error = failure(damaged)
    assert error.check == "shipped_agreement"
    assert error.measured is not None
    assert error.measured < 0.8


def test_lost_macro_f1(damaged: Workshop) -> None:
    classifier = MentionClassifier(damaged.reference)
    rows = [
        replace(row, labels={"complaint": classifier.predict(row.text).complaint.label})
        for row in labelled(damaged.trained)
    ]
    edit_graph(damaged.shipped, scramble)
    blind = replace(LIMITS, shipped_agreement=0.0, shipped_alone=1.0)
    error = failure(damaged, labelled=rows, limits=blind)
    assert error.check == "macro_f1_loss_mean"
    cell = replace(blind, mean_loss_points=100.0, cell_loss_points=1.5)
    assert failure(damaged, labelled=rows, limits=cell).check == "macro_f1_loss_worst"


def test_too_few_labelled_rows_to_tell(workshop: Workshop) -> None:
    error = failure(workshop, limits=replace(LIMITS, cell_rows=100))
    assert error.check == "macro_f1_loss"
    assert "100 labelled rows" in str(error)


def test_too_few_texts_to_tell(workshop: Workshop) -> None:
    error = failure(workshop, limits=replace(LIMITS, texts_per_language=200))
    assert (error.check, error.measured, error.limit) == ("texts", 4, 200)


def test_int8_answers_that_move_with_the_batch(damaged: Workshop) -> None:
    strict = replace(LIMITS, shipped_alone=1e-4)
    assert damaged.gate(limits=strict).to_dict()["shipped_agreement"]

    def attend_to_padding(graph: onnx.ModelProto) -> None:
        for node in graph.graph.node:
            if node.op_type == "MultiHeadAttention":
                node.input[4] = ""

    edit_graph(damaged.shipped, attend_to_padding)
    assert failure(damaged, limits=strict).check == "shipped_alone"


def test_golden_answers_of_another_model(damaged: Workshop) -> None:
    path = damaged.shipped / "golden.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[0])
    row["expected"]["troll"] = {"no": 0.5, "yes": 0.5}
    path.write_text("\n".join([json.dumps(row), *lines[1:]]), encoding="utf-8")
    error = failure(damaged)
    assert error.check == "golden_without_torch"
    assert GOLDEN[0]["id"] in str(error)
