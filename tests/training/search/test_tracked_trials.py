"""Trials in MLflow: each a run of its own below the run that is the best of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

mlflow = pytest.importorskip("mlflow")

from mlflow_store import use_new_store
from search_world import read_json, search


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a store, which is the working directory and what the environment names."""
    folder = tmp_path / "mlflow"
    folder.mkdir()
    use_new_store(folder, monkeypatch)
    yield folder


def nested(parent: str) -> dict[str, mlflow.entities.Run]:
    experiment = mlflow.MlflowClient().get_run(parent).info.experiment_id
    found = mlflow.MlflowClient().search_runs(
        [experiment], f"tags.`mlflow.parentRunId` = '{parent}'"
    )
    return {run.data.tags["mentionlens.trial"]: run for run in found}


def test_each_trial_is_a_nested_run_with_its_settings_and_figures(
    store: Path, world: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert search(world, run, "heads", 2, "--track", "search") == 0
    (parent,) = read_json(run / "mlflow.json").values()
    trials = read_json(run / "trials.json")["trials"]
    found = nested(parent)
    assert set(found) == {"0", "1"}
    for trial in trials:
        data = found[str(trial["number"])].data
        assert data.params == {key: json.dumps(value) for key, value in trial["settings"].items()}
        assert data.metrics == {
            name: trial[name] for name in ("value", "own", "forgotten", "seconds")
        }
        assert found[str(trial["number"])].info.status == "FINISHED"
        assert data.tags["mlflow.runName"] == f"trial {trial['number']}"
    of_run = {item.path for item in mlflow.MlflowClient().list_artifacts(parent, "run")}
    assert "run/trials.json" in of_run

    # Called again it writes no trial twice.
    assert search(world, run, "heads", 2, "--track", "search") == 0
    assert {key: value.info.run_id for key, value in nested(parent).items()} == {
        key: value.info.run_id for key, value in found.items()
    }


def test_trials_that_were_stopped_early_or_failed_are_there_as_such(
    store: Path, world: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert search(world, run, "heads", 1) == 0
    record = read_json(run / "trials.json")
    (first,) = record["trials"]
    nothing = {"own": None, "forgotten": None}
    record["trials"] += [
        {**first, **nothing, "number": 1, "state": "stopped early", "value": 12.5},
        {**first, **nothing, "number": 2, "state": "failed", "value": None, "error": "too deep"},
    ]
    (run / "trials.json").write_text(json.dumps(record), encoding="utf-8")
    from mentionlens_training.tracking import track_run

    found = nested(track_run(run).run_id)
    assert [found[key].info.status for key in ("0", "1", "2")] == ["FINISHED", "KILLED", "FAILED"]
    assert found["1"].data.metrics["value"] == 12.5
    assert "value" not in found["2"].data.metrics
    assert found["2"].data.tags["error"] == "too deep"
