"""A shipped graph with other heads: the encoder stays bit for bit as it was shipped.

Heads are float32 in every precision, so new ones need no quantisation, and the encoder's part of an
answer is the one that was measured when the graph was exported.

Of the weights of pieces only the rows that are not zero are stored, behind a table that says which
row a piece has; row 0 is zero, for all the others. A text's rows are summed and divided by the
square root of its length in pieces (`mentionlens_training.pieces`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import onnx
from mentionlens_data.tasks import Task
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.graph import output_name
from mentionlens_training.export.parameters import Placement, read_metadata, write_metadata
from mentionlens_training.model import MultiTaskClassifier

__all__ = ["POOLED_OUTPUT", "HeadArrays", "head_arrays", "pooled_graph", "replace_heads"]

POOLED_OUTPUT = "pooled"
_HEADS = "heads."
# Nodes that are put in here; those of the exporter are known by the weights that they read.
_NODES = f"/{_HEADS}"
_IDS, _MASK, _LENGTH = "input_ids", "attention_mask", f"{_NODES}length"
_AXIS = "mentionlens_pieces_axis"
_Array = NDArray[np.float32]


class HeadArrays(NamedTuple):
    """Weights of a head.

    Attributes:
        weight: (labels, size).
        bias: (labels,).
        pieces: (vocabulary, labels); None where only the encoder's features count.
    """

    weight: _Array
    bias: _Array
    pieces: _Array | None = None


def head_arrays(model: MultiTaskClassifier) -> dict[str, HeadArrays]:
    """Return the weights of every head of a model."""
    heads = {task.name: model.head(task.name) for task in model.tasks}
    return {
        name: HeadArrays(
            head.weight.detach().numpy(),
            head.bias.detach().numpy(),
            None if head.pieces is None else head.pieces.numpy(),
        )
        for name, head in heads.items()
    }


def pooled_graph(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy whose one output is what the heads read, `pooled`, float32 (batch, size).

    Raises:
        ExportError: the graph carries no record of its heads, or they are no plain products.
    """
    copy, source = _without_heads(graph)
    copy.graph.node.append(helper.make_node("Identity", [source], [POOLED_OUTPUT]))
    copy.graph.output.append(
        helper.make_tensor_value_info(POOLED_OUTPUT, TensorProto.FLOAT, ["batch", "size"])
    )
    return copy


def replace_heads(
    graph: onnx.ModelProto, tasks: Sequence[Task], heads: Mapping[str, HeadArrays]
) -> onnx.ModelProto:
    """Return a copy that answers `tasks` by other heads.

    Args:
        graph: a graph that mentionlens exported, in any precision.
        tasks: in the order of the outputs.
        heads: of each task.

    Raises:
        ExportError: the graph carries no record of its heads, or they are no plain products.
    """
    copy, source = _without_heads(graph)
    placements = {
        name: place
        for name, place in read_metadata(copy)["parameters"].items()
        if not name.startswith(_HEADS)
    }
    if any(heads[task.name].pieces is not None for task in tasks):
        _add_length(copy)
    for task in tasks:
        placements |= _add_head(copy, source, task, heads[task.name])
    tables: dict[str, Any] = {
        "parameters": placements,
        "tasks": {task.name: list(task.labels) for task in tasks},
    }
    write_metadata(copy, tables)
    onnx.checker.check_model(copy)
    return copy


def _add_head(
    graph: onnx.ModelProto, source: str, task: Task, head: HeadArrays
) -> dict[str, dict[str, Any]]:
    """Add nodes and weights of a head, and return the places of its weights."""
    name, output = f"{_HEADS}{task.name}", output_name(task.name)
    stored, nodes = f"model.{name}", f"{_NODES}{task.name}"
    _store(graph, f"{stored}.weight", np.ascontiguousarray(head.weight.T, dtype=np.float32))
    _store(graph, f"{stored}.bias", head.bias.astype(np.float32))
    places = {
        f"{name}.weight": asdict(Placement(f"{stored}.weight", transposed=True)),
        f"{name}.bias": asdict(Placement(f"{stored}.bias")),
    }
    product = [source, f"{stored}.weight"]
    if head.pieces is None:
        _add(graph, "MatMul", product, f"{output}_MatMul", nodes)
        _add(graph, "Add", [f"{output}_MatMul", f"{stored}.bias"], output, f"{nodes}/bias")
    else:
        places[f"{name}.pieces"] = asdict(_add_pieces(graph, head.pieces, stored, nodes))
        _add(graph, "MatMul", product, f"{output}_MatMul", nodes)
        _add(graph, "Add", [f"{output}_MatMul", f"{stored}.bias"], f"{nodes}/sum", f"{nodes}/bias")
        _add(graph, "Add", [f"{nodes}/sum", f"{nodes}/pieces"], output, f"{nodes}/both")
    graph.graph.output.append(
        helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", len(task.labels)])
    )
    return places


def _add_pieces(graph: onnx.ModelProto, table: _Array, stored: str, nodes: str) -> Placement:
    """Add what the pieces say, `<nodes>/pieces`, and return where their weights lie."""
    telling = np.flatnonzero(table.any(axis=1))
    rows = np.zeros(len(table), np.int32)
    rows[telling] = np.arange(1, len(telling) + 1)
    place = Placement(f"{stored}.pieces", rows=f"{stored}.pieces.rows")
    nothing = np.zeros((1, table.shape[1]), np.float32)
    _store(graph, place.initializer, np.concatenate([nothing, table[telling]]).astype(np.float32))
    _store(graph, f"{stored}.pieces.rows", rows)
    _add(graph, "Gather", [f"{stored}.pieces.rows", _IDS], f"{nodes}/rows", f"{nodes}/rows")
    _add(graph, "Gather", [place.initializer, f"{nodes}/rows"], f"{nodes}/each", f"{nodes}/each")
    _add(graph, "ReduceSum", [f"{nodes}/each", _AXIS], f"{nodes}/all", f"{nodes}/all", keepdims=0)
    _add(graph, "Div", [f"{nodes}/all", _LENGTH], f"{nodes}/pieces", f"{nodes}/pieces")
    return place


def _add_length(graph: onnx.ModelProto) -> None:
    """Add the square root of the length of each text in pieces, (batch, 1)."""
    _store(graph, _AXIS, np.array([1], np.int64))
    _store(graph, f"{_AXIS}_least", np.array(1, np.float32))
    parts = [f"{_LENGTH}/{part}" for part in ("mask", "pieces", "least")]
    _add(graph, "Cast", [_MASK], parts[0], parts[0], to=TensorProto.FLOAT)
    _add(graph, "ReduceSum", [parts[0], _AXIS], parts[1], parts[1], keepdims=1)
    _add(graph, "Max", [parts[1], f"{_AXIS}_least"], parts[2], parts[2])
    _add(graph, "Sqrt", [parts[2]], _LENGTH, _LENGTH)


def _add(
    graph: onnx.ModelProto,
    operator: str,
    inputs: Sequence[str],
    output: str,
    name: str,
    **attributes: Any,  # noqa: ANN401 - of ONNX operators
) -> None:
    graph.graph.node.append(helper.make_node(operator, inputs, [output], name, **attributes))


def _store(graph: onnx.ModelProto, name: str, value: NDArray[Any]) -> None:
    graph.graph.initializer.append(numpy_helper.from_array(value, name))


def _without_heads(graph: onnx.ModelProto) -> tuple[onnx.ModelProto, str]:
    """Return a copy without heads and outputs, and the name of what the heads read."""
    copy = onnx.ModelProto()
    copy.CopyFrom(graph)
    placements = read_metadata(copy).get("parameters", {})
    places = [place for name, place in placements.items() if name.startswith(_HEADS)]
    stored = {place[key] for place in places for key in ("initializer", "rows") if place.get(key)}
    if not stored:
        raise ExportError(
            "the graph does not say where its heads are; only graphs that mentionlens exported can "
            "be given others"
        )
    nodes = list(copy.graph.node)
    ours = [bool(stored & set(node.input)) or node.name.startswith(_NODES) for node in nodes]
    sources = {
        node.input[0]
        for node, own in zip(nodes, ours, strict=True)
        if own and "MatMul" in node.op_type
    }
    outputs = {x for node, own in zip(nodes, ours, strict=True) if own for x in node.output}
    if len(sources) != 1 or not {item.name for item in copy.graph.output} <= outputs:
        raise ExportError(
            f"the heads of the graph are no plain products of one tensor (found {sorted(sources)})"
        )
    _keep(copy.graph.node, [node for node, own in zip(nodes, ours, strict=True) if not own])
    gone = stored | {_AXIS, f"{_AXIS}_least"}
    _keep(copy.graph.initializer, [x for x in copy.graph.initializer if x.name not in gone])
    _keep(copy.graph.value_info, [x for x in copy.graph.value_info if x.name not in outputs])
    del copy.graph.output[:]
    return copy, sources.pop()


def _keep(field: Any, kept: Collection[Any]) -> None:  # noqa: ANN401 - repeated fields of protobuf
    items = list(kept)
    del field[:]
    field.extend(items)
