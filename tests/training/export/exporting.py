"""Exports of the tiny model, for the tests of this folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
from mentionlens.bundle import sha256_file
from mentionlens.manifest import Manifest
from mentionlens_data.schema import LabelledMention
from mentionlens_training.dataset import TextPreparer
from mentionlens_training.export import (
    GateLimits,
    GateReport,
    bundle_content,
    export_bundle,
    export_float32,
    quantize_int8,
    run_gate,
)
from mentionlens_training.export.bundle_writer import build_bundle
from mentionlens_training.trained import TrainedModel
from tiny import TEXTS

GOLDEN = [
    {"id": f"{lang}-{number}", "lang": lang, "text": text}
    for lang, texts in TEXTS.items()
    for number, text in enumerate(texts)
]
# A random model is noisier in int8 than a trained one, and has few texts; the checks are the same.
LIMITS = GateLimits(
    texts_per_language=3,
    cell_rows=3,
    label_rows=1,
    shipped_alone=0.1,
    shipped_agreement=0.8,
    mean_loss_points=10,
    cell_loss_points=30,
)


def labelled(trained: TrainedModel) -> list[LabelledMention]:
    """Return the golden texts with labels in turn."""
    return [
        LabelledMention(
            id=row["id"],
            text=row["text"],
            lang=row["lang"],
            source="made",
            split="validation",
            group=row["id"],
            labels={
                task.name: task.labels[number % len(task.labels)] for task in trained.model.tasks
            },
        )
        for number, row in enumerate(GOLDEN)
    ]


def export(trained: TrainedModel, path: Path, **options: Any) -> Manifest:
    """Export with the limits and texts of these tests."""
    settings = {
        "golden": GOLDEN,
        "texts_by_language": TEXTS,
        "labelled": labelled(trained),
        "limits": LIMITS,
        **options,
    }
    return export_bundle(trained, path, **settings)


@dataclass(frozen=True)
class Workshop:
    """The bundles that the gate compares, in a folder of the test's own."""

    trained: TrainedModel
    reference: Path
    shipped: Path

    def copy(self, folder: Path) -> Workshop:
        """Return a copy that a test may damage."""
        shutil.copytree(self.reference, folder / "reference")
        shutil.copytree(self.shipped, folder / "shipped")
        return Workshop(self.trained, folder / "reference", folder / "shipped")

    def gate(self, **options: Any) -> GateReport:
        """Run the gate."""
        text = self.trained.config.text
        settings = {
            "texts_by_language": TEXTS,
            "labelled": labelled(self.trained),
            "temperatures": self.trained.temperatures,
            "limits": LIMITS,
            **options,
        }
        ids = TextPreparer(self.trained.tokenizer, text).ids
        return run_gate(self.trained.model, ids, self.reference, self.shipped, **settings)


def build_workshop(trained: TrainedModel, folder: Path) -> Workshop:
    """Write the float32 bundle and the int8 bundle of a model."""
    content = bundle_content(trained, golden=GOLDEN)
    export_float32(trained.model, folder / "float32.onnx")
    quantize_int8(folder / "float32.onnx", folder / "int8.onnx")
    build_bundle(folder / "reference", content, folder / "float32.onnx", "float32")
    build_bundle(folder / "shipped", content, folder / "int8.onnx", "int8")
    return Workshop(trained, folder / "reference", folder / "shipped")


def edit_manifest(bundle: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a bundle's manifest."""
    path = bundle / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def edit_graph(bundle: Path, change: Callable[[onnx.ModelProto], None]) -> None:
    """Change a bundle's graph, and its checksum with it: the damage that only the gate sees."""
    path = bundle / "model.onnx"
    graph = onnx.load(str(path))
    change(graph)
    onnx.save_model(graph, str(path))
    edit_manifest(bundle, lambda data: data["graphs"][0].update(sha256=sha256_file(path)))
