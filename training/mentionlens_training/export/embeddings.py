"""Small storage for the word embeddings, the largest table of a multilingual model.

Three layouts, all read by onnxruntime's CPU kernels:

- `blocks4`: 4 bits a value and one scale per 32 values (`GatherBlockQuantized`). Exact, and
  refused unless it is exact: it is meant for tables that were dequantised from such blocks and
  stayed frozen in training.
- `int8`: one scale a row; rounds.
- `float32`: as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mentionlens_training.export.errors import EmbeddingLayoutError, ExportError
from mentionlens_training.export.parameters import read_metadata

__all__ = ["BLOCK_SIZE", "Blocks", "EmbeddingLayout", "store_embeddings", "to_blocks"]

EmbeddingLayout = Literal["auto", "blocks4", "int8", "float32"]
BLOCK_SIZE = 32
_ZERO_POINT = 8
# Blocks quantised the usual way hold -8; searched ones may have any largest value.
_EXTREMES = (-8, 7, -7, 6, -6, 5, -5, 4, -4, 3, -3, 2, -2, 1, -1)

Blocks = tuple[NDArray[np.uint8], NDArray[np.float16]]


def to_blocks(table: NDArray[np.float32]) -> Blocks | None:
    """Express a table exactly as `(nibble - 8) * scale`, blocks of 32 values along a row.

    Args:
        table: (rows, columns), columns a multiple of 32.

    Returns:
        The nibbles 0..15, (rows, columns), and the scales, (rows, columns / 32); None where no
        such form is bit-exact.
    """
    rows, columns = table.shape
    if columns % BLOCK_SIZE:
        return None
    blocks = table.reshape(-1, BLOCK_SIZE)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=1)[:, None], axis=1)
    quants = np.full(blocks.shape, _ZERO_POINT, dtype=np.uint8)
    scales = np.zeros((len(blocks), 1), dtype=np.float16)
    open_rows = np.flatnonzero(extreme[:, 0] != 0)
    for level in _EXTREMES:
        if not len(open_rows):
            break
        values = blocks[open_rows]
        scale16 = (extreme[open_rows] / level).astype(np.float16)
        scale = scale16.astype(np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.where(scale != 0, np.rint(values / scale), 0).astype(np.float32)
        fits = (steps * scale == values).all(axis=1) & (steps.min(axis=1) >= -_ZERO_POINT)
        fits &= steps.max(axis=1) < _ZERO_POINT
        solved = open_rows[fits]
        quants[solved] = (steps[fits] + _ZERO_POINT).astype(np.uint8)
        scales[solved] = scale16[fits]
        open_rows = open_rows[~fits]
    if len(open_rows):
        return None
    return quants.reshape(rows, columns), scales.reshape(rows, columns // BLOCK_SIZE)


def store_embeddings(graph: onnx.ModelProto, layout: EmbeddingLayout = "auto") -> str:
    """Replace the float32 word embeddings of a fused graph.

    Args:
        graph: the graph, changed in place.
        layout: `auto` takes `blocks4` where it is exact and `int8` otherwise.

    Returns:
        The layout that was taken.

    Raises:
        EmbeddingLayoutError: `blocks4` was asked for and would not be exact.
        ExportError: the graph has no table of word embeddings.
    """
    if layout == "float32":
        return layout
    node, table_name = _find_gather(graph)
    initializers = graph.graph.initializer
    stored = next(item for item in initializers if item.name == table_name)
    table = numpy_helper.to_array(stored)
    blocks = to_blocks(table) if layout in ("auto", "blocks4") else None
    if layout == "blocks4" and blocks is None:
        raise EmbeddingLayoutError(
            f"{table_name}: the {table.shape} table is not made of 4-bit blocks of {BLOCK_SIZE} "
            "with half-precision scales; freeze the word embeddings in training, or store them "
            "as 'int8'"
        )
    if blocks is not None:
        nodes, tensors = _block_nodes(node, table_name, blocks)
    else:
        nodes, tensors = _row_nodes(node, table_name, table)
    initializers.remove(stored)
    initializers.extend(tensors)
    _replace(graph, node, nodes)
    return "int8" if blocks is None else "blocks4"


def _find_gather(graph: onnx.ModelProto) -> tuple[onnx.NodeProto, str]:
    placements = read_metadata(graph).get("parameters", {})
    for name, place in placements.items():
        if name.endswith("word_embeddings.weight"):
            table = place["initializer"]
            users = [node for node in graph.graph.node if table in node.input]
            if len(users) == 1 and users[0].op_type == "Gather":
                return users[0], table
    raise ExportError(
        "the graph has no word embeddings that one Gather reads; export it with export_float32"
    )


def _block_nodes(
    node: onnx.NodeProto, name: str, blocks: Blocks
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    quants, scales = blocks
    # Bytes with two values each, low half first; the zero point of bytes is 8 by definition. The
    # kernel for bytes was measured five times as fast as the one for the uint4 type.
    packed = quants[:, 0::2] | (quants[:, 1::2] << 4)
    tensors = [
        numpy_helper.from_array(packed, f"{name}_blocks"),
        numpy_helper.from_array(scales, f"{name}_block_scales"),
    ]
    # Scales are kept in half precision to save space; the runtime folds this cast on loading.
    wide = f"{name}_block_scales_float32"
    nodes = [
        helper.make_node("Cast", [tensors[1].name], [wide], f"{name}_cast", to=TensorProto.FLOAT),
        helper.make_node(
            "GatherBlockQuantized",
            [tensors[0].name, node.input[1], wide],
            list(node.output),
            node.name,
            domain="com.microsoft",
            block_size=BLOCK_SIZE,
            gather_axis=0,
            quantize_axis=1,
        ),
    ]
    return nodes, tensors


def _row_nodes(
    node: onnx.NodeProto, name: str, table: NDArray[np.float32]
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    scales = np.abs(table).max(axis=1, keepdims=True) / 127
    quants = np.rint(table / np.where(scales > 0, scales, 1)).astype(np.int8)
    tensors = [
        numpy_helper.from_array(quants, f"{name}_rows"),
        numpy_helper.from_array(scales.astype(np.float32), f"{name}_row_scales"),
    ]
    ids, output = node.input[1], node.output[0]
    nodes = [
        helper.make_node("Gather", [tensors[0].name, ids], [f"{output}_int8"], f"{name}_gather"),
        helper.make_node(
            "Cast", [f"{output}_int8"], [f"{output}_steps"], f"{name}_cast", to=TensorProto.FLOAT
        ),
        helper.make_node("Gather", [tensors[1].name, ids], [f"{output}_scales"], f"{name}_scale"),
        helper.make_node("Mul", [f"{output}_steps", f"{output}_scales"], [output], node.name),
    ]
    return nodes, tensors


def _replace(graph: onnx.ModelProto, old: onnx.NodeProto, new: Sequence[onnx.NodeProto]) -> None:
    nodes = list(graph.graph.node)
    position = nodes.index(old)
    nodes[position : position + 1] = new
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
