"""The export gate: a bundle is published only when it answers as the trained model does.

Every check raises; none warns. The checks need the torch model, the float32 bundle and the bundle
that ships, all three reading the same raw texts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mentionlens.bundle import Bundle
from mentionlens.classifier import MentionClassifier
from mentionlens.tokenization import TextEncoder
from mentionlens_data.schema import LabelledMention

from mentionlens_training.export.errors import ExportGateError
from mentionlens_training.export.gate_report import GateLimits, GateReport
from mentionlens_training.export.gate_runs import (
    Logits,
    alone_and_batched,
    alone_and_in_production,
    largest_difference,
    probabilities,
    torch_logits,
)
from mentionlens_training.export.gate_texts import select_texts
from mentionlens_training.export.machine import describe_machine
from mentionlens_training.export.quantization_loss import answered_labels, check_quantization_loss
from mentionlens_training.export.replay import replay_without_torch
from mentionlens_training.model import MultiTaskClassifier

__all__ = ["check_ids", "check_shipped", "check_tasks", "gate_facts", "run_gate"]

BATCH_SIZES = (1, 7)


def run_gate(
    model: MultiTaskClassifier,
    training_ids: Callable[[Sequence[str]], list[list[int]]],
    float32: str | os.PathLike[str],
    shipped: str | os.PathLike[str],
    *,
    texts_by_language: Mapping[str, Sequence[str]],
    labelled: Sequence[LabelledMention],
    temperatures: Mapping[str, float],
    limits: GateLimits | None = None,
    inherited: Collection[str] = (),
) -> GateReport:
    """Check a bundle against the model that it was made from.

    Args:
        model: the trained model.
        training_ids: raw texts to the ids that training feeds the model, cut to one window.
        float32: folder of the float32 bundle.
        shipped: folder of the bundle that is to be published; same content but the graph.
        texts_by_language: real texts, raw; longer ones are made of them, so that windows are cut.
        labelled: validation rows.
        temperatures: task to the temperature that was fitted.
        limits: what is allowed.
        inherited: languages that are compared on what texts there are, see `TrainedModel`.

    Returns:
        The record for the manifest.

    Raises:
        ExportGateError: a check failed; it names the check, the measured value and the limit.
        BundleError: the runtime refuses one of the bundles.
    """
    limits = limits or GateLimits()
    report = GateReport(limits)
    reference, bundle = Bundle.load(float32), Bundle.load(shipped)
    for each in (reference, bundle):
        check_tasks(model, each, temperatures)
    texts = select_texts(
        texts_by_language, bundle.manifest.languages, limits.texts_per_language, inherited
    )
    report.facts = gate_facts(texts, inherited)
    everything = [text for items in texts.values() for text in items]
    encoder = TextEncoder(bundle)
    check_ids(report, everything, training_ids, encoder, TextEncoder(reference))
    cut = [encoder.encode(text).windows for text in everything]
    windows = [window for parts in cut for window in parts]
    expected = torch_logits(model, windows, BATCH_SIZES[-1], encoder.padding_id)
    single, batched = alone_and_batched(reference, windows, BATCH_SIZES[-1], encoder.padding_id)
    _check_float32(report, expected, single, batched)
    # Where the logits of each text's first window are; texts of several are averaged over them.
    first = np.cumsum([0, *(len(parts) for parts in cut)])[:-1]
    whole = [i for i, parts in enumerate(cut) if len(parts) == 1]
    _check_answers(
        report,
        MentionClassifier(float32),
        [everything[i] for i in whole],
        {name: values[first[whole]] for name, values in expected.items()},
    )
    ours = alone_and_in_production(bundle, windows, encoder.padding_id)
    check_shipped(report, bundle, single, *ours)
    raw = [row.text for row in labelled]
    check_quantization_loss(
        report,
        labelled,
        answered_labels(MentionClassifier(float32), raw),
        answered_labels(MentionClassifier(shipped), raw),
    )
    detail, worst = replay_without_torch(Path(shipped))
    report.at_most("golden_without_torch", worst, limits.shipped_alone, detail)
    return report


def gate_facts(
    texts: Mapping[str, Sequence[str]], inherited: Collection[str] = ()
) -> dict[str, Any]:
    """Return what the record says besides the checks."""
    facts: dict[str, Any] = {
        "machine": describe_machine(),
        "texts": {lang: len(items) for lang, items in texts.items()},
    }
    return facts | ({"inherited": sorted(inherited)} if inherited else {})


def check_tasks(
    model: MultiTaskClassifier, bundle: Bundle, temperatures: Mapping[str, float]
) -> None:
    """Refuse a bundle of other labels or temperatures than the model's.

    Raises:
        ExportGateError: they differ.
    """
    found = [(task.name, task.labels) for task in bundle.manifest.tasks]
    expected = [(task.name, task.labels) for task in model.tasks]
    if found != expected:
        raise ExportGateError(
            "labels", f"{bundle.path}: the manifest has {found}, the model has {expected}"
        )
    fitted = {task.name: task.temperature for task in bundle.manifest.tasks}
    if fitted != dict(temperatures):
        raise ExportGateError(
            "temperatures",
            f"{bundle.path}: the manifest has {fitted}, calibration found {dict(temperatures)}",
        )


def check_ids(
    report: GateReport,
    texts: Sequence[str],
    training_ids: Callable[[Sequence[str]], list[list[int]]],
    *encoders: TextEncoder,
) -> None:
    """Compare the ids that training and bundles make of raw texts.

    Raises:
        ExportGateError: a text has other ids.
    """
    trained = training_ids(texts)
    different = [
        text
        for encoder in encoders
        for text, ids in zip(texts, trained, strict=True)
        if list(encoder.encode(text).windows[0]) != list(ids)
    ]
    example = f"; the first: {different[0][:80]!r}" if different else ""
    report.at_most(
        "tokenizer_ids",
        len(different),
        0,
        f"texts of {len(texts)} that training and the bundle cut into other ids{example}",
    )


def _check_float32(report: GateReport, expected: Logits, single: Logits, batched: Logits) -> None:
    limits = report.limits
    rows = len(next(iter(expected.values())))
    for size, found in zip(BATCH_SIZES, (single, batched), strict=True):
        worst, where = largest_difference(expected, found)
        report.at_most(
            f"float32_logits_batch_{size}",
            worst,
            limits.float32_logits,
            f"torch against the float32 graph, {rows} windows, largest in {where}",
        )
    worst, where = largest_difference(single, batched)
    report.at_most(
        "float32_alone",
        worst,
        limits.float32_alone,
        f"float32 logits alone against in batches of {BATCH_SIZES[-1]}, largest in {where}",
    )


def _check_answers(
    report: GateReport, classifier: MentionClassifier, texts: Sequence[str], logits: Logits
) -> None:
    """Compare the public answers with softmax(torch logits / temperature), label by label."""
    answers = classifier.predict(texts)
    worst, where = 0.0, "no task"
    for task in classifier.manifest.tasks:
        expected = probabilities(logits[task.name], task.temperature)
        found = np.array(
            [
                [answer.tasks[task.name].probabilities[label] for label in task.labels]
                for answer in answers
            ]
        )
        difference = float(np.abs(expected - found).max(initial=0.0))
        if not difference <= worst:
            worst, where = difference, task.name
    report.at_most(
        "float32_probabilities",
        worst,
        report.limits.float32_logits,
        f"softmax(torch logits / temperature) against the float32 bundle's answers to "
        f"{len(answers)} texts, largest in {where}",
    )


def check_shipped(
    report: GateReport, bundle: Bundle, reference: Logits, single: Logits, batched: Logits
) -> None:
    """Compare the shipped graph with float32, and its answers alone with those in bulk.

    Args:
        report: gets the checks.
        bundle: the shipped one.
        reference: float32 logits of some windows.
        single: shipped logits of each window alone.
        batched: shipped logits of the windows in bulk.

    Raises:
        ExportGateError: too many labels differ, or answers depend on their neighbours.
    """
    limit = report.limits.shipped_alone
    worst, where, flips, least, least_task = 0.0, "no task", 0, 1.0, "no task"
    shares: dict[str, float] = {}
    distances: dict[str, float] = {}
    for task in bundle.manifest.tasks:
        alone = probabilities(single[task.name], task.temperature)
        batch = probabilities(batched[task.name], task.temperature)
        truth = probabilities(reference[task.name], task.temperature)
        difference = float(np.abs(alone - batch).max())
        if not difference <= worst:
            worst, where = difference, task.name
        rows = np.arange(len(alone))
        best, other = alone.argmax(axis=1), batch.argmax(axis=1)
        flips += int((alone[rows, best] - alone[rows, other] > limit).sum())
        agreement = float((best == truth.argmax(axis=1)).mean())
        shares[task.name] = round(agreement, 4)
        distances[task.name] = round(float(np.abs(alone - truth).max(axis=1).mean()), 4)
        if not agreement >= least or least_task == "no task":
            least, least_task = agreement, task.name
    report.facts["shipped_agreement"] = shares
    report.facts["shipped_mean_difference"] = distances
    report.at_least(
        "shipped_agreement",
        least,
        report.limits.shipped_agreement,
        f"share of windows with the float32 graph's label, least in {least_task}",
    )
    report.at_most(
        "shipped_alone",
        worst,
        limit,
        f"shipped probabilities alone against in bulk, in batches of at most "
        f"{bundle.manifest.graph.max_batch}, largest in {where}",
    )
    report.at_most(
        "shipped_alone_labels", flips, 0, f"labels that change although they were {limit} apart"
    )
