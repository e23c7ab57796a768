"""Runs that are found by trials: a training, and a retraining of every depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mentionlens_data.prepared import open_prepared

from mentionlens_training.config import RunConfig
from mentionlens_training.init import Init, open_init
from mentionlens_training.progress import Watch
from mentionlens_training.retraining.retrain import retrain
from mentionlens_training.run import train
from mentionlens_training.search.find_best import find_best
from mentionlens_training.search.space import Space
from mentionlens_training.search.trial_folders import TRIALS, take_over
from mentionlens_training.trained import TrainedModel

__all__ = ["retrain_by_trials", "train_by_trials"]

# What decides the cut encoder, beside the data.
_OF_THE_CUT = (
    "encoder.name",
    "encoder.vocabulary",
    "encoder.least_cosine",
    "text",
    "least_rows",
)
_FEATURES = "features"


def train_by_trials(
    data: Path, space: Space, run: Path, count: int, *, init: Path | None = None
) -> TrainedModel:
    """Search for the best settings of a training, and make the run that of the best trial.

    Trials share the cut encoder, unless a setting is tried that changes it.

    Args:
        data: a prepared set.
        space: what is tried; its configuration has stages.
        run: folder of the run, which it resumes from.
        count: trials in all.
        init: folder of another run to go on from, see `mentionlens_training.run.train`.

    Raises:
        MentionlensError: what `find_best` and `train` raise, by its name.
    """
    base = None if space.touches(*_OF_THE_CUT) else run / "base"

    def train_trial(config: RunConfig, folder: Path, watch: Watch) -> TrainedModel:
        return train(data, config, folder, init=init, base=base, watch=watch)

    provenance = None if init is None else open_init(init).provenance
    claim = _claim(data, space, provenance)
    best = find_best(space, run, count, claim=claim, train=train_trial)
    take_over(run, best.number, best.config, keep_base=base is not None)
    return train(data, best.config, run, init=init)


def retrain_by_trials(
    data: Path,
    space: Space,
    run: Path,
    count: int,
    *,
    depth: str,
    start: Init,
    reopen: Callable[[], Init],
) -> TrainedModel:
    """Search for the best settings of a retraining, and make the run that of the best trial.

    Where the encoder stays as it is, what it gives of a mention is computed once for all trials.

    Args:
        data: a prepared set.
        space: what is tried.
        run: folder of the run, which it resumes from.
        count: trials in all.
        depth: `heads`, `top` or `full`.
        start: the model to go on from.
        reopen: opens it again, for trials that train its encoder.

    Raises:
        MentionlensError: what `find_best` and `retrain` raise, by its name.
    """
    shared = run / TRIALS / _FEATURES

    def train_trial(config: RunConfig, folder: Path, watch: Watch) -> TrainedModel:
        own = start if config.heads is not None else reopen()
        return retrain(data, config, folder, own, depth, shared=shared, watch=watch)

    claim = _claim(data, space, start.provenance)
    best = find_best(space, run, count, claim=claim, train=train_trial)
    take_over(run, best.number, best.config, keep_base=False)
    return retrain(data, best.config, run, start, depth, shared=shared)


def _claim(data: Path, space: Space, init: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what trials must have in common to be compared, as words of an error name it."""
    return {
        "configuration": space.config.model_dump(mode="json"),
        "[search] section": space.search.model_dump(mode="json"),
        "prepared set": open_prepared(data).fingerprint,
        "model to go on from": init,
    }
