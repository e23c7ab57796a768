"""What `--init` names: the packaged bundle, another bundle, a training run, or an encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mentionlens.bundle import MANIFEST_FILE, Bundle, packaged_bundle_path
from mentionlens.manifest import Manifest
from tokenizers import Tokenizer

from mentionlens_training.config import (
    CalibrationConfig,
    EncoderConfig,
    HeadsConfig,
    RunConfig,
    TextConfig,
)
from mentionlens_training.encoder.resolver import resolve_encoder
from mentionlens_training.export.weights import load_bundle_model
from mentionlens_training.init import Init, open_init
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.trained import ShippedGraph, TrainedModel

__all__ = ["PACKAGED", "open_start"]

PACKAGED = "packaged"


def open_start(name: str) -> Init:
    """Open the model that a retraining goes on from; bundles and runs need no network.

    Args:
        name: `packaged`, the folder of a bundle, the folder of a finished run, or the folder or
            hub name of an encoder.

    Raises:
        BundleError: the bundle is damaged.
        ExportError: the bundle's graph cannot be loaded back.
        TrainedModelError: the run is not finished.
        EncoderNotFoundError: there is no such folder, and no hub that has the name.
    """
    folder = Path(packaged_bundle_path()) if name == PACKAGED else Path(name)
    if name == PACKAGED or (folder / MANIFEST_FILE).is_file():
        return _from_bundle(folder)
    if (folder / "trained").is_dir() or (folder / "run.json").is_file():
        return open_init(folder)
    return _from_encoder(name)


def _from_bundle(folder: Path) -> Init:
    bundle = Bundle.load(folder)
    manifest = bundle.manifest
    tokenizer = Tokenizer.from_file(str(bundle.tokenizer_path))
    # Saved settings come back on load and would cut every text behind our back.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    trained = TrainedModel(
        load_bundle_model(folder),
        tokenizer,
        {task.name: task.temperature for task in manifest.tasks},
        _config(manifest),
        manifest.languages,
        {
            "encoder": manifest.provenance.get("encoder", {"name": manifest.name}),
            "data": manifest.provenance.get("data", {}),
        },
        [],
        inherited=tuple(manifest.provenance.get("inherited_languages", ())),
        shipped=ShippedGraph(bundle.graph_path, manifest.graph.precision, manifest.graph.max_batch),
        language_temperatures={
            task.name: dict(task.language_temperatures) for task in manifest.tasks
        },
    )
    data = manifest.provenance.get("data", {})
    provenance = {
        "name": manifest.name,
        "version": manifest.version,
        "graph_sha256": manifest.graph.sha256,
        "fingerprint": data.get("fingerprint", ""),
        "rows": data.get("rows", 0),
    }
    return Init(trained, frozenset(), provenance, bundle.golden_path)


def _config(manifest: Manifest) -> RunConfig:
    """Return what the manifest says of the run that made the bundle: text and thresholds."""
    made: dict[str, Any] = dict(manifest.provenance.get("config", {}))
    text = TextConfig(
        prefix=manifest.tokenizer.prefix,
        train_length=min(
            made.get("text", {}).get("train_length", manifest.tokenizer.max_length),
            manifest.tokenizer.max_length,
        ),
        max_length=manifest.tokenizer.max_length,
        max_windows=manifest.long_text.max_windows,
        normalizer_version=manifest.normalizer.version,
        normalizer_options=dict(manifest.normalizer.options),
        romanized_languages=manifest.romanization.languages,
    )
    thresholds = {task.name: task.low_confidence for task in manifest.tasks}
    encoder = made.get("encoder", {})
    return RunConfig(
        name=manifest.name,
        version=manifest.version,
        text=text,
        encoder=EncoderConfig(
            **{key: encoder[key] for key in ("name", "vocabulary") if key in encoder}
        ),
        calibration=CalibrationConfig(low_confidence=thresholds),
        heads=HeadsConfig(),
    )


def _from_encoder(name: str) -> Init:
    encoder = resolve_encoder(name)
    short = Path(name).name
    trained = TrainedModel(
        MultiTaskClassifier(encoder.model, ()).eval(),
        encoder.tokenizer,
        {},
        RunConfig(name=short, version="0", encoder=EncoderConfig(name=name), heads=HeadsConfig()),
        (),
        {"encoder": encoder.provenance, "data": {}},
        [],
    )
    return Init(trained, frozenset(), {"name": short, "encoder": encoder.provenance})
