"""From a trained model to a published bundle, through the gate."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
from mentionlens.manifest import Manifest, NormalizerSpec, RomanizationSpec, TaskSpec
from mentionlens.normalization import TextNormalizer
from mentionlens_data.schema import LabelledMention

from mentionlens_training.dataset import TextPreparer
from mentionlens_training.export.bundle_writer import (
    BundleContent,
    build_bundle,
    published_folder,
    record_verification,
)
from mentionlens_training.export.errors import ExportError
from mentionlens_training.export.gate import run_gate
from mentionlens_training.export.gate_report import GateLimits
from mentionlens_training.export.graph import export_float32, output_name
from mentionlens_training.export.heads import head_arrays, replace_heads
from mentionlens_training.export.heads_gate import run_heads_gate
from mentionlens_training.export.machine import git_commit, package_versions
from mentionlens_training.export.quantization import QuantizationOptions, quantize_int8
from mentionlens_training.trained import ShippedGraph, TrainedModel

__all__ = ["bundle_content", "export_bundle"]


def export_bundle(
    trained: TrainedModel,
    output: str | os.PathLike[str],
    *,
    golden: Sequence[Mapping[str, str]],
    texts_by_language: Mapping[str, Sequence[str]],
    labelled: Sequence[LabelledMention],
    evaluation: Mapping[str, Any] | None = None,
    quantization: QuantizationOptions | None = None,
    limits: GateLimits | None = None,
    reference: str | os.PathLike[str] | None = None,
) -> Manifest:
    """Write the bundle of a trained model; no folder appears unless the gate passes.

    Args:
        trained: the model with its tokenizer, temperatures and configuration.
        output: folder of the bundle; an earlier bundle there is replaced.
        golden: golden texts, each with `id`, `lang` and `text`.
        texts_by_language: real texts for the gate, at least 200 in each of the model's languages
            but the inherited ones.
        labelled: validation rows for the gate.
        evaluation: content of `evaluation.json`.
        quantization: how the shipped graph is quantised.
        limits: what the gate allows.
        reference: folder of the float32 bundle that the gate compares with, to measure later what
            the shipped precision costs on other rows; an earlier bundle there is replaced. None
            keeps none.

    Returns:
        The manifest of the published bundle.

    Raises:
        ExportGateError: a check of the gate failed.
        ExportError: the graph cannot be exported, `output` or `reference` is in use for something
            else, or one lies in the other.
        BundleError: the runtime refuses the bundle.
    """
    content = bundle_content(trained, golden=golden, evaluation=evaluation)
    if reference is not None:
        _check_apart(Path(output), Path(reference))
        if trained.shipped is not None:
            raise ExportError(
                "only the heads of this model were trained: its float32 graph was never shipped, "
                "so that there is no reference to keep; export without one"
            )
    with ExitStack() as folders:
        work = folders.enter_context(published_folder(Path(output)))
        kept = None
        if reference is not None:
            # Now, not in the end: a folder that may not be replaced is refused before the work.
            kept = folders.enter_context(published_folder(Path(reference)))
        text = trained.config.text
        preparer = TextPreparer(
            trained.tokenizer, text.model_copy(update={"train_length": text.max_length})
        )
        gate: dict[str, Any] = {
            "texts_by_language": texts_by_language,
            "labelled": labelled,
            "temperatures": trained.temperatures,
            "limits": limits,
            "inherited": trained.inherited,
        }
        if trained.shipped is not None:
            manifest = _with_new_heads(trained, trained.shipped, content, work)
            report = run_heads_gate(trained.model, preparer.ids, work / "bundle", **gate)
            return record_verification(work / "bundle", manifest, report.to_dict())
        export_float32(trained.model, work / "float32.onnx")
        applied = quantize_int8(work / "float32.onnx", work / "int8.onnx", quantization)
        if any(trained.model.head(task.name).pieces is not None for task in trained.model.tasks):
            for name in ("float32.onnx", "int8.onnx"):
                _put_heads(trained, work / name, work / name)
        build_bundle(work / "reference", content, work / "float32.onnx", "float32")
        manifest = build_bundle(work / "bundle", content, work / "int8.onnx", "int8")
        report = run_gate(trained.model, preparer.ids, work / "reference", work / "bundle", **gate)
        if kept is not None:
            shutil.copytree(work / "reference", kept / "bundle")
        record = report.to_dict() | {"quantization": applied}
        return record_verification(work / "bundle", manifest, record)


def _with_new_heads(
    trained: TrainedModel, shipped: ShippedGraph, content: BundleContent, work: Path
) -> Manifest:
    """Write `work/bundle`: the shipped graph with the model's heads."""
    _put_heads(trained, shipped.path, work / "heads.onnx")
    manifest = build_bundle(work / "bundle", content, work / "heads.onnx", shipped.precision)
    # How many rows may share a run is a matter of the encoder's graph, whoever exports it again.
    spec = replace(manifest.graph, max_batch=shipped.max_batch)
    return record_verification(work / "bundle", replace(manifest, graphs=(spec,)), {})


def _put_heads(trained: TrainedModel, source: Path, target: Path) -> None:
    """Write a graph with the model's heads, all that belongs to them."""
    model = trained.model
    graph = replace_heads(onnx.load(str(source)), model.tasks, head_arrays(model))
    onnx.save_model(graph, str(target))


def bundle_content(
    trained: TrainedModel,
    *,
    golden: Sequence[Mapping[str, str]],
    evaluation: Mapping[str, Any] | None = None,
) -> BundleContent:
    """Return what a bundle of the model holds besides its graph."""
    config = trained.config
    text = config.text
    normalizer = TextNormalizer(text.normalizer_version, text.normalizer_options)
    thresholds = config.calibration.low_confidence
    return BundleContent(
        name=config.name,
        version=config.version,
        languages=trained.languages,
        tasks=tuple(
            TaskSpec(
                name=task.name,
                labels=task.labels,
                output=output_name(task.name),
                temperature=trained.temperatures[task.name],
                low_confidence=thresholds.get(task.name, 0.0),
                language_temperatures=trained.language_temperatures.get(task.name, {}),
            )
            for task in trained.model.tasks
        ),
        # With every option spelt out: defaults may change, this model's may not.
        normalizer=NormalizerSpec(normalizer.version, dict(normalizer.options)),
        max_length=text.max_length,
        prefix=text.prefix,
        max_windows=text.max_windows,
        romanization=RomanizationSpec(text.romanized_languages),
        tokenizer_json=trained.tokenizer.to_str(),
        golden=golden,
        provenance={
            **trained.provenance,
            **({"inherited_languages": list(trained.inherited)} if trained.inherited else {}),
            "config": config.model_dump(mode="json"),
            "git_commit": git_commit(),
            "packages": package_versions(),
        },
        evaluation=evaluation,
    )


def _check_apart(output: Path, reference: Path) -> None:
    """Refuse two folders of which publishing one would replace the other."""
    first, second = output.resolve(), reference.resolve()
    if first.is_relative_to(second) or second.is_relative_to(first):
        raise ExportError(
            f"the reference {reference} and the bundle {output} must be folders apart: neither "
            "the same nor one in the other"
        )
