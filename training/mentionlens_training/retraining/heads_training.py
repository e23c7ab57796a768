"""The depth `heads`: heads are trained on what the encoder gives, which stays as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from mentionlens.bundle import sha256_file
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from mentionlens_training.calibration import (
    balanced_weights,
    fit_language_temperatures,
    fit_temperature,
)
from mentionlens_training.config import HeadsConfig
from mentionlens_training.dataset import NO_LABEL, TextPreparer
from mentionlens_training.evaluation.measures.metrics import macro_f1
from mentionlens_training.export.heads import pooled_graph
from mentionlens_training.export.pooled import EncoderPooler, GraphPooler, Pooler
from mentionlens_training.init import Init
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.pieces import bag_of_pieces, piece_information
from mentionlens_training.progress import say
from mentionlens_training.retraining.features import cached_features
from mentionlens_training.retraining.head_rows import HeadRows, HeadStart
from mentionlens_training.retraining.heads import FittedHead, fit_head
from mentionlens_training.retraining.measuring import Logits
from mentionlens_training.retraining.shared_features import SharedFeatures
from mentionlens_training.retraining.work import Made, Work

__all__ = ["train_heads"]


def train_heads(work: Work, options: HeadsConfig) -> Made:
    """Train heads on what the encoder gives."""
    config, start, rows = work.config, work.start, work.rows
    # What the service reads of a mention: one window, whatever training reads.
    text = config.text.model_copy(update={"train_length": config.text.max_length})
    preparer = TextPreparer(start.trained.tokenizer, text)
    old = start.trained.model
    parts = {
        kind: [row.text for row in part]
        for kind, part in (("train", rows.train), ("validation", rows.validation))
    }
    with _pooler(start, work.shared) as (pooler, name):
        features = {
            kind: cached_features(
                texts, preparer, pooler, work.folder / "features" / f"{kind}.npy", encoder=name
            )
            for kind, texts in parts.items()
        }
    vocabulary = old.encoder.config.vocab_size
    bags = {kind: bag_of_pieces(preparer.ids(texts), vocabulary) for kind, texts in parts.items()}
    information = piece_information(
        start.trained.tokenizer, vocabulary, everywhere=set(preparer.ids([""])[0])
    )
    model = MultiTaskClassifier(old.encoder, work.tasks).eval()
    start.load_heads(model)
    fitted: dict[str, FittedHead] = {}
    places: dict[str, NDArray[np.int64]] = {}
    log: list[dict[str, Any]] = []
    for task in work.tasks:
        own = (row for row in rows.train if row.source in rows.own)
        if start.head(task) is not None and not _taught(task, own):
            say(f"{task.name}: your rows say nothing, so that its head stays as it was")
            continue
        known, places[task.name] = _head_rows(
            task, rows.train, features["train"], bags["train"], rows.own
        )
        first = start.head(task) or (
            torch.zeros(len(task.labels), known.features.shape[1]),
            torch.zeros(len(task.labels)),
        )
        head = fit_head(
            known,
            HeadStart(*first, start.pieces(task), information, start.known_labels(task)),
            options,
            seed=config.seed,
        )
        model.head(task.name).put(head.weight, head.bias, head.pieces)
        fitted[task.name] = head
        log.append({"task": task.name, "rows": len(known), **_chosen(head)})
        log[-1] |= _left_out(work, task, head, places[task.name])
        say(f"{task.name}: {len(known):,} rows, {_in_words(head)}")
    before, after = (
        _head_logits(each, features["validation"], bags["validation"]) for each in (old, model)
    )
    temperatures: dict[str, float] = {}
    by_language: dict[str, dict[str, float]] = {}
    for task in work.tasks:
        overall, own_ones = _temperatures(work, task, after[task.name], fitted, places)
        temperatures[task.name], by_language[task.name] = overall, own_ones
    return Made(model, temperatures, by_language, before, after, log)


def _left_out(
    work: Work, task: Task, head: FittedHead, places: NDArray[np.int64]
) -> dict[str, dict[str, float]]:
    """Return how heads of the cross-validation answered those of one's own rows they left out.

    Empty where there were too few rows for a cross-validation.
    """
    train = work.rows.train
    mine = [k for k, i in enumerate(head.held_out) if train[places[i]].source in work.rows.own]
    if not mine:
        return {}
    right = [train[places[head.held_out[k]]].labels[task.name] for k in mine]
    given = [task.labels[int(i)] for i in head.held_out_logits[mine].argmax(axis=1)]
    score = round(100 * macro_f1(right, given), 2)
    return {"left_out": {"rows": len(mine), "macro_f1": score}}


def _temperatures(
    work: Work,
    task: Task,
    logits: NDArray[np.float32],
    fitted: dict[str, FittedHead],
    places: dict[str, NDArray[np.int64]],
) -> tuple[float, dict[str, float]]:
    """Fit on validation rows and on the training rows that the cross-validation left out.

    A head that stays keeps its temperatures, the overall one and those of languages.
    """
    head, before = fitted.get(task.name), work.start.trained
    if head is None:
        own = before.language_temperatures.get(task.name, {})
        return before.temperatures[task.name], own
    labels = _labels(task, work.rows.validation)
    seen = labels != NO_LABEL
    left_out = [work.rows.train[places[task.name][i]] for i in head.held_out]
    langs = [row.lang for row, known in zip(work.rows.validation, seen, strict=True) if known]
    langs += [row.lang for row in left_out]
    if not langs:
        return 1.0, {}
    values = np.concatenate([logits[seen], head.held_out_logits])
    right = np.concatenate([labels[seen], _labels(task, left_out)])
    overall = fit_temperature(values, right, balanced_weights(langs))
    return overall, fit_language_temperatures(values, right, langs, overall)


def _taught(task: Task, rows: Iterable[LabelledMention]) -> bool:
    return any(task.name in row.labels or task.name in row.excluded for row in rows)


@contextmanager
def _pooler(start: Init, shared: Path | None) -> Iterator[tuple[Pooler, str]]:
    """Give what features come from, computed now or, where runs share them, by an earlier run."""
    with _encoder(start) as (pooler, name):
        yield pooler if shared is None else SharedFeatures(pooler, shared, encoder=name), name


@contextmanager
def _encoder(start: Init) -> Iterator[tuple[Pooler, str]]:
    """Give the encoder that features come from, and a name of its weights.

    The graph that was shipped, where there is one: the heads learn from the very numbers that they
    will be given.
    """
    trained = start.trained
    pad_id = trained.model.encoder.config.pad_token_id or 0
    if trained.shipped is None:
        name = json.dumps(start.provenance, sort_keys=True)
        yield EncoderPooler(trained.model.encoder, padding_id=pad_id), name
        return
    graph = pooled_graph(onnx.load(str(trained.shipped.path)))
    with GraphPooler(graph, max_batch=trained.shipped.max_batch, padding_id=pad_id) as pooler:
        yield pooler, sha256_file(trained.shipped.path)


def _chosen(head: FittedHead) -> dict[str, Any]:
    """Return what the cross-validation chose, and by which losses, for the record."""
    return {
        "l2": head.strength.l2,
        "piece_scale": head.strength.piece_scale,
        "losses": {
            f"l2 {strength.l2:g} pieces {strength.piece_scale:g}": round(loss, 4)
            for strength, loss in head.losses.items()
        },
    }


def _in_words(head: FittedHead) -> str:
    """Say what was chosen, and what the best of each piece scale lost on rows that it left out."""
    said = f"l2 {head.strength.l2:g}, pieces {head.strength.piece_scale:g}"
    best: dict[float, float] = {}
    for strength, loss in head.losses.items():
        best[strength.piece_scale] = min(loss, best.get(strength.piece_scale, loss))
    shown = ", ".join(f"{loss:.4f} with pieces {scale:g}" for scale, loss in best.items())
    return f"{said} (loss left out: {shown or 'too few rows'})"


def _head_rows(
    task: Task,
    rows: Sequence[LabelledMention],
    features: NDArray[np.float32],
    bags: csr_matrix,
    own: AbstractSet[str],
) -> tuple[HeadRows, NDArray[np.int64]]:
    """Return the rows that say something about a task, and their places."""
    places = np.array(
        [i for i, row in enumerate(rows) if task.name in row.labels or task.name in row.excluded]
    )
    chosen = [rows[i] for i in places]
    excluded = [
        [task.name not in row.labels and label in row.excluded.get(task.name, ())]
        for row in chosen
        for label in task.labels
    ]
    return (
        HeadRows(
            np.asarray(features[places]),
            _labels(task, chosen),
            np.array(excluded, dtype=bool).reshape(len(chosen), len(task.labels)),
            np.array([row.weight for row in chosen], dtype=np.float32),
            np.array([row.source not in own for row in chosen], dtype=bool),
            [row.group for row in chosen],
            bags[places],
        ),
        places,
    )


def _labels(task: Task, rows: Sequence[LabelledMention]) -> NDArray[np.int64]:
    ids = {label: i for i, label in enumerate(task.labels)}
    return np.array([ids.get(row.labels.get(task.name, ""), NO_LABEL) for row in rows], np.int64)


def _head_logits(
    model: MultiTaskClassifier, features: NDArray[np.float32], bags: csr_matrix
) -> Logits:
    pooled = torch.from_numpy(np.array(features))
    with torch.inference_mode():
        return {
            task.name: model.head(task.name).answer_bags(pooled, bags).numpy()
            for task in model.tasks
        }
