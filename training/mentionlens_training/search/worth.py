"""What a trial is worth: macro-F1 on validation rows, less what it forgets beyond a point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from mentionlens_training.config import SearchConfig
from mentionlens_training.search.errors import SearchError
from mentionlens_training.trained import TrainedModel

__all__ = ["Worth", "worth_of"]


@dataclass(frozen=True)
class Worth:
    """The value of a trial and what it is made of, in points of macro-F1.

    Attributes:
        value: what the search maximises.
        own: mean over the tasks that one's own rows answer.
        forgotten: what the task that is forgotten most has lost; 0 where nothing is known of it.
    """

    value: float
    own: float
    forgotten: float


def worth_of(trained: TrainedModel, search: SearchConfig) -> Worth:
    """Return what a trained model is worth; test rows have no part in it.

    After a retraining a task's figure is the mean over its languages, weighted by rows: of one's
    own validation rows and, where heads alone were trained, of one's own training rows that the
    cross-validation left out, since few rows leave next to none for validation. After a training
    it is what the last stage measured on validation rows: the best of its checkpoints where
    training ends early and keeps that one, or else the last.

    Args:
        trained: the model of the trial.
        search: how much may be forgotten, and what more of it costs.

    Raises:
        SearchError: no validation row says anything.
    """
    record = trained.provenance.get("retraining")
    if record is None:
        own = _measured(trained)
        return Worth(own, own, 0.0)
    cells: Sequence[Mapping[str, Any]] = record["cells"]
    own = _own(cells, trained.log)
    forgotten = _forgotten(cells)
    beyond = max(0.0, forgotten - search.forgetting_allowed)
    return Worth(own - search.forgetting_weight * beyond, own, forgotten)


def _own(cells: Iterable[Mapping[str, Any]], log: Iterable[Mapping[str, Any]]) -> float:
    figures: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for cell in cells:
        if cell["own"]:
            figures[cell["task"]].append((cell["rows"], cell["after"]))
    for entry in log:
        if "left_out" in entry:
            found = entry["left_out"]
            figures[entry["task"]].append((found["rows"], found["macro_f1"]))
    if not figures:
        raise SearchError(
            "none of your own rows is for validation, so that trials cannot be told apart; label "
            "more rows, or train without --trials"
        )
    return fmean(
        fmean((figure for _, figure in found), weights=[rows for rows, _ in found])
        for found in figures.values()
    )


def _forgotten(cells: Iterable[Mapping[str, Any]]) -> float:
    lost: dict[str, list[float]] = defaultdict(list)
    for cell in cells:
        if not cell["own"] and cell["before"] is not None:
            lost[cell["task"]].append(cell["before"] - cell["after"])
    return max([0.0, *(fmean(values) for values in lost.values())])


def _measured(trained: TrainedModel) -> float:
    stage = trained.config.stages[-1]
    figures = [
        100 * float(entry["eval_macro_f1"])
        for entry in trained.log
        if entry.get("stage") == stage.name and "eval_macro_f1" in entry
    ]
    if not figures:
        raise SearchError(
            f"stage {stage.name!r} measured no validation row, so that trials cannot be told "
            "apart: its optimization.evaluation_rows must be above 0, and the set must have "
            "validation rows"
        )
    return max(figures) if stage.optimization.early_stopping is not None else figures[-1]
