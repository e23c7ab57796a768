"""The search itself: one trial after the other, until there are as many as were asked for."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from mentionlens.errors import MentionlensError
from mentionlens_data.atomic import written_atomically

from mentionlens_training.config import RunConfig
from mentionlens_training.progress import Watch, say
from mentionlens_training.search.errors import SearchError
from mentionlens_training.search.record import settings_text, to_table, write_record
from mentionlens_training.search.space import Space
from mentionlens_training.search.study import DATABASE, Trials, open_trials
from mentionlens_training.search.toml_text import toml_text
from mentionlens_training.search.trial_folders import (
    BEST,
    TRIALS,
    forget_trial,
    free_trials,
    trial_folder,
)
from mentionlens_training.search.watching import TrialWatch
from mentionlens_training.search.worth import worth_of
from mentionlens_training.trained import TrainedModel

__all__ = ["BestTrial", "TrainTrial", "find_best"]

_LOG = "log.txt"


class TrainTrial(Protocol):
    """Trains one run, as it is trained without a search."""

    def __call__(self, config: RunConfig, folder: Path, watch: Watch) -> TrainedModel:
        """Train a run of some configuration in a folder of its own."""


@dataclass(frozen=True)
class BestTrial:
    """What a search has found.

    Attributes:
        number: of the trial.
        config: of the run.
    """

    number: int
    config: RunConfig


def find_best(
    space: Space, run: Path, count: int, *, claim: Mapping[str, Any], train: TrainTrial
) -> BestTrial:
    """Make trials until `count` of them have ended, those of earlier calls included.

    The run's folder gets `trials.db` (Optuna's), `trials.json` (number, value, settings and
    seconds of each), `trials/NNN` (configuration, log and figures of each) and `trials/best.toml`.

    Args:
        space: what is tried.
        run: folder of the run.
        count: trials in all. A trial that was stopped early counts, as does one whose settings
            cannot be trained; one that was stopped from outside does not.
        claim: what the search is of, see `open_trials`.
        train: trains one trial.

    Raises:
        RunConfigError: the folder holds a search of something else.
        SearchError: the folder holds a run that was trained without trials, the database cannot
            be used, or no validation row tells trials apart.
        MentionlensError: the first trial could not be trained; why, by its name.
    """
    if (run / "run.json").is_file() and not (run / DATABASE).is_file():
        raise SearchError(
            f"{run} holds a run that was trained without --trials; name another --run, or remove "
            "this one to start again"
        )
    (run / TRIALS).mkdir(parents=True, exist_ok=True)
    with open_trials(run, space, claim) as trials:
        for number in trials.give_up_stopped():
            say(f"trial {number} was stopped in the middle, and is made again")
            forget_trial(run, number)
        _keep_record(run, trials)
        while (made := len(trials.ended)) < count:
            _make_trial(run, space, trials, train, f"{made + 1} of {count}")
            _keep_record(run, trials)
        ended, best = trials.ended, trials.best
    if best is None:
        raise SearchError(f"{run / TRIALS}: of {len(ended)} trials, none was trained to the end")
    config = space.configured(best.settings)
    with written_atomically(run / TRIALS / BEST) as file:
        file.write(toml_text(config.model_dump(mode="json")))
    for line in to_table(ended, best.number):
        print(line, file=sys.stderr)
    say(f"trial {best.number} is the best of {len(ended)}; {run / TRIALS / BEST} is what it was")
    return BestTrial(best.number, config)


def _make_trial(run: Path, space: Space, trials: Trials, train: TrainTrial, place: str) -> None:
    from optuna import TrialPruned

    trial, settings = trials.begin()
    name = f"trial {trial.number}"
    say(f"{name} ({place}): {settings_text(settings)}")
    folder = trial_folder(run, trial.number)
    began = time.monotonic()

    def seconds() -> float:
        return time.monotonic() - began

    try:
        config = space.configured(settings)
        with _logged(folder) as terminal:
            trained = train(config, folder, TrialWatch(trial, terminal))
        worth = worth_of(trained, space.search)
    except TrialPruned:
        trials.stop_early(trial, seconds())
        say(f"{name}: stopped early after {seconds():.0f} s")
    except MentionlensError as error:
        trials.fail(trial, error, seconds())
        if trials.best is None:
            # The run itself is at fault, or nearly so: other settings would not mend it.
            free_trials(run, [trial.number], None)
            raise
        say(f"{name}: failed: {error}")
    else:
        trials.complete(trial, worth, seconds())
        say(
            f"{name}: {worth.value:.2f} (own rows {worth.own:.2f}, forgotten "
            f"{worth.forgotten:.2f}) after {seconds():.0f} s"
        )


def _keep_record(run: Path, trials: Trials) -> None:
    ended, best = trials.ended, trials.best
    number = None if best is None else best.number
    write_record(run, ended, number)
    free_trials(run, [trial.number for trial in ended], number)


@contextlib.contextmanager
def _logged(folder: Path) -> Iterator[TextIO]:
    """Send the lines of a training to a file of the trial's; yields the terminal."""
    terminal = sys.stderr
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOG).open("a", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        yield terminal
