"""From the fused float32 graph to the small and fast one that ships.

Layers: 8 bits, see `int8_products`. Word embeddings: see `embeddings`. Heads, norms, positions and
the attention between pieces stay float32.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import onnx

from mentionlens_training.export.attention import move_placements, split_attention
from mentionlens_training.export.embeddings import EmbeddingLayout, store_embeddings
from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.int8_products import quantise_products
from mentionlens_training.export.norms import split_skip_norms
from mentionlens_training.export.parameters import read_metadata, write_metadata
from mentionlens_training.export.rows import flatten_pieces

__all__ = ["QuantizationOptions", "quantize_int8"]


@dataclass(frozen=True)
class QuantizationOptions:
    """What is stored how; recorded in the manifest.

    Attributes:
        float_parameters: torch parameters (for example
            `encoder.encoder.layer.11.output.dense.weight`) whose product stays float32.
        embeddings: layout of the word embeddings.
    """

    float_parameters: tuple[str, ...] = ()
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
    packed = split_attention(graph)
    if not packed:
        kinds = sorted({node.op_type for node in graph.graph.node})
        raise ExportError(
            f"{float32}: there is no attention to quantise (operators: {kinds}); "
            "the graph must be one that export_float32 wrote"
        )
    layout = store_embeddings(graph, options.embeddings)
    split_skip_norms(graph)
    placements = move_placements(metadata["parameters"], packed)
    products = _products(graph, placements)
    flatten_pieces(graph, products.values())
    unknown = sorted(set(options.float_parameters) - set(products))
    if unknown:
        raise ExportError(
            f"float_parameters {unknown} are no products of the graph; it has {sorted(products)}"
        )
    kept = {products[name] for name in options.float_parameters}
    quantise_products(graph, set(products.values()) - kept)
    applied = asdict(options) | {"embeddings": layout}
    applied["float_parameters"] = list(options.float_parameters)
    write_metadata(graph, metadata | {"parameters": placements, "quantization": applied})
    onnx.save_model(graph, str(path))
    return applied


def _products(graph: onnx.ModelProto, placements: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the encoder's parameters that a product multiplies by, with their initializers."""
    factors = {node.input[1] for node in graph.graph.node if node.op_type == "MatMul"}
    return {
        name: place["initializer"]
        for name, place in placements.items()
        if name.startswith("encoder.") and place["initializer"] in factors
    }
