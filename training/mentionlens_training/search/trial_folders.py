"""The folders of trials: what stays of them on disk, and what the run takes from the best one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from mentionlens_training.config import RunConfig, check_run_config

__all__ = ["BEST", "TRIALS", "forget_trial", "free_trials", "take_over", "trial_folder"]

TRIALS = "trials"
"""Its name in the folder of the run."""

BEST = "best.toml"
"""The best trial's configuration, in the folder of the trials."""

_WEIGHTS = "model.safetensors"
# What a run can be trained from again, and what only serves it.
_LARGE = ("trained", "base", "features", "training_ids.txt")
_OF_A_RUN = ("trained", "run.json", "training_ids.txt", "forgetting.json", "mlflow.json")


def trial_folder(run: Path, number: int) -> Path:
    """Return the folder of a trial: `RUN/trials/003`."""
    return run / TRIALS / f"{number:03d}"


def forget_trial(run: Path, number: int) -> None:
    """Remove all of a trial that was stopped in the middle."""
    shutil.rmtree(trial_folder(run, number), ignore_errors=True)


def free_trials(run: Path, numbers: list[int], best: int | None) -> None:
    """Remove the weights of trials that have ended; the best one's stages keep theirs.

    Configuration, log and figures of each stay.
    """
    for number in numbers:
        folder = trial_folder(run, number)
        for name in _LARGE:
            _remove(folder / name)
        for path in [*folder.glob(f"*/{_WEIGHTS}"), *folder.glob("*/checkpoints")]:
            if number != best or path.name != _WEIGHTS:
                _remove(path)


def take_over(run: Path, number: int, config: RunConfig, *, keep_base: bool) -> None:
    """Make the run that of the best trial: its trained stages are moved there.

    What an earlier best trial left in the run's own folder goes away.

    Args:
        run: its folder.
        number: of the best trial.
        config: of the best trial.
        keep_base: whether the run's cut encoder is the one of every trial.
    """
    before = _config_of(run)
    if before is not None and before.model_dump() != config.model_dump():
        for stage in before.stages:
            folder = run / stage.name
            if (folder / "log.json").is_file() or (folder / "checkpoints").is_dir():
                _remove(folder)
        for name in _OF_A_RUN if keep_base else (*_OF_A_RUN, "base"):
            _remove(run / name)
    for stage in config.stages:
        made, own = trial_folder(run, number) / stage.name, run / stage.name
        if (made / _WEIGHTS).is_file() and not own.exists():
            made.rename(own)


def _config_of(run: Path) -> RunConfig | None:
    path = run / "run.json"
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return check_run_config(found["config"], str(path))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
