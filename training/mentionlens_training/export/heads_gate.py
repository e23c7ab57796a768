"""The export gate of a bundle that has new heads on an encoder that shipped before.

The encoder's part of the graph is copied bit for bit, and passed the whole gate when it was first
exported. What is new is checked: that the heads are the trained ones, that training reads what the
bundle reads, that answers do not depend on their neighbours, and what the encoder's precision costs
the new heads. Every check raises; none warns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from mentionlens.bundle import Bundle
from mentionlens.classifier import MentionClassifier
from mentionlens.tokenization import TextEncoder
from mentionlens_data.schema import LabelledMention

from mentionlens_training.export.gate import check_ids, check_shipped, check_tasks, gate_facts
from mentionlens_training.export.gate_report import GateLimits, GateReport
from mentionlens_training.export.gate_runs import (
    Logits,
    alone_and_in_production,
    largest_difference,
    torch_logits,
)
from mentionlens_training.export.gate_texts import select_texts
from mentionlens_training.export.heads import head_arrays, pooled_graph
from mentionlens_training.export.pooled import GraphPooler
from mentionlens_training.export.quantization_loss import (
    Labels,
    answered_labels,
    check_quantization_loss,
)
from mentionlens_training.export.replay import replay_without_torch
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.pieces import bag_of_pieces

__all__ = ["run_heads_gate"]

_BATCH_SIZE = 32
# The encoder passed on 200 texts of each language; the heads are as good as any on these.
_TEXTS_PER_LANGUAGE = 20


def run_heads_gate(
    model: MultiTaskClassifier,
    training_ids: Callable[[Sequence[str]], list[list[int]]],
    shipped: Path,
    *,
    texts_by_language: Mapping[str, Sequence[str]],
    labelled: Sequence[LabelledMention],
    temperatures: Mapping[str, float],
    limits: GateLimits | None = None,
    inherited: Collection[str] = (),
) -> GateReport:
    """Check a bundle with new heads against the model that they belong to.

    Args:
        model: the trained heads on the encoder in float32.
        training_ids: raw texts to the ids that training feeds the model, cut to one window.
        shipped: folder of the bundle that is to be published.
        texts_by_language: real texts, raw; longer ones are made of them, so that windows are cut.
        labelled: validation rows.
        temperatures: task to the temperature that was fitted.
        limits: what is allowed.
        inherited: languages that are compared on what texts there are, see `TrainedModel`.

    Returns:
        The record for the manifest.

    Raises:
        ExportGateError: a check failed; it names the check, the measured value and the limit.
        BundleError: the runtime refuses the bundle.
    """
    limits = limits or GateLimits(texts_per_language=_TEXTS_PER_LANGUAGE)
    report = GateReport(limits)
    bundle = Bundle.load(shipped)
    check_tasks(model, bundle, temperatures)
    texts = select_texts(
        texts_by_language, bundle.manifest.languages, limits.texts_per_language, inherited
    )
    report.facts = gate_facts(texts, inherited) | {"encoder": "as it was shipped before"}
    everything = [text for items in texts.values() for text in items]
    encoder = TextEncoder(bundle)
    check_ids(report, everything, training_ids, encoder)
    windows = [window for text in everything for window in encoder.encode(text).windows]
    alone, bulk = alone_and_in_production(bundle, windows, encoder.padding_id)
    _check_heads(report, model, bundle, windows, alone)
    expected = torch_logits(model, windows, _BATCH_SIZE, encoder.padding_id)
    check_shipped(report, bundle, expected, alone, bulk)
    raw = [row.text for row in labelled]
    check_quantization_loss(
        report,
        labelled,
        _torch_labels(model, training_ids(raw), encoder.padding_id),
        answered_labels(MentionClassifier(shipped), raw),
        # What the encoder loses by language was found when it was exported.
        together=True,
    )
    detail, worst = replay_without_torch(shipped)
    report.at_most("golden_without_torch", worst, limits.shipped_alone, detail)
    return report


def _check_heads(
    report: GateReport,
    model: MultiTaskClassifier,
    bundle: Bundle,
    windows: Sequence[Sequence[int]],
    found: Logits,
) -> None:
    """Compare the graph's logits with the trained heads on what its own encoder gives."""
    with GraphPooler(
        pooled_graph(onnx.load(str(bundle.graph_path))), max_batch=1, padding_id=0
    ) as pooler:
        pooled = pooler(windows).astype(np.float64)
    bag = bag_of_pieces(windows, model.encoder.config.vocab_size)
    expected = {}
    for name, head in head_arrays(model).items():
        expected[name] = pooled @ head.weight.T.astype(np.float64) + head.bias
        if head.pieces is not None:
            expected[name] += bag @ head.pieces.astype(np.float64)
    worst, where = largest_difference(expected, found)
    report.at_most(
        "heads",
        worst,
        report.limits.float32_logits,
        f"the trained heads on the shipped encoder against the graph's logits, {len(windows)} "
        f"windows, largest in {where}",
    )


def _torch_labels(
    model: MultiTaskClassifier, ids: Sequence[Sequence[int]], padding_id: int
) -> Labels:
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    logits = torch_logits(model, [ids[i] for i in order], _BATCH_SIZE, padding_id)
    labels: dict[str, list[str]] = {}
    for task in model.tasks:
        given = [""] * len(ids)
        for i, best in zip(order, logits[task.name].argmax(axis=1), strict=True):
            given[i] = task.labels[int(best)]
        labels[task.name] = given
    return labels
