"""A trial while it is trained: its validation figures are told, and it may be stopped early."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from optuna import Trial

__all__ = ["TrialWatch"]


class TrialWatch:
    """Tells Optuna a figure for every tenth of a stage, whatever the number of its steps.

    Args:
        trial: Optuna's.
        terminal: gets a line for each of them.
    """

    def __init__(self, trial: Trial, terminal: TextIO) -> None:
        self._trial, self._terminal = trial, terminal
        self._stage, self._last, self._told = 0, (0, 0), -1

    def __call__(self, step: int, steps: int, macro_f1: float) -> None:
        """Take a validation figure.

        Args:
            step: of the stage.
            steps: of the whole stage.
            macro_f1: mean over the tasks, in [0, 1].

        Raises:
            TrialPruned: the trial does worse than the median of the others at this point.
        """
        from optuna import TrialPruned

        before, steps_before = self._last
        if steps_before and (steps != steps_before or step < before):
            self._stage += 1
        self._last = step, steps
        tenth = 10 * self._stage + 10 * step // max(steps, 1)
        if tenth <= self._told:
            return
        self._told = tenth
        line = f"trial {self._trial.number}: step {step} of {steps}, macro-F1 {100 * macro_f1:.1f}"
        print(time.strftime("%H:%M:%S"), line, file=self._terminal, flush=True)
        self._trial.report(100 * macro_f1, tenth)
        if self._trial.should_prune():
            raise TrialPruned
