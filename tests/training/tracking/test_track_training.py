"""A training run in MLflow: `mentionlens train --track`, `mentionlens track`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

mlflow = pytest.importorskip("mlflow")
torch = pytest.importorskip("torch")

from gated_bundles import gated_bundle, write_rows
from mentionlens import MentionClassifier
from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_training import cli
from mentionlens_training.config import RunConfig
from mentionlens_training.evaluation.command import run_evaluate
from mentionlens_training.evaluation.reading import read_evaluation
from mentionlens_training.run import train
from mentionlens_training.tracking import TrackingError, track_bundle, track_run, tracked
from mentionlens_training.tracking.curves import curves
from mentionlens_training.tracking.run_folder import read_run
from mentionlens_training.tracking.store import open_store
from tiny import tiny_classifier, tiny_tokenizer

CONFIG = """
name = "tiny"
version = "0.0.2"

[encoder]
name = "{encoder}"

[text]
train_length = 16
max_length = 16

[[stages]]
name = "broad"
sampling.rows = 64
optimization = {{ batch_size = 1, bfloat16 = false, evaluation_rows = 8, checkpoint_steps = 20 }}

[[stages]]
name = "refined"
sampling.rows = 64
optimization = {{ batch_size = 1, bfloat16 = false, evaluation_rows = 8, checkpoint_steps = 20 }}
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared set, an encoder and a run configuration."""
    folder = tmp_path_factory.mktemp("training")
    parts = {
        part: [_row(part, number) for number in range(count)]
        for part, count in (("train", 64), ("validation", 8), ("test", 4))
    }
    write_prepared(folder / "set", parts, [], removed=[], policy="open", seed=1)
    encoder = tiny_classifier().encoder
    encoder.save_pretrained(folder / "encoder")
    tiny_tokenizer().save(str(folder / "encoder" / "tokenizer.json"))
    text = CONFIG.format(encoder=folder / "encoder")
    (folder / "run.toml").write_text(text, encoding="utf-8")
    return folder


def _row(part: str, number: int) -> LabelledMention:
    return LabelledMention(
        id=f"s/{part}-{number}",
        text=("dziękuję", "źle")[number % 2] + f" {number}",
        lang="pl",
        source="s",
        split=part,
        group=f"{part}-{number}",
        labels={"sentiment": ("positive", "negative")[number % 2]},
    )


def train_tracked(work: Path, run: Path, *more: str) -> int:
    words = ["--data", str(work / "set"), "--config", str(work / "run.toml"), "--run", str(run)]
    return cli.train([*words, *more])


def run_of(folder: Path) -> Any:
    """The MLflow run that the folder of a run names."""
    (run_id,) = json.loads((folder / "mlflow.json").read_text(encoding="utf-8")).values()
    return mlflow.MlflowClient().get_run(run_id)


def steps(run: Any, key: str) -> list[int]:
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, key)
    return sorted(metric.step for metric in history)


def test_a_training_leaves_its_configuration_data_and_curves(
    store: Path, work: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    assert train_tracked(work, folder, "--track", "care team") == 0
    run = run_of(folder)
    client = mlflow.MlflowClient()
    assert client.get_experiment(run.info.experiment_id).name == "care team"
    assert run.info.status == "FINISHED"
    assert run.data.params["stages.broad.sampling.rows"] == "64"
    assert run.data.params["text.prefix"] == "query: "
    assert run.data.tags["data.fingerprint"] == read_run(folder).fingerprint
    assert run.data.tags["data.rows"] == "64"
    # The steps of the second stage go on behind those of the first.
    assert steps(run, "validation/sentiment_macro_f1") == [20, 40, 60, 64, 84, 104, 124, 128]
    logged = next(entry for entry in read_run(folder).log if "loss" in entry)
    history = client.get_metric_history(run.info.run_id, "train/loss")
    assert {metric.step: metric.value for metric in history}[50] == logged["loss"]
    assert steps(run, "train/loss") == [50, 114]
    # The mean over a stage is no point of the curve.
    assert steps(run, "stage/loss") == [64, 128]
    assert steps(run, "train/learning_rate") == [50, 114]

    # Called again, it finds everything there.
    assert train_tracked(work, folder, "--track", "care team") == 0
    assert run_of(folder).info.run_id == run.info.run_id
    assert len(steps(run_of(folder), "validation/loss")) == 8


def test_a_stopped_run_is_killed_there_and_goes_on_in_the_same_run(
    store: Path, work: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    config = RunConfig.model_validate(_toml(work))

    def stopped() -> None:
        with tracked("stopped", folder):
            train(work / "set", config, folder)
            # As it is when the process ends between the stages.
            shutil.rmtree(folder / "trained")
            shutil.rmtree(folder / "refined")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    run = run_of(folder)
    assert run.info.status == "KILLED"
    assert steps(run, "validation/loss") == [20, 40, 60, 64]
    with tracked("stopped", folder):
        train(work / "set", config, folder)
    again = run_of(folder)
    assert (again.info.run_id, again.info.status) == (run.info.run_id, "FINISHED")
    assert steps(again, "validation/loss") == [20, 40, 60, 64, 84, 104, 124, 128]


def test_of_a_stage_that_was_stopped_the_last_checkpoint_tells(work: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    config = RunConfig.model_validate(_toml(work))
    folder.mkdir()
    claim = {"config": config.model_dump(mode="json"), "data": "f" * 64}
    (folder / "run.json").write_text(json.dumps(claim), encoding="utf-8")
    for step in (20, 100):
        checkpoint = folder / "broad" / "checkpoints" / f"checkpoint-{step}"
        checkpoint.mkdir(parents=True)
        state = {"log_history": [{"eval_loss": 1.0, "step": n} for n in range(20, step + 1, 20)]}
        (checkpoint / "trainer_state.json").write_text(json.dumps(state), encoding="utf-8")
    record = read_run(folder)
    assert not record.finished
    assert [entry["step"] for entry in record.log] == [20, 40, 60, 80, 100]
    assert {entry["stage"] for entry in record.log} == {"broad"}


def test_heads_alone_have_figures_of_each_task_and_setting() -> None:
    log = [
        {"task": "sentiment", "rows": 90, "l2": 0.1, "losses": {"0.1": 0.5, "1": 0.75}},
        {"task": "troll", "rows": 40, "l2": 1.0, "losses": {}},
    ]
    assert set(curves(log)) == {
        ("train/sentiment/rows", 0, 90.0),
        ("train/sentiment/l2", 0, 0.1),
        ("train/sentiment/losses/0.1", 0, 0.5),
        ("train/sentiment/losses/1", 0, 0.75),
        ("train/troll/rows", 0, 40.0),
        ("train/troll/l2", 0, 1.0),
    }


def test_a_training_that_fails_is_tracked_as_failed_and_fails_as_before(
    store: Path, work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    golden = tmp_path / "golden.jsonl"
    golden.write_text("no golden text\n", encoding="utf-8")
    words = ["--golden", str(golden), "-o", str(tmp_path / "bundle"), "--track", "failed"]
    assert train_tracked(work, folder, *words) == 1
    assert f"{golden}, line 1" in capsys.readouterr().err
    run = run_of(folder)
    assert run.info.status == "FAILED"
    assert len(steps(run, "validation/loss")) == 8


def test_a_wrong_call_does_not_make_a_failure_of_a_finished_run(
    store: Path, work: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    assert train_tracked(work, folder, "--track") == 0
    assert train_tracked(work, folder, "--track", "--seed", "99") == 1
    assert run_of(folder).info.status == "FINISHED"
    experiment = mlflow.MlflowClient().get_experiment(run_of(folder).info.experiment_id)
    assert experiment.name == "mentionlens"


def test_without_mlflow_nothing_is_trained_but_a_line_says_what_to_install(
    work: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    folder = tmp_path / "run"
    assert train_tracked(work, folder, "--track") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mentionlens: --track needs the tracking extra: pip install")
    assert not folder.exists()
    assert cli.track([str(folder)]) == 2
    assert 'pip install "mentionlens[tracking]"' in capsys.readouterr().err
    # All the rest works.
    assert train_tracked(work, folder) == 0
    assert (folder / "trained" / "trained.json").is_file()


def test_a_bundle_brings_its_figures_its_report_and_itself(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = gated_bundle(tmp_path / "bundle", "3")
    rows = write_rows(tmp_path / "rows.jsonl", {"pl": bundle, "ro": bundle}, rows=60)
    evaluation = tmp_path / "evaluation"
    words = [str(bundle), "--data", str(rows), "-o", str(evaluation), "--no-speed"]
    assert run_evaluate([*words, "--robustness-rows", "0", "--resamples", "0"]) == 0
    assert cli.track([str(bundle), "--evaluation", str(evaluation)]) == 0
    (found, model) = capsys.readouterr().out.splitlines()[-2:]
    run_id = found.rpartition(" ")[2]
    client = mlflow.MlflowClient()
    run = client.get_run(run_id)
    measured = read_evaluation(evaluation).language("ro").task("sentiment").scores
    assert run.data.metrics["ro/sentiment/macro_f1"] == measured.macro_f1.value == 1.0
    assert run.data.metrics["ro/sentiment/rows"] == 60
    assert run.data.metrics["mean/sentiment/macro_f1"] == 1.0
    # One label only: shown in brackets in the report, and counted nowhere.
    assert "ro/troll/macro_f1" not in run.data.metrics
    report = {item.path for item in client.list_artifacts(run_id, "report")}
    assert report >= {
        "report/evaluation.json", "report/evaluation.md", "report/index.html", "report/ro.html",
    }  # fmt: skip
    loaded = mlflow.pyfunc.load_model(model.removeprefix("model "))
    import pandas as pd

    table = loaded.predict(pd.DataFrame({"text": ["Gracias!"]}))
    assert list(table["sentiment"]) == [
        MentionClassifier(bundle).predict("Gracias!").sentiment.label
    ]

    # Once more: the same run, and no second copy of the bundle.
    again = track_bundle(bundle, evaluation=evaluation)
    assert (again.run_id, again.model_uri) == (run_id, model.removeprefix("model "))
    assert len(client.get_run(run_id).outputs.model_outputs) == 1


def test_what_does_not_belong_together_is_refused(store: Path, work: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    train(work / "set", RunConfig.model_validate(_toml(work)), folder)
    other = gated_bundle(tmp_path / "bundle", "3")
    with pytest.raises(TrackingError, match="was not exported from the run"):
        track_run(folder, bundle=other)
    turned = gated_bundle(tmp_path / "turned", "4")
    (turned / "evaluation.json").write_bytes(_evaluation_of_another_graph())
    with pytest.raises(TrackingError, match="is the evaluation of another bundle"):
        track_bundle(turned)
    with pytest.raises(TrackingError, match=r"no run\.json"):
        track_run(tmp_path / "nothing")


def test_what_is_neither_run_nor_bundle_is_named(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.track([str(tmp_path)]) == 1
    assert "neither the folder of a run (run.json) nor a bundle" in capsys.readouterr().err


def test_a_store_that_cannot_be_opened_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    assert cli.track([str(gated_bundle(tmp_path / "bundle", "3"))]) == 1
    error = capsys.readouterr().err
    assert "the MLflow store http://127.0.0.1:9" in error
    assert "secret" not in error


def _toml(work: Path) -> dict[str, Any]:
    import tomllib

    return tomllib.loads((work / "run.toml").read_text(encoding="utf-8"))


def _evaluation_of_another_graph() -> bytes:
    golden = Path(__file__).parents[1] / "evaluation" / "golden" / "schema_2.json"
    return golden.read_bytes()


def test_a_file_that_is_no_database_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.db").write_text("no database at all\n" * 100, encoding="utf-8")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(TrackingError, match=r"cannot be opened.*not a database"):
        open_store()


_FIRST_USE = """
import multiprocessing, sys
import mlflow
from mentionlens_training.tracking.store import open_store

def first_use(barrier):
    barrier.wait()
    open_store().search_experiments()

if __name__ == "__main__":
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(3)
    processes = [fork.Process(target=first_use, args=(barrier,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(sum(process.exitcode != 0 for process in processes))
"""


def test_processes_that_open_a_new_store_at_once_wait_for_each_other(tmp_path: Path) -> None:
    environment = os.environ | {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/new.db"}
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_USE],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
