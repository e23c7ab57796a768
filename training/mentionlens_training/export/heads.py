"""A shipped graph with other heads: the encoder stays bit for bit as it was shipped.

Heads are float32 in every precision, so new ones need no quantisation, and the encoder's part of an
answer is the one that was measured when the graph was exported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from mentionlens_data.tasks import Task
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.graph import output_name
from mentionlens_training.export.parameters import read_metadata, write_metadata

__all__ = ["POOLED_OUTPUT", "pooled_graph", "replace_heads"]

POOLED_OUTPUT = "pooled"
_HEADS = "heads."
_Array = NDArray[np.float32]


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
    graph: onnx.ModelProto, tasks: Sequence[Task], heads: Mapping[str, tuple[_Array, _Array]]
) -> onnx.ModelProto:
    """Return a copy that answers `tasks` by other heads.

    Args:
        graph: a graph that mentionlens exported, in any precision.
        tasks: in the order of the outputs.
        heads: task to its weight, (labels, size), and its bias, (labels,).

    Raises:
        ExportError: the graph carries no record of its heads, or they are no plain products.
    """
    copy, source = _without_heads(graph)
    placements = {
        name: place
        for name, place in read_metadata(copy)["parameters"].items()
        if not name.startswith(_HEADS)
    }
    for task in tasks:
        weight, bias = heads[task.name]
        output = output_name(task.name)
        name = f"{_HEADS}{task.name}"
        copy.graph.initializer.extend(
            [
                numpy_helper.from_array(
                    np.ascontiguousarray(weight.T, dtype=np.float32), f"model.{name}.weight"
                ),
                numpy_helper.from_array(bias.astype(np.float32), f"model.{name}.bias"),
            ]
        )
        copy.graph.node.extend(
            [
                helper.make_node(
                    "MatMul", [source, f"model.{name}.weight"], [f"{output}_MatMul"], f"/{name}"
                ),
                helper.make_node(
                    "Add", [f"{output}_MatMul", f"model.{name}.bias"], [output], f"/{name}/bias"
                ),
            ]
        )
        copy.graph.output.append(
            helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", len(task.labels)])
        )
        for part, transposed in (("weight", True), ("bias", False)):
            placements[f"{name}.{part}"] = {
                "initializer": f"model.{name}.{part}",
                "transposed": transposed,
                "start": 0,
                "stop": None,
            }
    tables: dict[str, Any] = {
        "parameters": placements,
        "tasks": {task.name: list(task.labels) for task in tasks},
    }
    write_metadata(copy, tables)
    onnx.checker.check_model(copy)
    return copy


def _without_heads(graph: onnx.ModelProto) -> tuple[onnx.ModelProto, str]:
    """Return a copy without heads and outputs, and the name of what the heads read."""
    copy = onnx.ModelProto()
    copy.CopyFrom(graph)
    placements = read_metadata(copy).get("parameters", {})
    stored = {place["initializer"] for name, place in placements.items() if name.startswith(_HEADS)}
    if not stored:
        raise ExportError(
            "the graph does not say where its heads are; only graphs that mentionlens exported can "
            "be given others"
        )
    nodes = list(copy.graph.node)
    ours = [bool(stored & set(node.input)) for node in nodes]
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
    _keep(copy.graph.initializer, [x for x in copy.graph.initializer if x.name not in stored])
    _keep(copy.graph.value_info, [x for x in copy.graph.value_info if x.name not in outputs])
    del copy.graph.output[:]
    return copy, sources.pop()


def _keep(field: Any, kept: Collection[Any]) -> None:  # noqa: ANN401 - repeated fields of protobuf
    items = list(kept)
    del field[:]
    field.extend(items)
