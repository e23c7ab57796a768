"""Writes bundle folders, and moves them into place only when they are whole."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import onnx
from mentionlens.bundle import GOLDEN_FILE, MANIFEST_FILE, Bundle, sha256_file
from mentionlens.classifier import MentionClassifier
from mentionlens.manifest import (
    GraphSpec,
    LongTextSpec,
    Manifest,
    NormalizerSpec,
    RomanizationSpec,
    TaskSpec,
    TokenizerSpec,
)

from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.model_card import model_card

__all__ = [
    "MIN_ONNXRUNTIME",
    "BundleContent",
    "build_bundle",
    "published_folder",
    "read_golden_texts",
    "record_evaluation",
    "record_verification",
]

# The oldest release that was seen to run these graphs: GatherBlockQuantized on bytes.
# Older ones round otherwise in the layer norms, and dynamic quantisation makes 0.1 of a probability
# of it in some answers.
MIN_ONNXRUNTIME = "1.30.0"
_MAX_BATCH = 64
_GRAPH_FILE = "model.onnx"
_TOKENIZER_FILE = "tokenizer.json"
_GOLDEN_FIELDS = ("id", "lang", "text")


@dataclass(frozen=True)
class BundleContent:
    """Everything of a bundle but its graph.

    Attributes:
        name: of the model.
        version: of the model.
        languages: ISO 639-1 codes.
        tasks: labels, outputs, temperatures and thresholds.
        normalizer: version and options of the text normaliser.
        max_length: pieces of one window.
        prefix: text before every mention.
        max_windows: windows of one mention at most.
        romanization: what is read in Cyrillic though it was typed in Latin letters.
        tokenizer_json: content of the tokenizer's file.
        golden: golden texts, each with `id`, `lang` and `text`.
        provenance: base encoder, data, corpora with licences, versions; JSON-ready.
        evaluation: content of `evaluation.json`, if there is an evaluation.
    """

    name: str
    version: str
    languages: tuple[str, ...]
    tasks: tuple[TaskSpec, ...]
    normalizer: NormalizerSpec
    max_length: int
    prefix: str
    max_windows: int
    tokenizer_json: str
    golden: Sequence[Mapping[str, str]]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    romanization: RomanizationSpec = field(default_factory=RomanizationSpec)
    evaluation: Mapping[str, Any] | None = None


def read_golden_texts(path: Path) -> list[dict[str, str]]:
    """Read golden texts: a JSON object a line with `id`, `lang` and `text`.

    Raises:
        ExportError: the file is absent, has no line, or a line lacks a field.
    """
    if not path.is_file():
        raise ExportError(f"{path}: no such file of golden texts")
    golden = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            golden.append({name: str(row[name]) for name in _GOLDEN_FIELDS})
        except (ValueError, KeyError, TypeError) as error:
            raise ExportError(
                f"{path}, line {number}: expected an object with {_GOLDEN_FIELDS} ({error!r})"
            ) from error
    if not golden:
        raise ExportError(f"{path}: holds no golden text")
    return golden


def build_bundle(folder: Path, content: BundleContent, graph: Path, precision: str) -> Manifest:
    """Write a bundle into an empty folder of the caller's, without the gate's record.

    The answers expected for the golden texts are this bundle's own.

    Args:
        folder: made by this call.
        content: everything but the graph.
        graph: the ONNX file to copy.
        precision: name of the graph's precision, for example `int8`.

    Raises:
        BundleError: the runtime refuses the bundle.
        FileExistsError: the folder exists.
    """
    folder.mkdir(parents=True)
    shutil.copyfile(graph, folder / _GRAPH_FILE)
    (folder / _TOKENIZER_FILE).write_text(content.tokenizer_json, encoding="utf-8")
    if content.evaluation is not None:
        _write_json(folder / "evaluation.json", content.evaluation)
    manifest = Manifest(
        name=content.name,
        version=content.version,
        languages=content.languages,
        tasks=content.tasks,
        normalizer=content.normalizer,
        tokenizer=TokenizerSpec(
            file=_TOKENIZER_FILE,
            sha256=sha256_file(folder / _TOKENIZER_FILE),
            max_length=content.max_length,
            prefix=content.prefix,
        ),
        long_text=LongTextSpec(max_windows=content.max_windows),
        graphs=(_graph_spec(folder / _GRAPH_FILE, precision),),
        romanization=content.romanization,
        provenance=content.provenance,
    )
    _write_manifest(folder, manifest)
    _write_golden(folder, content.golden)
    return manifest


def record_verification(folder: Path, manifest: Manifest, record: Mapping[str, Any]) -> Manifest:
    """Put the gate's record into a bundle's manifest and model card; return the new manifest."""
    manifest = replace(manifest, verification=record)
    _write_manifest(folder, manifest)
    return manifest


@contextlib.contextmanager
def published_folder(destination: Path) -> Iterator[Path]:
    """Give a work folder next to `destination` and publish its subfolder `bundle` in the end.

    An earlier bundle at `destination` is replaced, and stays untouched where the block raises.

    Yields:
        The work folder; the caller makes `bundle` in it.

    Raises:
        ExportError: `destination` is something else than a bundle or an empty folder.
    """
    _check_replaceable(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent))
    try:
        yield work
        if destination.exists():
            # A folder cannot be replaced in one step: the old one steps aside, and comes back
            # where the new one cannot be moved.
            destination.rename(work / "replaced")
        try:
            (work / "bundle").rename(destination)
        except OSError:
            if (work / "replaced").exists():
                (work / "replaced").rename(destination)
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def record_evaluation(folder: Path, evaluation: Mapping[str, Any]) -> None:
    """Store an evaluation in a bundle and renew its model card.

    Args:
        folder: of the bundle.
        evaluation: content of `evaluation.json`.

    Raises:
        BundleError: the folder is no bundle.
    """
    manifest = Bundle.load(folder).manifest
    _write_json(folder / "evaluation.json", evaluation)
    (folder / "README.md").write_text(model_card(manifest, evaluation), encoding="utf-8")


def _check_replaceable(destination: Path) -> None:
    if not destination.exists():
        return
    if destination.is_dir() and not any(destination.iterdir()):
        return
    if not (destination / MANIFEST_FILE).is_file():
        raise ExportError(
            f"{destination}: exists and is no bundle; name a folder that is new, empty or a bundle"
        )


def _graph_spec(path: Path, precision: str) -> GraphSpec:
    graph = onnx.load(str(path))
    opset = next(item.version for item in graph.opset_import if item.domain in ("", "ai.onnx"))
    return GraphSpec(
        file=path.name,
        precision=precision,
        sha256=sha256_file(path),
        opset=opset,
        ir_version=graph.ir_version,
        min_onnxruntime=MIN_ONNXRUNTIME,
        max_batch=_MAX_BATCH,
    )


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    _write_json(folder / MANIFEST_FILE, manifest.to_dict())
    evaluation = folder / "evaluation.json"
    results = json.loads(evaluation.read_text(encoding="utf-8")) if evaluation.exists() else None
    (folder / "README.md").write_text(model_card(manifest, results), encoding="utf-8")


def _write_golden(folder: Path, golden: Sequence[Mapping[str, str]]) -> None:
    path = folder / GOLDEN_FILE
    # The runtime opens complete bundles only: the texts first, their answers as soon as it can.
    path.write_text("", encoding="utf-8")
    classifier = MentionClassifier(folder, threads=1)
    lines = []
    for row in golden:
        answer = classifier.predict(row["text"]).to_dict()
        expected = {task.name: answer[task.name]["probabilities"] for task in _tasks(classifier)}
        entry = {name: row[name] for name in _GOLDEN_FIELDS} | {"expected": expected}
        lines.append(json.dumps(entry, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")


def _tasks(classifier: MentionClassifier) -> tuple[TaskSpec, ...]:
    return classifier.manifest.tasks


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
