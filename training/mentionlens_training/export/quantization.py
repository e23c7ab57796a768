"""From the fused float32 graph to the small and fast one that ships.

Layers: dynamic int8, one scale per output channel. Word embeddings: see `embeddings`. Heads,
norms and positions stay float32.
"""

from __future__ import annotations

import logging
import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import onnx
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic

from mentionlens_training.export.embeddings import EmbeddingLayout, store_embeddings
from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.norms import split_skip_norms
from mentionlens_training.export.parameters import read_metadata, write_metadata
from mentionlens_training.export.row_scales import scale_rows

__all__ = ["DENSE_LAYERS", "QuantizationOptions", "quantize_int8"]

# Every product of a layer but the fused attention's own: both of the feed-forward block, whose
# inputs have the largest outliers, and the one after the attention.
DENSE_LAYERS = (
    r".*\.layer\.\d+\.attention\.output\.dense\.weight",
    r".*\.layer\.\d+\.intermediate\.dense\.weight",
    r".*\.layer\.\d+\.output\.dense\.weight",
)


@dataclass(frozen=True)
class QuantizationOptions:
    """What is stored how; recorded in the manifest.

    Attributes:
        weight_type: `int8` or `uint8` weights of the layers.
        per_channel: one scale per output channel; one per matrix otherwise.
        reduce_range: weights of 7 bits, for processors without VNNI (products of two 8-bit
            numbers may overflow there).
        float_parameters: torch parameters (for example
            `encoder.encoder.layer.11.output.dense.weight`) whose product stays float32.
        row_scaled: patterns (regular expressions of the whole name) of the torch parameters whose
            products get a scale for each row of their input; see `row_scales`.
        embeddings: layout of the word embeddings.
    """

    weight_type: Literal["int8", "uint8"] = "int8"
    per_channel: bool = True
    reduce_range: bool = False
    float_parameters: tuple[str, ...] = ()
    row_scaled: tuple[str, ...] = DENSE_LAYERS
    embeddings: EmbeddingLayout = "auto"


def quantize_int8(
    float32: Path, path: Path, options: QuantizationOptions | None = None
) -> dict[str, Any]:
    """Write the quantised copy of a graph that `export_float32` wrote.

    Args:
        float32: the fused float32 graph.
        path: the file to write.
        options: what is stored how.

    Returns:
        The options as they were applied, JSON-ready: `embeddings` is the layout that was taken.

    Raises:
        EmbeddingLayoutError: the embeddings do not fit the layout asked for.
        ExportError: `float_parameters` names a parameter that the graph does not have, or
            nothing was quantised.
    """
    options = options or QuantizationOptions()
    graph = onnx.load(str(float32))
    metadata = read_metadata(graph)
    excluded = _float_nodes(graph, metadata, options)
    layout = store_embeddings(graph, options.embeddings)
    split_skip_norms(graph)
    scale_rows(graph, _row_scaled(metadata, options))
    with tempfile.TemporaryDirectory(prefix="mentionlens-quantize-") as scratch:
        small, quantised = Path(scratch) / "in.onnx", Path(scratch) / "out.onnx"
        onnx.save_model(graph, str(small))
        # The quantiser advises a pre-processing step, which the fused graph does not need.
        logging.disable(logging.WARNING)
        try:
            quantize_dynamic(
                small,
                quantised,
                op_types_to_quantize=["Attention", "MatMul"],
                per_channel=options.per_channel,
                reduce_range=options.reduce_range,
                weight_type=QuantType.QInt8 if options.weight_type == "int8" else QuantType.QUInt8,
                nodes_to_exclude=excluded,
                # Types of com.microsoft outputs are unknown to shape inference.
                extra_options={"DefaultTensorType": TensorProto.FLOAT},
            )
        finally:
            logging.disable(logging.NOTSET)
        result = onnx.load(str(quantised))
    kinds = {node.op_type for node in result.graph.node}
    if "QAttention" not in kinds:
        raise ExportError(
            f"{float32}: no attention was quantised (operators: {sorted(kinds)}); "
            "the graph must be one that export_float32 wrote"
        )
    applied = asdict(options) | {"embeddings": layout}
    applied["float_parameters"] = list(options.float_parameters)
    applied["row_scaled"] = list(options.row_scaled)
    write_metadata(result, metadata | {"quantization": applied})
    onnx.save_model(result, str(path))
    return applied


def _row_scaled(metadata: dict[str, Any], options: QuantizationOptions) -> set[str]:
    placements = metadata.get("parameters", {})
    kept = set(options.float_parameters)
    return {
        place["initializer"]
        for name, place in placements.items()
        if name not in kept and any(re.fullmatch(each, name) for each in options.row_scaled)
    }


def _float_nodes(
    graph: onnx.ModelProto, metadata: dict[str, Any], options: QuantizationOptions
) -> list[str]:
    """Names of the nodes that stay float32: the heads, and those of the options."""
    placements = metadata.get("parameters", {})
    unknown = sorted(set(options.float_parameters) - set(placements))
    if unknown:
        raise ExportError(f"float_parameters {unknown} are not in the graph")
    floats = {
        *options.float_parameters,
        *(name for name in placements if name.startswith("heads.")),
    }
    weights = {placements[name]["initializer"] for name in floats}
    return [node.name for node in graph.graph.node if weights & set(node.input)]
