"""What is told of the trials of a run: `trials.json`, and a table for the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mentionlens_data.atomic import written_atomically
from mentionlens_data.tables import markdown_table

__all__ = [
    "COMPLETE",
    "FAILED",
    "RECORD",
    "STOPPED_EARLY",
    "TrialRecord",
    "settings_text",
    "to_table",
    "write_record",
]

RECORD = "trials.json"
"""Its name in the folder of the run."""

COMPLETE, STOPPED_EARLY, FAILED = "complete", "stopped early", "failed"
"""States of a trial that has ended."""


@dataclass(frozen=True)
class TrialRecord:
    """One trial that has ended.

    Attributes:
        number: also of its folder.
        state: `complete`, `stopped early` or `failed`.
        value: what the search maximises; of a trial that was stopped early, the last validation
            figure; None where it failed.
        own: macro-F1 in points on one's own rows; None but for a complete trial.
        forgotten: points that the task that was forgotten most has lost; None likewise.
        settings: path to the value that was tried.
        seconds: that it took.
        error: why it failed.
    """

    number: int
    state: str
    value: float | None
    own: float | None
    forgotten: float | None
    settings: Mapping[str, Any]
    seconds: float
    error: str | None = None


def write_record(folder: Path, trials: Sequence[TrialRecord], best: int | None) -> None:
    """Write `trials.json` into the folder of a run.

    Args:
        folder: of the run.
        trials: in the order in which they were made.
        best: number of the best one so far.
    """
    record = {"schema_version": 1, "best": best, "trials": [asdict(trial) for trial in trials]}
    with written_atomically(folder / RECORD) as file:
        file.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def to_table(trials: Sequence[TrialRecord], best: int | None) -> list[str]:
    """Return the lines of a Markdown table; the best trial has a star."""
    names = _short_names({path for trial in trials for path in trial.settings})
    rows = [
        (
            f"{trial.number} *" if trial.number == best else str(trial.number),
            _points(trial.value),
            _points(trial.own),
            _points(trial.forgotten),
            _settings_text(trial.settings, names),
            trial.seconds,
            trial.error or ("" if trial.state == COMPLETE else trial.state),
        )
        for trial in trials
    ]
    return markdown_table(
        ["trial", "value", "own rows", "forgotten", "settings", "seconds", ""], rows
    )


def settings_text(settings: Mapping[str, Any]) -> str:
    """Return settings as one line."""
    return _settings_text(settings, _short_names(settings))


def _settings_text(settings: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return ", ".join(f"{names[path]} {json.dumps(value)}" for path, value in settings.items())


def _short_names(paths: Iterable[str]) -> dict[str, str]:
    """Return each path without the beginning that none of the others needs to be told apart."""
    parts = {path: path.split(".") for path in paths}
    short = {}
    for path, own in parts.items():
        short[path] = path
        for length in range(1, len(own)):
            end = own[-length:]
            if end[0].isdigit():
                # The place in a list alone says nothing.
                continue
            if sum(other[-length:] == end for other in parts.values()) == 1:
                short[path] = ".".join(end)
                break
    return short


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
