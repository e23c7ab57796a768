"""Takes the fused attention of a graph apart into products and the attention between pieces.

onnxruntime's int8 kernel for the fused operator (`QAttention`) has one scale for everything that a
run holds, so that the neighbours in a batch change an answer. As products of their own, query, key
and value are quantised like every other product; what is left stays float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

__all__ = ["move_placements", "split_attention"]

_PARTS = ("query", "key", "value")


def split_attention(graph: onnx.ModelProto) -> list[str]:
    """Replace each `Attention` by three `MatMul` and a `MultiHeadAttention`, in place.

    The packed weight (width, 3 x width) becomes three initializers with `_query`, `_key` and
    `_value` behind its name; the packed bias stays.

    Returns:
        Names of the packed weights, which the graph does not have any more.
    """
    stored = {item.name: item for item in graph.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    packed: list[str] = []
    for node in graph.graph.node:
        if node.op_type != "Attention":
            nodes.append(node)
            continue
        rows, weight, bias, mask = node.input[:4]
        heads = next(item.i for item in node.attribute if item.name == "num_heads")
        outputs = []
        for part, values in zip(
            _PARTS, np.split(numpy_helper.to_array(stored[weight]), 3, axis=1), strict=True
        ):
            name, output = f"{weight}_{part}", f"{node.output[0]}_{part}"
            graph.graph.initializer.append(numpy_helper.from_array(values.copy(), name))
            nodes.append(helper.make_node("MatMul", [rows, name], [output], f"{node.name}_{part}"))
            outputs.append(output)
        nodes.append(
            helper.make_node(
                "MultiHeadAttention",
                [*outputs, bias, mask],
                list(node.output),
                node.name,
                domain="com.microsoft",
                num_heads=heads,
            )
        )
        graph.graph.initializer.remove(stored[weight])
        packed.append(weight)
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    return packed


def move_placements(
    placements: Mapping[str, Mapping[str, Any]], packed: list[str]
) -> dict[str, dict[str, Any]]:
    """Return where the parameters lie when these packed weights were split.

    Args:
        placements: parameter name to the fields of its `Placement`.
        packed: what `split_attention` returned.
    """
    moved: dict[str, dict[str, Any]] = {}
    for parameter, place in placements.items():
        moved[parameter] = dict(place)
        if place["initializer"] in packed:
            part = _PARTS[place["start"] // (place["stop"] - place["start"])]
            moved[parameter] |= {
                "initializer": f"{place['initializer']}_{part}",
                "start": 0,
                "stop": None,
            }
    return moved
