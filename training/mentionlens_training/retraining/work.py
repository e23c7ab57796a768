"""What a retraining is given, whatever its depth, and what it makes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentionlens_data.tasks import Task

from mentionlens_training.config import RunConfig
from mentionlens_training.init import Init
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.progress import Watch
from mentionlens_training.retraining.measuring import Logits
from mentionlens_training.retraining.selection import Selection

__all__ = ["Made", "Work"]


@dataclass(frozen=True)
class Work:
    """What a training is given.

    Attributes:
        config: of the run.
        folder: of the run, from which it resumes.
        start: the model to go on from.
        rows: to train on and to measure on.
        tasks: that the model shall answer.
        shared: folder of features that several runs read and add to; None: the run has its own.
        watch: told the validation figures while layers are trained.
    """

    config: RunConfig
    folder: Path
    start: Init
    rows: Selection
    tasks: tuple[Task, ...]
    shared: Path | None
    watch: Watch | None


@dataclass(frozen=True)
class Made:
    """What a training made.

    Attributes:
        model: in evaluation mode.
        temperatures: task to temperature.
        language_temperatures: task to the temperatures of the languages that have their own.
        before: task to the logits of the validation rows before.
        after: likewise, afterwards.
        log: steps, losses and validation figures.
    """

    model: MultiTaskClassifier
    temperatures: dict[str, float]
    language_temperatures: dict[str, dict[str, float]]
    before: Logits
    after: Logits
    log: list[dict[str, Any]]
