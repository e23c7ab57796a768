"""The trials of a search in MLflow: each a run of its own, below that which is the best of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mentionlens_training.tracking.facts import safe_key

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["TRIAL_TAG", "write_trials"]

TRIAL_TAG = "mentionlens.trial"
"""Holds the number of a trial."""

_PARENT = "mlflow.parentRunId"
_FIGURES = ("value", "own", "forgotten", "seconds")
_STATES = {"complete": "FINISHED", "stopped early": "KILLED", "failed": "FAILED"}
_PAGE = 1000


def write_trials(client: MlflowClient, run_id: str, trials: Sequence[Mapping[str, Any]]) -> None:
    """Write each trial as a nested run with its settings and figures; one that is there stays.

    Args:
        client: of the store.
        run_id: of the run that they belong to.
        trials: as `trials.json` has them.
    """
    if not trials:
        return
    experiment = client.get_run(run_id).info.experiment_id
    known = set(_numbers(client, experiment, run_id))
    for trial in trials:
        if str(trial["number"]) not in known:
            _write_trial(client, experiment, run_id, trial)


def _numbers(client: MlflowClient, experiment: str, run_id: str) -> Iterator[str]:
    """Yield the numbers of the trials that were written to the end."""
    token = None
    while True:
        found = client.search_runs(
            [experiment], f"tags.`{_PARENT}` = '{run_id}'", max_results=_PAGE, page_token=token
        )
        for run in found:
            if run.info.status in _STATES.values() and TRIAL_TAG in run.data.tags:
                yield str(run.data.tags[TRIAL_TAG])
        token = found.token
        if not token:
            return


def _write_trial(
    client: MlflowClient, experiment: str, parent: str, trial: Mapping[str, Any]
) -> None:
    from mlflow.entities import Metric, Param, RunTag

    number = str(trial["number"])
    run = client.create_run(experiment, run_name=f"trial {number}", tags={_PARENT: parent})
    now = round(time.time() * 1000)
    error = trial.get("error")
    client.log_batch(
        run.info.run_id,
        metrics=[
            Metric(name, float(trial[name]), now, 0)
            for name in _FIGURES
            if trial.get(name) is not None
        ],
        params=[Param(safe_key(k), json.dumps(v)) for k, v in trial["settings"].items()],
        tags=[RunTag(TRIAL_TAG, number), *([RunTag("error", str(error))] if error else [])],
    )
    client.set_terminated(run.info.run_id, _STATES[trial["state"]])
