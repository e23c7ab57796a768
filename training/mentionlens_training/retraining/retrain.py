"""One retraining: a prepared set and a model in, a better model, and what it cost, out."""

from __future__ import annotations

import dataclasses
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
from mentionlens.errors import MentionlensError
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from transformers import set_seed

from mentionlens_training.calibration import (
    balanced_weights,
    fit_language_temperatures,
    fit_temperature,
)
from mentionlens_training.config import HeadsConfig, RunConfig
from mentionlens_training.dataset import NO_LABEL, TextPreparer, build_dataset
from mentionlens_training.evaluation.measures.metrics import macro_f1
from mentionlens_training.export.heads import pooled_graph
from mentionlens_training.export.pooled import EncoderPooler, GraphPooler, Pooler
from mentionlens_training.init import Init
from mentionlens_training.logits import predict_logits
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.pieces import bag_of_pieces, piece_information
from mentionlens_training.progress import Watch, say
from mentionlens_training.retraining.features import cached_features
from mentionlens_training.retraining.head_rows import HeadRows, HeadStart
from mentionlens_training.retraining.heads import FittedHead, fit_head
from mentionlens_training.retraining.held_answers import held_answers
from mentionlens_training.retraining.measuring import Logits, cells_of, to_json, to_table
from mentionlens_training.retraining.selection import Selection, select_rows
from mentionlens_training.retraining.shared_features import SharedFeatures
from mentionlens_training.run import (
    claim_folder,
    data_provenance,
    fit_temperatures,
    sample_rows,
)
from mentionlens_training.sampling import draw_epoch
from mentionlens_training.stage import train_stage
from mentionlens_training.trained import TrainedModel, save_trained

__all__ = ["UntaughtTaskError", "retrain"]

_BATCH_SIZE = 64


class UntaughtTaskError(MentionlensError):
    """A new task that no training row answers, or by one label only."""


def retrain(
    data: Path,
    config: RunConfig,
    folder: Path,
    start: Init,
    depth: str,
    *,
    shared: Path | None = None,
    watch: Watch | None = None,
) -> TrainedModel:
    """Retrain a model; everything of the run goes to `folder`, which it resumes from.

    The folder gets what a training's does, and `forgetting.json`: macro-F1 on the validation rows
    of every language x task, before and after.

    Args:
        data: a prepared set, which may ask other tasks than the model answers.
        config: of the run.
        folder: of the run.
        start: the model to go on from. Its encoder is trained in place, unless the heads alone are.
        depth: `heads`, `top` or `full`; for the record.
        shared: folder of features that several runs on one encoder read and add to; None: each
            run computes its own.
        watch: told the validation figures while layers are trained; what it raises ends the run.

    Raises:
        RunConfigError: the folder holds a run of another configuration or of other data.
        TrainedModelError: the model was trained on rows that `data` holds back.
        UntaughtTaskError: nothing is said about a task that the model does not know.
        PreparedSetError: `data` is no prepared set.
    """
    prepared = open_prepared(data)
    folder.mkdir(parents=True, exist_ok=True)
    claim_folder(folder, config, prepared, start)
    set_seed(config.seed)
    start.check_held_back(prepared)
    rows = select_rows(prepared, config, start)
    _check_tasks(prepared.tasks, rows.train, start)
    own = sum(row.source in rows.own for row in rows.train)
    say(f"training on {own:,} of your rows and {len(rows.train) - own:,} of old knowledge")
    training_ids = sorted({row.id for row in rows.train} | start.training_ids)
    (folder / "training_ids.txt").write_text("\n".join(training_ids) + "\n", encoding="utf-8")
    work = _Work(config, folder, start, rows, prepared.tasks, shared, watch)
    made = work.train_layers() if config.heads is None else work.train_heads(config.heads)
    cells = cells_of(
        rows.validation,
        rows.own,
        (start.trained.model.tasks, made.before),
        (prepared.tasks, made.after),
    )
    record = to_json(depth, cells)
    (folder / "forgetting.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    say("macro-F1 on validation rows, before and after:")
    for line in to_table(cells):
        say(f"  {line}")
    trained = TrainedModel(
        made.model.eval(),
        start.trained.tokenizer,
        made.temperatures,
        config,
        rows.languages,
        {
            "encoder": start.encoder.provenance,
            "data": data_provenance(prepared, training_ids, start),
            "init": start.provenance,
            "retraining": record,
        },
        made.log,
        inherited=rows.inherited,
        shipped=start.trained.shipped if config.heads is not None else None,
        language_temperatures=made.language_temperatures,
    )
    save_trained(trained, folder / "trained")
    return trained


@dataclasses.dataclass(frozen=True)
class _Made:
    """What a training made: the model, its temperatures, logits before and after, and the log."""

    model: MultiTaskClassifier
    temperatures: dict[str, float]
    language_temperatures: dict[str, dict[str, float]]
    before: Logits
    after: Logits
    log: list[dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class _Work:
    config: RunConfig
    folder: Path
    start: Init
    rows: Selection
    tasks: tuple[Task, ...]
    shared: Path | None
    watch: Watch | None

    def train_heads(self, options: HeadsConfig) -> _Made:
        """Train heads on what the encoder gives."""
        config, start, rows = self.config, self.start, self.rows
        # What the service reads of a mention: one window, whatever training reads.
        text = config.text.model_copy(update={"train_length": config.text.max_length})
        preparer = TextPreparer(start.trained.tokenizer, text)
        old = start.trained.model
        parts = {
            kind: [row.text for row in part]
            for kind, part in (("train", rows.train), ("validation", rows.validation))
        }
        with _pooler(start, self.shared) as (pooler, name):
            features = {
                kind: cached_features(
                    texts, preparer, pooler, self.folder / "features" / f"{kind}.npy", encoder=name
                )
                for kind, texts in parts.items()
            }
        vocabulary = old.encoder.config.vocab_size
        bags = {
            kind: bag_of_pieces(preparer.ids(texts), vocabulary) for kind, texts in parts.items()
        }
        information = piece_information(
            start.trained.tokenizer, vocabulary, everywhere=set(preparer.ids([""])[0])
        )
        model = MultiTaskClassifier(old.encoder, self.tasks).eval()
        start.load_heads(model)
        fitted: dict[str, FittedHead] = {}
        places: dict[str, NDArray[np.int64]] = {}
        log: list[dict[str, Any]] = []
        for task in self.tasks:
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
            log[-1] |= self._left_out(task, head, places[task.name])
            say(f"{task.name}: {len(known):,} rows, {_in_words(head)}")
        before, after = (
            _head_logits(each, features["validation"], bags["validation"]) for each in (old, model)
        )
        temperatures: dict[str, float] = {}
        by_language: dict[str, dict[str, float]] = {}
        for task in self.tasks:
            overall, own_ones = self._temperatures(task, after[task.name], fitted, places)
            temperatures[task.name], by_language[task.name] = overall, own_ones
        return _Made(model, temperatures, by_language, before, after, log)

    def train_layers(self) -> _Made:
        """Train layers and heads, stage by stage."""
        config, start, rows = self.config, self.start, self.rows
        preparer = TextPreparer(start.trained.tokenizer, config.text)
        pad_id = start.trained.model.encoder.config.pad_token_id or 0
        validation = rows.validation
        say(f"measuring the model as it is on {len(validation):,} validation rows")
        old = start.trained.model
        before = _torch_logits(old, validation, preparer, pad_id)
        held = None
        if any(stage.optimization.hold for stage in config.stages) and old.tasks:
            say(f"reading what the model says of {len(rows.train):,} rows, to hold it to that")
            said = _torch_logits(old, rows.train, preparer, pad_id)
            held = held_answers(rows.train, rows.own, old.tasks, said, self.tasks)
        model = MultiTaskClassifier(old.encoder, self.tasks)
        start.load_heads(model)
        log: list[dict[str, Any]] = []
        for stage in config.stages:
            most = min(stage.sampling.rows, len(rows.train))
            sampling = stage.sampling.model_copy(update={"rows": most})
            order = draw_epoch(rows.train, sampling, config.seed)
            say(f"stage {stage.name}: {len(order):,} rows a pass")
            log += train_stage(
                model,
                [rows.train[i] for i in order],
                sample_rows(validation, stage.optimization.evaluation_rows, config.seed),
                stage,
                config,
                preparer=preparer,
                folder=self.folder / stage.name,
                pad_id=pad_id,
                watch=self.watch,
                held=None if held is None else held[order],
            )
        after = _torch_logits(model, validation, preparer, pad_id)
        say("fitting temperatures on the validation rows")
        temperatures = fit_temperatures(model.eval(), validation, preparer, config, pad_id)
        return _Made(model, *temperatures, before, after, log)

    def _left_out(
        self, task: Task, head: FittedHead, places: NDArray[np.int64]
    ) -> dict[str, dict[str, float]]:
        """Return how heads of the cross-validation answered those of one's own rows they left out.

        Empty where there were too few rows for a cross-validation.
        """
        train = self.rows.train
        mine = [k for k, i in enumerate(head.held_out) if train[places[i]].source in self.rows.own]
        if not mine:
            return {}
        right = [train[places[head.held_out[k]]].labels[task.name] for k in mine]
        given = [task.labels[int(i)] for i in head.held_out_logits[mine].argmax(axis=1)]
        score = round(100 * macro_f1(right, given), 2)
        return {"left_out": {"rows": len(mine), "macro_f1": score}}

    def _temperatures(
        self,
        task: Task,
        logits: NDArray[np.float32],
        fitted: dict[str, FittedHead],
        places: dict[str, NDArray[np.int64]],
    ) -> tuple[float, dict[str, float]]:
        """Fit on validation rows and on the training rows that the cross-validation left out.

        A head that stays keeps its temperatures, the overall one and those of languages.
        """
        head, before = fitted.get(task.name), self.start.trained
        if head is None:
            own = before.language_temperatures.get(task.name, {})
            return before.temperatures[task.name], own
        labels = _labels(task, self.rows.validation)
        seen = labels != NO_LABEL
        left_out = [self.rows.train[places[task.name][i]] for i in head.held_out]
        langs = [row.lang for row, known in zip(self.rows.validation, seen, strict=True) if known]
        langs += [row.lang for row in left_out]
        if not langs:
            return 1.0, {}
        values = np.concatenate([logits[seen], head.held_out_logits])
        right = np.concatenate([labels[seen], _labels(task, left_out)])
        overall = fit_temperature(values, right, balanced_weights(langs))
        return overall, fit_language_temperatures(values, right, langs, overall)


def _check_tasks(tasks: Sequence[Task], rows: Sequence[LabelledMention], start: Init) -> None:
    for task in tasks:
        labels = {row.labels.get(task.name) for row in rows} - {None}
        if start.head(task) is None and len(labels) < 2:
            raise UntaughtTaskError(
                f"task {task.name!r} is new to the model, and the training rows have "
                f"{'the one label ' + repr(labels.pop()) if labels else 'no label'} of it: label "
                f"some rows with two or more of {', '.join(task.labels)}, or leave the task out"
            )


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
        "losses": [
            {**strength._asdict(), "loss": round(loss, 4)} for strength, loss in head.losses.items()
        ],
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


def _torch_logits(
    model: MultiTaskClassifier,
    rows: Sequence[LabelledMention],
    preparer: TextPreparer,
    pad_id: int,
) -> Logits:
    """Return the logits of a model on rows whose labels it need not know."""
    if not model.tasks:
        return {}
    bare = [dataclasses.replace(row, labels={}, excluded={}) for row in rows]
    with torch.autocast("cpu", torch.bfloat16):
        dataset = build_dataset(bare, model.tasks, preparer)
        return predict_logits(model.eval(), dataset, pad_id, _BATCH_SIZE)
