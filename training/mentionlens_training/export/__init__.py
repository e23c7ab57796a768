"""From the torch model to a bundle: graph, quantisation, the gate, and the way back."""

from mentionlens_training.export.bundle_writer import BundleContent, read_golden_texts
from mentionlens_training.export.errors import (
    EmbeddingLayoutError,
    ExportError,
    ExportGateError,
    FusionError,
)
from mentionlens_training.export.gate import run_gate
from mentionlens_training.export.gate_report import GateLimits, GateReport
from mentionlens_training.export.graph import export_float32
from mentionlens_training.export.pipeline import bundle_content, export_bundle
from mentionlens_training.export.quantization import QuantizationOptions, quantize_int8
from mentionlens_training.export.weights import load_bundle_model

__all__ = [
    "BundleContent",
    "EmbeddingLayoutError",
    "ExportError",
    "ExportGateError",
    "FusionError",
    "GateLimits",
    "GateReport",
    "QuantizationOptions",
    "bundle_content",
    "export_bundle",
    "export_float32",
    "load_bundle_model",
    "quantize_int8",
    "read_golden_texts",
    "run_gate",
]
