"""One stage of a run: the rows of its own, in the form of its own, from the weights before it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mentionlens_data.augmentation import augment_some
from mentionlens_data.schema import LabelledMention
from numpy.typing import NDArray
from safetensors.torch import load_model, save_model

from mentionlens_training.config import RunConfig, StageConfig
from mentionlens_training.dataset import HELD, TextPreparer, build_dataset
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.progress import Watch
from mentionlens_training.trainer import fine_tune

__all__ = ["train_stage"]

_WEIGHTS, _LOG, _CHECKPOINTS = "model.safetensors", "log.json", "checkpoints"


def train_stage(
    model: MultiTaskClassifier,
    rows: Sequence[LabelledMention],
    validation: Sequence[LabelledMention],
    stage: StageConfig,
    config: RunConfig,
    *,
    preparer: TextPreparer,
    folder: Path,
    pad_id: int,
    watch: Watch | None = None,
    held: NDArray[np.float32] | None = None,
) -> list[dict[str, Any]]:
    """Train in place and return the log; a stage that is done is read from its folder instead.

    Args:
        model: changed in place.
        rows: as they were drawn; a row that stands there twice may be read in two forms.
        validation: measured at every checkpoint; none: not measured.
        stage: how.
        config: of the run.
        preparer: raw text to ids.
        folder: of the stage; its weights and log stay there, its checkpoints until it is done.
        pad_id: id of the padding piece.
        watch: told the validation figures of a stage that is trained now.
        held: (rows, labels of all tasks) answers to hold, see `held_loss`.
    """
    if (folder / _LOG).is_file():
        load_model(model, folder / _WEIGHTS)
        done: list[dict[str, Any]] = json.loads((folder / _LOG).read_text(encoding="utf-8"))
        return done
    texts = augment_some(rows, stage.augmentation.shares, seed=config.seed)
    train = build_dataset(texts, model.tasks, preparer)
    if held is not None:
        train = train.add_column(HELD, held.tolist())
    log = fine_tune(
        model,
        train,
        build_dataset(validation, model.tasks, preparer) if validation else None,
        stage.optimization,
        seed=config.seed,
        freeze_embeddings=config.encoder.freeze_embeddings,
        output=folder / _CHECKPOINTS,
        pad_id=pad_id,
        trainable_layers=config.encoder.trainable_layers,
        watch=watch,
    )
    log = [{"stage": stage.name, **entry} for entry in log]
    save_model(model, str(folder / _WEIGHTS))
    # The log comes last: a folder that has it is complete.
    (folder / _LOG).write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder / _CHECKPOINTS)
    return log
