"""How a training goes: lines on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

__all__ = ["ProgressLines", "Watch", "WatchedValidation", "say"]

Watch = Callable[[int, int, float], None]
"""Told the step, the number of steps and the mean macro-F1 in [0, 1] at every validation; what it
raises ends the training."""


def say(message: str) -> None:
    """Print one line, with the time of day, on standard error."""
    print(f"{time.strftime('%H:%M:%S')} {message}", file=sys.stderr, flush=True)


class ProgressLines(TrainerCallback):
    """Says every logged loss and every validation figure in a line of its own."""

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,  # noqa: ANN401 - what else the trainer passes is not needed
    ) -> None:
        """Print what was logged; the summary of the whole training is left out."""
        figures = logs or {}
        place = f"step {state.global_step} of {state.max_steps}"
        if "loss" in figures:
            say(f"{place}: loss {float(figures['loss']):.4f}")
        if "eval_loss" in figures:
            f1 = ", ".join(
                f"{name.removeprefix('eval_').removesuffix('_macro_f1')} {100 * value:.1f}"
                for name, value in figures.items()
                if name.endswith("_macro_f1") and name != "eval_macro_f1"
            )
            say(f"{place}: validation loss {figures['eval_loss']:.4f}, macro-F1 {f1}")


class WatchedValidation(TrainerCallback):
    """Tells somebody else every validation figure.

    Args:
        watch: who is told.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **_: Any,  # noqa: ANN401 - what else the trainer passes is not needed
    ) -> None:
        """Pass on the mean over the tasks, where a row answered any."""
        if metrics and "eval_macro_f1" in metrics:
            self._watch(state.global_step, state.max_steps, metrics["eval_macro_f1"])
