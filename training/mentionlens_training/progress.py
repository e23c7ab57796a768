"""How a training goes: lines on standard error."""

from __future__ import annotations

import sys
import time
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

__all__ = ["ProgressLines", "say"]


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
