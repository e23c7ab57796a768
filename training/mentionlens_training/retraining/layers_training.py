"""The depths `top` and `full`: layers are trained, stage by stage, and old answers held."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from mentionlens_data.schema import LabelledMention

from mentionlens_training.dataset import TextPreparer, build_dataset
from mentionlens_training.logits import predict_logits
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.progress import say
from mentionlens_training.retraining.held_answers import held_answers
from mentionlens_training.retraining.measuring import Logits
from mentionlens_training.retraining.work import Made, Work
from mentionlens_training.run import fit_temperatures, sample_rows
from mentionlens_training.sampling import draw_epoch
from mentionlens_training.stage import train_stage

__all__ = ["train_layers"]

_BATCH_SIZE = 64


def train_layers(work: Work) -> Made:
    """Train layers and heads, stage by stage."""
    config, start, rows = work.config, work.start, work.rows
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
        held = held_answers(rows.train, rows.own, old.tasks, said, work.tasks)
    model = MultiTaskClassifier(old.encoder, work.tasks)
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
            folder=work.folder / stage.name,
            pad_id=pad_id,
            watch=work.watch,
            held=None if held is None else held[order],
        )
    after = _torch_logits(model, validation, preparer, pad_id)
    say("fitting temperatures on the validation rows")
    temperatures = fit_temperatures(model.eval(), validation, preparer, config, pad_id)
    return Made(model, *temperatures, before, after, log)


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
