"""The trials of a run in Optuna's storage: a stopped search goes on where it was."""

from __future__ import annotations

import contextlib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentionlens_training.config import RunConfigError
from mentionlens_training.search.errors import OptunaMissingError, SearchError
from mentionlens_training.search.record import COMPLETE, FAILED, STOPPED_EARLY, TrialRecord
from mentionlens_training.search.space import Space
from mentionlens_training.search.worth import Worth

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

__all__ = ["DATABASE", "Trials", "check_optuna", "open_trials"]

DATABASE = "trials.db"
"""Its name in the folder of the run."""

_CLAIM = "run"
_SETTINGS, _SECONDS, _OWN, _FORGOTTEN, _ERROR = "settings", "seconds", "own", "forgotten", "error"
# Tenths of the first stage after which a trial may be stopped early.
_LEAST_TENTHS = 2


def check_optuna(wanted: str) -> None:
    """Refuse at once what Optuna is needed for where it is not installed; nothing is imported.

    Args:
        wanted: what needs it, for the message: `--trials`.

    Raises:
        OptunaMissingError: it is not installed.
    """
    if importlib.util.find_spec("optuna") is None:
        raise OptunaMissingError(
            f'{wanted} needs the search extra: pip install "mentionlens[search]" '
            "(no module 'optuna')"
        )


class Trials:
    """The trials of one run; what each was, and what comes next.

    A trial that was stopped in the middle never counts: it is marked as failed, and made again.
    The draw of a trial depends on the seed and on the trials that ended before it, so that a
    stopped search makes the same ones as one that was not.

    Args:
        study: Optuna's.
        space: what is tried.
    """

    def __init__(self, study: Study, space: Space) -> None:
        self._study, self._space = study, space

    @property
    def ended(self) -> list[TrialRecord]:
        """The trials that count, in the order in which they were made."""
        return [_record(trial) for trial in self._ended()]

    @property
    def best(self) -> TrialRecord | None:
        """The complete trial of the highest value, of equal ones the first; None before one is."""
        complete = [trial for trial in self.ended if trial.state == COMPLETE]
        return max(complete, key=lambda trial: trial.value or 0.0, default=None)

    def give_up_stopped(self) -> list[int]:
        """Mark trials that were stopped in the middle as failed, and return their numbers."""
        from optuna.trial import TrialState

        stopped = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        for trial in stopped:
            self._study.tell(trial.number, state=TrialState.FAIL)
        return [trial.number for trial in stopped]

    def begin(self) -> tuple[Trial, dict[str, Any]]:
        """Begin a trial.

        The first one has the settings of the run itself, as far as they lie in the space.

        Returns:
            The trial, and path to value.
        """
        from optuna.samplers import TPESampler
        from optuna.trial import TrialState

        ended = len(self._ended())
        queued = self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        if ended == 0 and not queued:
            self._study.enqueue_trial(self._space.as_it_stands())
        self._study.sampler = TPESampler(
            seed=(1_000_003 * self._space.config.seed + ended) % 2**32,
            n_startup_trials=self._space.search.random_trials,
        )
        trial = self._study.ask()
        settings = self._space.suggest(trial)
        trial.set_user_attr(_SETTINGS, settings)
        return trial, settings

    def complete(self, trial: Trial, worth: Worth, seconds: float) -> None:
        """Record what a trial was worth."""
        trial.set_user_attr(_OWN, worth.own)
        trial.set_user_attr(_FORGOTTEN, worth.forgotten)
        trial.set_user_attr(_SECONDS, seconds)
        self._study.tell(trial, worth.value)

    def stop_early(self, trial: Trial, seconds: float) -> None:
        """Record that a trial did worse than the others at the same point."""
        from optuna.trial import TrialState

        trial.set_user_attr(_SECONDS, seconds)
        self._study.tell(trial, state=TrialState.PRUNED)

    def fail(self, trial: Trial, error: Exception, seconds: float) -> None:
        """Record that the settings of a trial cannot be trained; it counts as made.

        Where no trial has ended well, it does not count: the fault may be the run's own.
        """
        from optuna.trial import TrialState

        if self.best is not None:
            trial.set_user_attr(_ERROR, str(error))
        trial.set_user_attr(_SECONDS, seconds)
        self._study.tell(trial, state=TrialState.FAIL)

    def _ended(self) -> Sequence[FrozenTrial]:
        from optuna.trial import TrialState

        done = (TrialState.COMPLETE, TrialState.PRUNED)
        trials = self._study.get_trials(deepcopy=False)
        return [trial for trial in trials if trial.state in done or _ERROR in trial.user_attrs]


@contextlib.contextmanager
def open_trials(folder: Path, space: Space, claim: Mapping[str, Any]) -> Iterator[Trials]:
    """Open the trials of a run, `trials.db` in its folder, or begin them.

    Args:
        folder: of the run.
        space: what is tried.
        claim: what the search is of, as JSON: trials of another one do not compare.

    Raises:
        RunConfigError: the folder holds a search of something else.
        SearchError: the database cannot be read or written.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = folder / DATABASE
    # Optuna fills in what stands in braces.
    address = str(path.resolve()).replace("{", "{{").replace("}", "}}")
    try:
        study = optuna.create_study(
            storage=f"sqlite:///{address}",
            study_name="trials",
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(
                n_startup_trials=space.search.random_trials, n_warmup_steps=_LEAST_TENTHS
            ),
        )
        _check_claim(study, json.loads(json.dumps(claim)), path)
        yield Trials(study, space)
    except (SQLAlchemyError, optuna.exceptions.OptunaError) as error:
        reason = str(error).partition("\n")[0]
        raise SearchError(
            f"{path}: cannot be used: {reason}; name another --run, or remove this one to search "
            "anew"
        ) from error


def _check_claim(study: Study, claim: Mapping[str, Any], path: Path) -> None:
    if _CLAIM not in study.user_attrs:
        study.set_user_attr(_CLAIM, claim)
        return
    found = study.user_attrs[_CLAIM]
    other = [name for name in claim if found.get(name) != claim[name]]
    if other:
        raise RunConfigError(
            f"{path}: the trials there were made with another {' and another '.join(other)}; name "
            "another --run, or remove this one to search anew"
        )


def _record(trial: FrozenTrial) -> TrialRecord:
    from optuna.trial import TrialState

    states = {TrialState.COMPLETE: COMPLETE, TrialState.PRUNED: STOPPED_EARLY}
    facts = trial.user_attrs
    return TrialRecord(
        number=trial.number,
        state=states.get(trial.state, FAILED),
        value=None if trial.value is None else round(trial.value, 4),
        own=_rounded(facts.get(_OWN)),
        forgotten=_rounded(facts.get(_FORGOTTEN)),
        settings=facts.get(_SETTINGS, {}),
        seconds=round(facts.get(_SECONDS, 0.0), 1),
        error=facts.get(_ERROR),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
