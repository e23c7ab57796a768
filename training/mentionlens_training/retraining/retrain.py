"""One retraining: a prepared set and a model in, a better model, and what it cost, out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mentionlens.errors import MentionlensError
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from transformers import set_seed

from mentionlens_training.config import RunConfig
from mentionlens_training.init import Init
from mentionlens_training.progress import Watch, say
from mentionlens_training.retraining.heads_training import train_heads
from mentionlens_training.retraining.layers_training import train_layers
from mentionlens_training.retraining.measuring import cells_of, to_json, to_table
from mentionlens_training.retraining.selection import select_rows
from mentionlens_training.retraining.work import Work
from mentionlens_training.run import claim_folder, data_provenance
from mentionlens_training.trained import TrainedModel, save_trained

__all__ = ["UntaughtTaskError", "retrain"]


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
    work = Work(config, folder, start, rows, prepared.tasks, shared, watch)
    made = train_layers(work) if config.heads is None else train_heads(work, config.heads)
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


def _check_tasks(tasks: Sequence[Task], rows: Sequence[LabelledMention], start: Init) -> None:
    for task in tasks:
        labels = {row.labels.get(task.name) for row in rows} - {None}
        if start.head(task) is None and len(labels) < 2:
            raise UntaughtTaskError(
                f"task {task.name!r} is new to the model, and the training rows have "
                f"{'the one label ' + repr(labels.pop()) if labels else 'no label'} of it: label "
                f"some rows with two or more of {', '.join(task.labels)}, or leave the task out"
            )
