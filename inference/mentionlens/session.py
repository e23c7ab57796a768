"""onnxruntime sessions with the one set of options that production and the export gate use."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from mentionlens.bundle import Bundle
from mentionlens.errors import BundleFormatError, GraphMismatchError, OnnxruntimeTooOldError
from mentionlens.int8_products import products_saturate
from mentionlens.manifest import GraphSpec, Manifest

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions

__all__ = ["GRAPH_INPUTS", "open_graph", "open_session", "production_options"]

GRAPH_INPUTS = ("input_ids", "attention_mask")
_ERRORS_ONLY = 3


def production_options() -> SessionOptions:
    """Return the options of a production session.

    One run takes one thread: a mention is short, and many runs side by side use the processors
    better than one run that is shared out. Where the processor's usual 8-bit kernels lose
    something, the slower exact ones are taken, so that a bundle answers as it was measured.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Every batch has a shape of its own, and a pattern for each would only ever grow. The arena
    # does not, as runs are bounded (see `batching`); without it fresh pages take half of the time.
    options.enable_mem_pattern = False
    if products_saturate():
        options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = _ERRORS_ONLY
    return options


def open_graph(path: str | os.PathLike[str]) -> InferenceSession:
    """Open any graph with the production options, on the CPU.

    Raises:
        BundleFormatError: onnxruntime cannot open the file.
    """
    import onnxruntime

    options = production_options()
    try:
        return onnxruntime.InferenceSession(
            os.fspath(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's exceptions share no narrower base
        raise BundleFormatError(
            f"{path}: onnxruntime {onnxruntime.__version__} cannot open the graph ({error})"
        ) from error


def open_session(bundle: Bundle) -> InferenceSession:
    """Open the graph that the bundle ships.

    Raises:
        OnnxruntimeTooOldError: the graph needs a newer onnxruntime.
        BundleFormatError: onnxruntime cannot open the file.
        GraphMismatchError: its inputs or outputs are not the manifest's.
    """
    _check_onnxruntime(bundle.manifest.graph)
    session = open_graph(bundle.graph_path)
    _check_graph(session, bundle.manifest, str(bundle.graph_path))
    return session


def _check_onnxruntime(spec: GraphSpec) -> None:
    import onnxruntime

    if _release(onnxruntime.__version__) < _release(spec.min_onnxruntime):
        raise OnnxruntimeTooOldError(
            f"{spec.file} needs onnxruntime {spec.min_onnxruntime} or newer, installed is "
            f'{onnxruntime.__version__}; pip install "onnxruntime>={spec.min_onnxruntime}"'
        )


def _release(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"\d+", version)[:3]]
    return tuple(numbers + [0] * (3 - len(numbers)))


def _check_graph(session: InferenceSession, manifest: Manifest, path: str) -> None:
    inputs = sorted(item.name for item in session.get_inputs())
    if inputs != sorted(GRAPH_INPUTS):
        raise GraphMismatchError(f"{path}: inputs are {inputs}, expected {sorted(GRAPH_INPUTS)}")
    shapes = {item.name: item.shape for item in session.get_outputs()}
    for task in manifest.tasks:
        if task.output not in shapes:
            raise GraphMismatchError(
                f"{path}: no output {task.output!r} for task {task.name!r}; "
                f"the graph has {sorted(shapes)}"
            )
        shape = shapes[task.output]
        # A dimension without a fixed size is a name or None.
        if len(shape) != 2 or (isinstance(shape[1], int) and shape[1] != len(task.labels)):
            raise GraphMismatchError(
                f"{path}: output {task.output!r} has the shape {shape}, task {task.name!r} has "
                f"{len(task.labels)} labels: expected (batch, {len(task.labels)})"
            )
