"""Gives products of an int8 graph a scale for each row of their input.

onnxruntime's dynamic quantisation takes one scale for the whole input of a product: one piece
with a large value (the first piece of a text has some of a hundred times the usual size) costs
every other piece, and every other text of the batch, its precision. Here each row is divided by
its largest magnitude before the product and multiplied by it afterwards, so that the one scale
fits all rows.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import onnx
from onnx import helper, numpy_helper

__all__ = ["scale_rows"]

_LEAST = "mentionlens_least_row_scale"


def scale_rows(graph: onnx.ModelProto, weights: Collection[str]) -> int:
    """Wrap each product with one of these weights, in place; return the number of products.

    Args:
        graph: a float32 graph, before its quantisation.
        weights: names of initializers that a `MatMul` multiplies by.
    """
    nodes: list[onnx.NodeProto] = []
    count = 0
    for node in graph.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            nodes += _scaled(node)
            count += 1
        else:
            nodes.append(node)
    if count:
        # A row of zeros stays one.
        least = numpy_helper.from_array(np.array(1e-6, dtype=np.float32), _LEAST)
        graph.graph.initializer.append(least)
        del graph.graph.node[:]
        graph.graph.node.extend(nodes)
    return count


def _scaled(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    rows, output, name = node.input[0], node.output[0], node.name
    size, largest, scale = (f"{output}_row_{part}" for part in ("sizes", "largest", "scale"))
    product = helper.make_node(
        "MatMul", [f"{output}_rows", node.input[1]], [f"{output}_unscaled"], name
    )
    return [
        helper.make_node("Abs", [rows], [size], f"{name}_row_sizes"),
        helper.make_node("ReduceMax", [size], [largest], f"{name}_row_largest", axes=[-1]),
        helper.make_node("Max", [largest, _LEAST], [scale], f"{name}_row_scale"),
        helper.make_node("Div", [rows, scale], [f"{output}_rows"], f"{name}_row_divide"),
        product,
        helper.make_node("Mul", [f"{output}_unscaled", scale], [output], f"{name}_row_multiply"),
    ]
