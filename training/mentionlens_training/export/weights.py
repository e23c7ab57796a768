"""Loads a bundle's weights back into the torch model: retraining starts from the shipped file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import onnx
import torch
from mentionlens.bundle import Bundle
from mentionlens_data.tasks import Task
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor
from transformers import AutoConfig, AutoModel

from mentionlens_training.export.embeddings import BLOCK_SIZE
from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.parameters import Placement, read_metadata
from mentionlens_training.model import MultiTaskClassifier

__all__ = ["load_bundle_model", "read_weights"]

_Arrays = dict[str, NDArray[Any]]


def load_bundle_model(path: str | os.PathLike[str], *, dropout: float = 0.1) -> MultiTaskClassifier:
    """Rebuild the torch model of a bundle, in evaluation mode.

    Word embeddings in 4-bit blocks and everything in float32 come back exactly; int8 layers come
    back as the values that the shipped graph computes with.

    Args:
        path: folder of the bundle.
        dropout: probability of dropping a pooled feature in training.

    Raises:
        BundleError: the folder is no intact bundle.
        ExportError: its graph carries no record of the torch model.
    """
    bundle = Bundle.load(path)
    graph = onnx.load(str(bundle.graph_path))
    metadata = read_metadata(graph)
    weights = read_weights(graph)
    config = dict(metadata["encoder_config"])
    encoder_config = AutoConfig.for_model(config.pop("model_type"), **config)
    encoder = AutoModel.from_config(encoder_config, add_pooling_layer=False)  # type: ignore[no-untyped-call]
    tasks = [Task(task.name, task.labels) for task in bundle.manifest.tasks]
    model = MultiTaskClassifier(encoder, tasks, dropout)
    model.load_state_dict(weights)
    return model.eval()


def read_weights(graph: onnx.ModelProto) -> dict[str, Tensor]:
    """Return torch parameter name to float32 value, dequantised where need be.

    Raises:
        ExportError: the graph carries no record of the torch model, or lacks a tensor.
    """
    placements = read_metadata(graph).get("parameters")
    if not placements:
        raise ExportError(
            "the graph does not say where the torch model's parameters are; "
            "only graphs that mentionlens exported can be loaded back"
        )
    stored = {item.name: numpy_helper.to_array(item) for item in graph.graph.initializer}
    return {
        name: torch.from_numpy(_read(Placement(**place), stored).copy())
        for name, place in placements.items()
    }


def _read(place: Placement, stored: _Arrays) -> NDArray[np.float32]:
    value = _dequantise(place.initializer, stored)
    if place.rows is not None:
        value = value[stored[place.rows]]
    if place.stop is not None:
        value = value[..., place.start : place.stop]
    return np.ascontiguousarray(value.T if place.transposed else value, dtype=np.float32)


def _dequantise(name: str, stored: _Arrays) -> NDArray[np.float32]:
    if name in stored:
        return stored[name]
    if f"{name}_quantized" in stored:
        steps = stored[f"{name}_quantized"].astype(np.float32)
        zero = stored[f"{name}_zero_point"].astype(np.float32)
        # One scale a column; bundles before 0.5 may have one a matrix.
        return (steps - zero) * stored[f"{name}_scale"]
    if f"{name}_blocks" in stored:
        packed, scales = stored[f"{name}_blocks"], stored[f"{name}_block_scales"]
        steps = np.stack([packed & 15, packed >> 4], axis=-1).reshape(len(packed), -1, BLOCK_SIZE)
        wide = (steps.astype(np.float32) - 8) * scales.astype(np.float32)[..., None]
        return wide.reshape(len(packed), -1)
    if f"{name}_rows" in stored:
        return stored[f"{name}_rows"].astype(np.float32) * stored[f"{name}_row_scales"]
    raise ExportError(f"the graph holds no tensor {name!r}, in no precision")
