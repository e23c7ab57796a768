"""Lays the pieces of all texts of a run under each other: one matrix, a row for each piece.

Quantisation with a scale for each piece needs them so (`QuantizeLinear` knows scales along one
axis), and nothing between two attentions asks which text a piece belongs to.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import onnx
from onnx import helper, numpy_helper

__all__ = ["flatten_pieces"]

# These work row by row, whatever the rows are.
_ROW_WISE = ("Add", "BiasGelu", "LayerNormalization", "MatMul", "Sum")
_SHAPE = "mentionlens_batch_pieces_any"


def flatten_pieces(graph: onnx.ModelProto, weights: Collection[str]) -> None:
    """Make the rows of these products, and what follows them row by row, two-dimensional, in place.

    Args:
        graph: a float32 graph whose input `input_ids` is (batch, pieces).
        weights: names of the initializers that the products multiply by.
    """
    widths = {item.name: item.dims[0] for item in graph.graph.initializer if item.name in weights}
    nodes = [
        helper.make_node("Shape", ["input_ids"], ["mentionlens_batch_pieces"]),
        helper.make_node(
            "Concat", ["mentionlens_batch_pieces", "mentionlens_any"], [_SHAPE], axis=0
        ),
    ]
    constants = {"mentionlens_any": np.array([-1], dtype=np.int64)}
    # A tensor of the graph to its two-dimensional form, and back to the three-dimensional one.
    flat: dict[str, str] = {}
    deep: dict[str, str] = {}

    def reshape(name: str, shape: str, output: str) -> None:
        nodes.append(helper.make_node("Reshape", [name, shape], [output], f"{output}_reshape"))

    def flattened(name: str, width: int) -> str:
        if name not in flat:
            flat[name] = f"{name}_flat"
            shape = f"mentionlens_any_{width}"
            constants[shape] = np.array([-1, width], dtype=np.int64)
            reshape(name, shape, flat[name])
        return flat[name]

    def deepened(name: str) -> str:
        if name not in deep:
            deep[name] = f"{name}_deep"
            reshape(name, _SHAPE, deep[name])
        return deep[name]

    for node in graph.graph.node:
        product = node.op_type == "MatMul" and node.input[1] in widths
        if product:
            node.input[0] = flattened(node.input[0], widths[node.input[1]])
        if product or (node.op_type in _ROW_WISE and any(name in flat for name in node.input)):
            inputs = [flat.get(name, name) for name in node.input]
            flat[node.output[0]] = node.output[0]
        else:
            # Only what has no three-dimensional form of its own is brought back to it.
            inputs = [deepened(name) if flat.get(name) == name else name for name in node.input]
        del node.input[:]
        node.input.extend(inputs)
        nodes.append(node)
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    graph.graph.initializer.extend(
        numpy_helper.from_array(value, name) for name, value in constants.items()
    )
