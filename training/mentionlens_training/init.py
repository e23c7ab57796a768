"""Where a run starts from when not from the base encoder: a model that was trained before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mentionlens_data.prepared import PreparedSet
from mentionlens_data.tasks import Task
from torch import Tensor

from mentionlens_training.encoder.resolver import Encoder
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.trained import TrainedModel, TrainedModelError, load_trained

__all__ = ["Init", "open_init"]


@dataclass(frozen=True)
class Init:
    """A model to go on from.

    Attributes:
        trained: the model; without tasks where it is an encoder alone.
        training_ids: of the rows that it was trained on, and the runs before it; empty for a
            bundle, which keeps no ids.
        provenance: its name, version, seed, data fingerprint and number of training rows.
        golden: file of golden texts that it brings along; None where it brings none.
    """

    trained: TrainedModel
    training_ids: frozenset[str]
    provenance: dict[str, Any]
    golden: Path | None = None

    @property
    def encoder(self) -> Encoder:
        """The fine-tuned encoder, with the provenance of the base encoder under it."""
        return Encoder(
            self.trained.model.encoder,
            self.trained.tokenizer,
            self.trained.provenance["encoder"],
        )

    def head(self, task: Task) -> tuple[Tensor, Tensor] | None:
        """Return the weight (labels, size) and bias (labels,) that a task's head starts from.

        Labels that the model knows have their own rows, new ones the mean of them. None where it
        does not know the task, or knows labels that the task has no more.
        """
        known = {own.name: own.labels for own in self.trained.model.tasks}.get(task.name)
        if known is None or not set(known) <= set(task.labels):
            return None
        head = self.trained.model.head(task.name)
        parts = []
        for values in (head.weight.detach(), head.bias.detach()):
            rows = dict(zip(known, values, strict=True))
            parts.append(torch.stack([rows.get(label, values.mean(0)) for label in task.labels]))
        return parts[0], parts[1]

    def pieces(self, task: Task) -> Tensor | None:
        """Return the weights of pieces, (vocabulary, labels), that a task's head starts from.

        As `head` has it for new labels; None where the head has none, or there is no such head.
        """
        if self.head(task) is None:
            return None
        table = self.trained.model.head(task.name).pieces
        if table is None:
            return None
        known = {own.name: own.labels for own in self.trained.model.tasks}[task.name]
        columns = dict(zip(known, table.T, strict=True))
        return torch.stack([columns.get(x, table.mean(1)) for x in task.labels], dim=1)

    def known_labels(self, task: Task) -> list[bool]:
        """Return, for each label of a task, whether the head that it starts from knows it.

        Empty where there is no such head (see `head`).
        """
        if self.head(task) is None:
            return []
        known = {own.name: own.labels for own in self.trained.model.tasks}[task.name]
        return [label in known for label in task.labels]

    def load_heads(self, model: MultiTaskClassifier) -> None:
        """Let every head of `model` start from this model's, where there is one (see `head`)."""
        for task in model.tasks:
            found = self.head(task)
            if found is not None:
                model.head(task.name).put(*found, self.pieces(task))

    def check_held_back(self, prepared: PreparedSet) -> None:
        """Refuse a set that would measure the model on rows it was trained on.

        Raises:
            TrainedModelError: a validation or test row of the set is among the training rows.
        """
        for part in ("validation", "test"):
            seen = [row.id for row in prepared.read(part) if row.id in self.training_ids]
            if seen:
                raise TrainedModelError(
                    f"{len(seen)} rows of the {part} part, such as {seen[0]!r}, were training rows "
                    "of the run to go on from; start from the base encoder, or prepare the set "
                    "with the same seed"
                )


def open_init(run: Path) -> Init:
    """Read the trained model of a finished run.

    Raises:
        TrainedModelError: the run is not finished.
    """
    trained = load_trained(run / "trained")
    path = run / "training_ids.txt"
    if not path.is_file():
        raise TrainedModelError(f"{path} is missing: nobody can say what the run was trained on")
    ids = frozenset(path.read_text(encoding="utf-8").splitlines())
    config = trained.config
    provenance = {
        "name": config.name,
        "version": config.version,
        "seed": config.seed,
        "fingerprint": trained.provenance["data"]["fingerprint"],
        "rows": len(ids),
    }
    return Init(trained, ids, provenance)
