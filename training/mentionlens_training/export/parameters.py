"""Which initializer of the graph holds which parameter of the torch model.

The record travels in the graph's metadata, so that one file serves services and retraining. It
is found by value: exporters rename, transpose and pack weights, but never change them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from mentionlens_training.export.errors import ExportError
from mentionlens_training.model import MultiTaskClassifier

__all__ = ["Placement", "read_metadata", "record_parameters", "write_metadata"]

_PREFIX = "mentionlens."
# transformers builds it by default; the classifier pools by itself.
_UNUSED = "encoder.pooler."


@dataclass(frozen=True)
class Placement:
    """Where a parameter lies.

    Attributes:
        initializer: name in the float32 graph; quantised graphs add suffixes to it.
        transposed: the initializer holds the transpose.
        start: first column, where several parameters are packed side by side.
        stop: column after the last; None where the initializer holds this parameter alone.
        rows: initializer that says which row of the first one each row of the parameter is; None
            where they are the same.
    """

    initializer: str
    transposed: bool = False
    start: int = 0
    stop: int | None = None
    rows: str | None = None


def record_parameters(graph: onnx.ModelProto, model: MultiTaskClassifier) -> None:
    """Write the encoder's configuration and every parameter's place into the metadata.

    Raises:
        ExportError: a parameter of the model is nowhere in the graph, so weights could not be
            loaded back.
    """
    stored = {item.name: numpy_helper.to_array(item) for item in graph.graph.initializer}
    placements: dict[str, Any] = {}
    for name, parameter in model.named_parameters():
        if name.startswith(_UNUSED):
            continue
        place = _find(parameter.detach().cpu().numpy(), stored)
        if place is None:
            raise ExportError(
                f"parameter {name!r} {tuple(parameter.shape)} is not in the exported graph; "
                "build the encoder without parts that the classifier does not use"
            )
        placements[name] = asdict(place)
    write_metadata(
        graph,
        {
            "parameters": placements,
            "encoder_config": _portable(model.encoder.config.to_dict()),
            "tasks": {task.name: list(task.labels) for task in model.tasks},
        },
    )


def write_metadata(graph: onnx.ModelProto, values: dict[str, Any]) -> None:
    """Add JSON values to the graph's metadata, replacing those of the same name."""
    names = {_PREFIX + key for key in values}
    kept = [item for item in graph.metadata_props if item.key not in names]
    del graph.metadata_props[:]
    graph.metadata_props.extend(kept)
    for key, value in values.items():
        entry = graph.metadata_props.add()
        entry.key = _PREFIX + key
        entry.value = json.dumps(value, sort_keys=True, default=str)


def read_metadata(graph: onnx.ModelProto) -> dict[str, Any]:
    """Return what `write_metadata` wrote."""
    return {
        item.key.removeprefix(_PREFIX): json.loads(item.value)
        for item in graph.metadata_props
        if item.key.startswith(_PREFIX)
    }


def _find(value: NDArray[np.float32], stored: dict[str, NDArray[Any]]) -> Placement | None:
    for name, candidate in stored.items():
        if candidate.shape == value.shape and np.array_equal(candidate, value):
            return Placement(name)
    if value.ndim == 2:
        for name, candidate in stored.items():
            if candidate.shape == value.shape[::-1] and np.array_equal(candidate, value.T):
                return Placement(name, transposed=True)
    # Query, key and value of one attention block are packed side by side.
    packed = value.T if value.ndim == 2 else value
    width = packed.shape[-1]
    for name, candidate in stored.items():
        if candidate.shape != (*packed.shape[:-1], 3 * width):
            continue
        for start in range(0, 3 * width, width):
            if np.array_equal(candidate[..., start : start + width], packed):
                return Placement(name, value.ndim == 2, start, start + width)
    return None


def _portable(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out where the encoder lay on the machine that exported it."""
    return {name: value for name, value in config.items() if name != "_name_or_path"}
