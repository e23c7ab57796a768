"""Products of a graph in 8 bits: a scale for each piece, and for each column of weights.

onnxruntime's own dynamic quantisation has one scale for everything that goes into a product. A
piece with a large value (the first one of a text has some of a hundred times the usual size) then
costs every other piece its precision, and every text an answer that depends on its neighbours.
With a scale for each piece the same text gets the same answer in any company. The scheme is that
of vector-wise quantisation (Dettmers, Lewis, Belkada, Zettlemoyer: LLM.int8(), NeurIPS 2022).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

__all__ = ["quantise_products"]

_ROWS = "mentionlens_rows"
# A value x becomes round(x / scale) + zero point, in 0..255. Around 128, both signs have 127 steps.
_MIDDLE, _STEPS = 128, 127
# GELU is never below -0.17, so that 20 steps below zero and 235 above hold its values.
_GELU_LEAST, _GELU_ZERO, _GELU_STEPS = 0.17, 20, 235


@dataclass(frozen=True)
class _Quantised:
    """The 8-bit form of a matrix: names of the values, of the scale of each row, the zero point."""

    values: str
    scales: str
    zero_point: int


@dataclass
class _Rewriting:
    """The graph that comes out: its nodes, its new constants, and what is quantised already."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    inputs: dict[str, _Quantised] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        inputs: list[str],
        output: str,
        **attributes: Any,  # noqa: ANN401 - whatever the operator has
    ) -> str:
        domain = "com.microsoft" if kind == "MatMulIntegerToFloat" else ""
        self.nodes.append(
            helper.make_node(kind, inputs, [output], f"{output}_node", domain=domain, **attributes)
        )
        return output

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants[name] = value
        return name


def quantise_products(graph: onnx.ModelProto, weights: Collection[str]) -> int:
    """Replace each product with one of these weights by its 8-bit form, in place.

    Args:
        graph: a float32 graph in which the rows of these products are two-dimensional, one for
            each piece of `input_ids` (see `flatten_pieces`).
        weights: names of two-dimensional initializers that a `MatMul` multiplies by. Each becomes
            `<name>_quantized`, int8, with `<name>_scale`, float32, and `<name>_zero_point`, zeros,
            of each column.

    Returns:
        The number of products.
    """
    stored = {item.name: item for item in graph.graph.initializer if item.name in weights}
    gelus = {node.output[0] for node in graph.graph.node if node.op_type == "BiasGelu"}
    new = _Rewriting()
    _count_rows(new)
    count = 0
    for node in graph.graph.node:
        if node.op_type != "MatMul" or node.input[1] not in stored:
            new.nodes.append(node)
            continue
        rows, weight = node.input
        if rows not in new.inputs:
            quantise = _quantise_gelu if rows in gelus else _quantise_rows
            new.inputs[rows] = quantise(new, rows)
        matrix = numpy_helper.to_array(stored[weight])
        _multiply(new, new.inputs[rows], matrix, weight, node.output[0])
        count += 1
    kept = [item for item in graph.graph.initializer if item.name not in stored]
    del graph.graph.initializer[:], graph.graph.node[:]
    graph.graph.node.extend(new.nodes)
    graph.graph.initializer.extend(kept)
    graph.graph.initializer.extend(
        numpy_helper.from_array(value, name) for name, value in new.constants.items()
    )
    return count


def _count_rows(new: _Rewriting) -> None:
    new.add("Size", ["input_ids"], f"{_ROWS}_scalar")
    one = new.constant("mentionlens_one_dimension", np.array([1], dtype=np.int64))
    new.add("Reshape", [f"{_ROWS}_scalar", one], _ROWS)


def _zero_points(new: _Rewriting, value: int) -> str:
    """Return the name of a tensor that holds the zero point of every row."""
    name = f"mentionlens_zero_{value}_rows"
    if f"{name}_one" not in new.constants:
        one = new.constant(f"{name}_one", np.array([value], dtype=np.uint8))
        new.add("Expand", [one, _ROWS], name)
    return name


def _quantise_rows(new: _Rewriting, rows: str) -> _Quantised:
    """Quantise rows of any sign by their largest magnitude."""
    new.add("Abs", [rows], f"{rows}_sizes")
    new.add("ReduceMax", [f"{rows}_sizes"], f"{rows}_largest", axes=[-1], keepdims=0)
    step = new.constant("mentionlens_step", np.array(1 / _STEPS, dtype=np.float32))
    # A row of zeros has the scale 0: whatever its values become, times 0 they are right.
    new.add("Mul", [f"{rows}_largest", step], f"{rows}_scale")
    return _with_scale(new, rows, _MIDDLE)


def _quantise_gelu(new: _Rewriting, rows: str) -> _Quantised:
    """Quantise outputs of GELU, nearly all steps above zero: twice as fine as with a middle."""
    new.add("ReduceMax", [rows], f"{rows}_largest", axes=[-1], keepdims=0)
    step = new.constant("mentionlens_gelu_step", np.array(1 / _GELU_STEPS, dtype=np.float32))
    least = new.constant(
        "mentionlens_gelu_least_scale", np.array(_GELU_LEAST / _GELU_ZERO, dtype=np.float32)
    )
    new.add("Mul", [f"{rows}_largest", step], f"{rows}_needed_scale")
    new.add("Max", [f"{rows}_needed_scale", least], f"{rows}_scale")
    return _with_scale(new, rows, _GELU_ZERO)


def _with_scale(new: _Rewriting, rows: str, zero_point: int) -> _Quantised:
    scale = f"{rows}_scale"
    zero_points = _zero_points(new, zero_point)
    new.add("QuantizeLinear", [rows, scale, zero_points], f"{rows}_quantized", axis=0)
    column = new.constant("mentionlens_column", np.array([-1, 1], dtype=np.int64))
    new.add("Reshape", [scale, column], f"{rows}_scale_column")
    return _Quantised(f"{rows}_quantized", f"{rows}_scale_column", zero_point)


def _multiply(
    new: _Rewriting, rows: _Quantised, matrix: NDArray[np.float32], weight: str, output: str
) -> None:
    largest = np.abs(matrix).max(axis=0)
    scale = np.where(largest > 0, largest / _STEPS, 1).astype(np.float32)
    quantised = np.rint(matrix / scale).astype(np.int8)
    zeros = np.zeros(matrix.shape[1], dtype=np.int8)
    inputs = [
        rows.values,
        new.constant(f"{weight}_quantized", quantised),
        new.constant("mentionlens_unit", np.array(1, dtype=np.float32)),
        new.constant(f"{weight}_scale", scale),
        new.constant(
            f"mentionlens_zero_{rows.zero_point}", np.array(rows.zero_point, dtype=np.uint8)
        ),
        # Named although they are zero, and each weight its own: onnxruntime rewrites them where
        # it takes its exact kernels (see `mentionlens.int8_products`), and fails on shared ones.
        new.constant(f"{weight}_zero_point", zeros),
    ]
    new.add("MatMulIntegerToFloat", inputs, f"{output}_unscaled")
    new.add("Mul", [f"{output}_unscaled", rows.scales], output)
