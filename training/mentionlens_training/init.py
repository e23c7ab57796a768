"""Where a run starts from when not from the base encoder: the trained model of another run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentionlens_data.prepared import PreparedSet

from mentionlens_training.encoder.resolver import Encoder
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.trained import TrainedModel, TrainedModelError, load_trained

__all__ = ["Init", "open_init"]


@dataclass(frozen=True)
class Init:
    """A finished run to go on from.

    Attributes:
        trained: its model.
        training_ids: of the rows that it was trained on, and the runs before it.
        provenance: its name, version, seed, data fingerprint and number of training rows.
    """

    trained: TrainedModel
    training_ids: frozenset[str]
    provenance: dict[str, Any]

    @property
    def encoder(self) -> Encoder:
        """The fine-tuned encoder, with the provenance of the base encoder under it."""
        return Encoder(
            self.trained.model.encoder,
            self.trained.tokenizer,
            self.trained.provenance["encoder"],
        )

    def load_heads(self, model: MultiTaskClassifier) -> None:
        """Copy the heads of the tasks whose labels are the same into `model`."""
        labels = {task.name: task.labels for task in self.trained.model.tasks}
        for task in model.tasks:
            if labels.get(task.name) == task.labels:
                head = self.trained.model.heads[task.name]
                model.heads[task.name].load_state_dict(head.state_dict())

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
