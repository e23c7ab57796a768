"""The folder that training leaves behind and export starts from."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mentionlens.errors import MentionlensError
from mentionlens_data.tasks import Task
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from mentionlens_training.config import RunConfig
from mentionlens_training.encoder.resolver import Encoder, resolve_encoder
from mentionlens_training.model import MultiTaskClassifier

__all__ = ["ShippedGraph", "TrainedModel", "TrainedModelError", "load_trained", "save_trained"]

_ENCODER, _HEADS, _RECORD = "encoder", "heads.safetensors", "trained.json"
_SHIPPED = "shipped.onnx"


class TrainedModelError(MentionlensError):
    """The folder does not hold a trained model."""


@dataclass(frozen=True)
class ShippedGraph:
    """The graph of a published bundle, whose encoder a model keeps as it is.

    Attributes:
        path: the ONNX file.
        precision: of its weights, as the bundle's manifest names it.
        max_batch: rows of one run at most.
    """

    path: Path
    precision: str
    max_batch: int


@dataclass(frozen=True)
class TrainedModel:
    """A fine-tuned model with all that a bundle needs to know about it.

    Attributes:
        model: in evaluation mode.
        tokenizer: of the encoder.
        temperatures: task to temperature.
        config: of the run.
        languages: ISO 639-1 codes that the model was trained on.
        provenance: base encoder, data fingerprint, corpora with licences and rows.
        log: steps, losses and validation figures.
        inherited: those of the languages that the model was answering for before it was retrained,
            and that the last training had too few rows of to say anything about them.
        shipped: the graph to put the heads into, where only they were trained; None where the
            encoder was, so that a new graph must be exported.
        language_temperatures: task to the temperatures of the languages that have their own.
    """

    model: MultiTaskClassifier
    tokenizer: Tokenizer
    temperatures: dict[str, float]
    config: RunConfig
    languages: tuple[str, ...]
    provenance: dict[str, Any]
    log: list[dict[str, Any]]
    inherited: tuple[str, ...] = ()
    shipped: ShippedGraph | None = None
    language_temperatures: dict[str, dict[str, float]] = field(default_factory=dict)


def save_trained(trained: TrainedModel, folder: Path) -> None:
    """Write the model; `trained.json` comes last, so that a folder with it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    trained.model.encoder.save_pretrained(folder / _ENCODER)
    trained.tokenizer.save(str(folder / _ENCODER / "tokenizer.json"))
    save_file(trained.model.heads.state_dict(), folder / _HEADS)
    record = {
        "tasks": [{"name": t.name, "labels": list(t.labels)} for t in trained.model.tasks],
        "temperatures": trained.temperatures,
        "language_temperatures": trained.language_temperatures,
        "config": trained.config.model_dump(),
        "languages": list(trained.languages),
        "provenance": trained.provenance,
        "log": trained.log,
        "inherited": list(trained.inherited),
        "shipped": None,
    }
    if trained.shipped is not None:
        shutil.copyfile(trained.shipped.path, folder / _SHIPPED)
        record["shipped"] = {
            "precision": trained.shipped.precision,
            "max_batch": trained.shipped.max_batch,
        }
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    (folder / _RECORD).write_text(text, encoding="utf-8")


def load_trained(folder: Path) -> TrainedModel:
    """Read what `save_trained` wrote.

    Raises:
        TrainedModelError: the folder lacks a file.
    """
    for name in (_RECORD, _HEADS, _ENCODER):
        if not (folder / name).exists():
            raise TrainedModelError(f"{folder}: {name} is missing; train with `mentionlens train`")
    record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    encoder: Encoder = resolve_encoder(str(folder / _ENCODER))
    tasks = [Task(item["name"], tuple(item["labels"])) for item in record["tasks"]]
    model = MultiTaskClassifier(encoder.model, tasks)
    model.heads.load_state_dict(load_file(folder / _HEADS))
    shipped = record.get("shipped")
    return TrainedModel(
        model.eval(),
        encoder.tokenizer,
        record["temperatures"],
        RunConfig.model_validate(record["config"]),
        tuple(record["languages"]),
        record["provenance"],
        record["log"],
        tuple(record.get("inherited", ())),
        ShippedGraph(folder / _SHIPPED, **shipped) if shipped else None,
        record.get("language_temperatures", {}),
    )
