"""The value of a trial: one's own rows, and what was forgotten beyond a point."""

from __future__ import annotations

import dataclasses

import pytest
from mentionlens_training.config import RunConfig, SearchConfig
from mentionlens_training.search.errors import SearchError
from mentionlens_training.search.worth import Worth, worth_of
from mentionlens_training.trained import TrainedModel
from tiny import tiny_trained

SPACE = {"seed": {"low": 1, "high": 2}}
SEARCH = SearchConfig.model_validate({"space": SPACE})


@pytest.fixture(scope="module")
def plain() -> TrainedModel:
    return tiny_trained()


def cell(own: bool, lang: str, task: str, rows: int, before: float | None, after: float) -> dict:
    return {
        "own": own, "lang": lang, "task": task, "rows": rows, "before": before, "after": after
    }  # fmt: skip


def retrained(
    plain: TrainedModel, cells: list[dict], log: list[dict] | None = None
) -> TrainedModel:
    return dataclasses.replace(plain, provenance={"retraining": {"cells": cells}}, log=log or [])


def test_tasks_count_alike_and_languages_by_their_rows(plain: TrainedModel) -> None:
    cells = [
        cell(True, "pl", "sentiment", 30, 50.0, 60.0),
        cell(True, "ro", "sentiment", 10, 50.0, 80.0),
        cell(True, "pl", "intent", 4, None, 45.0),
    ]
    assert worth_of(retrained(plain, cells), SEARCH) == Worth(55.0, 55.0, 0.0)


def test_rows_that_the_cross_validation_left_out_count_with_those_for_validation(
    plain: TrainedModel,
) -> None:
    log = [
        {"task": "sentiment", "left_out": {"rows": 30, "macro_f1": 70.0}},
        {"task": "troll", "rows": 3},
    ]
    cells = [cell(True, "pl", "sentiment", 10, 50.0, 90.0)]
    assert worth_of(retrained(plain, cells, log), SEARCH).own == 75.0


def test_the_task_that_is_forgotten_most_costs_what_it_lost_beyond_a_point(
    plain: TrainedModel,
) -> None:
    cells = [
        cell(True, "pl", "sentiment", 30, 50.0, 60.0),
        cell(False, "bg", "sentiment", 90, 70.0, 64.0),
        cell(False, "ro", "sentiment", 40, 70.0, 72.0),
        cell(False, "bg", "troll", 90, 70.0, 69.5),
        cell(False, "bg", "intent", 90, None, 10.0),
    ]
    model = retrained(plain, cells)
    assert worth_of(model, SEARCH) == Worth(59.0, 60.0, 2.0)
    strict = {"space": SPACE, "forgetting_allowed": 0.5, "forgetting_weight": 4}
    assert worth_of(model, SearchConfig.model_validate(strict)).value == 54.0
    # What has got better is no forgetting.
    better = [cells[0], cell(False, "ro", "sentiment", 40, 70.0, 72.0)]
    assert worth_of(retrained(plain, better), SEARCH) == Worth(60.0, 60.0, 0.0)


def test_a_training_is_worth_what_its_last_stage_measured(plain: TrainedModel) -> None:
    values = {"name": "x", "stages": [{"name": n, "sampling": {"rows": 5}} for n in ("a", "b")]}
    log = [
        {"stage": "a", "eval_macro_f1": 0.9},
        {"stage": "b", "eval_macro_f1": 0.7},
        {"stage": "b", "loss": 0.1},
        {"stage": "b", "eval_macro_f1": 0.5},
    ]
    model = dataclasses.replace(plain, config=RunConfig.model_validate(values), log=log)
    assert worth_of(model, SEARCH).value == 50.0
    # Where training ends early, the weights of the best checkpoint are kept.
    values["stages"][1]["optimization"] = {"early_stopping": 2}
    early = dataclasses.replace(model, config=RunConfig.model_validate(values))
    assert worth_of(early, SEARCH).value == 70.0


def test_trials_that_nothing_tells_apart_are_refused(plain: TrainedModel) -> None:
    with pytest.raises(SearchError, match="none of your own rows is for validation"):
        worth_of(retrained(plain, [cell(False, "bg", "troll", 90, 70.0, 69.5)]), SEARCH)
    with pytest.raises(SearchError, match=r"'all' measured no validation row.*evaluation_rows"):
        worth_of(plain, SEARCH)
