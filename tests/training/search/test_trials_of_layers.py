"""Trials that train layers, stage by stage: stopped early, killed, failed, and gone on with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mentionlens.cli import main
from mentionlens_training.config import load_run_config
from mentionlens_training.trained import load_trained
from search_world import read_json, search, tried

TRIALS = 4


@pytest.fixture(scope="module")
def searched(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the depth `top` with four trials; no test changes it."""
    run = tmp_path_factory.mktemp("top") / "run"
    assert search(world, run, "top", TRIALS) == 0
    return run


def changed(world: Path, folder: Path, *changes: tuple[str, str]) -> Path:
    """Return a copy of the world in which the configuration of the depth `top` is another."""
    folder.mkdir()
    for name in ("set", "first"):
        (folder / name).symlink_to(world / name)
    text = (world / "top.toml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "top.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_trial_that_does_worse_than_the_others_is_stopped_early_and_counts(
    searched: Path,
) -> None:
    record = read_json(searched / "trials.json")
    states = [trial["state"] for trial in record["trials"]]
    assert len(states) == TRIALS
    assert set(states) == {"complete", "stopped early"}
    # Not before there are others to be compared with.
    assert states[:2] == ["complete", "complete"]
    complete = [trial for trial in record["trials"] if trial["state"] == "complete"]
    best = max(complete, key=lambda trial: trial["value"])
    assert record["best"] == best["number"]
    early = next(trial for trial in record["trials"] if trial["state"] == "stopped early")
    assert early["own"] is None
    # It was not trained to the end.
    assert not (searched / "trials" / f"{early['number']:03d}" / "forgetting.json").exists()


def test_the_layers_of_the_best_trial_are_taken_over_and_those_of_others_removed(
    searched: Path,
) -> None:
    best = read_json(searched / "trials.json")["best"]
    assert (searched / "top" / "model.safetensors").is_file()
    assert not (searched / "trials" / f"{best:03d}" / "top").exists()
    assert list((searched / "trials").rglob("*.safetensors")) == []
    assert list((searched / "trials").rglob("checkpoints")) == []
    # What lost keeps the curve of its training.
    logs = [path.parent.parent.name for path in (searched / "trials").rglob("log.json")]
    states = read_json(searched / "trials.json")["trials"]
    complete = {f"{t['number']:03d}" for t in states if t["state"] == "complete"}
    assert set(logs) == complete - {f"{best:03d}"}
    of_trial = read_json(searched / "trials" / f"{best:03d}" / "forgetting.json")
    assert read_json(searched / "forgetting.json") == of_trial
    config = load_trained(searched / "trained").config
    assert config == load_run_config(searched / "trials" / "best.toml")


def test_every_trial_starts_from_the_same_model(searched: Path) -> None:
    before = [
        cell["before"]
        for path in (searched / "trials").glob("*/forgetting.json")
        for cell in read_json(path)["cells"]
        if cell["own"]
    ]
    assert len(before) >= 2
    assert len(set(before)) == 1


def test_a_search_that_was_killed_within_a_trial_ends_as_one_that_was_not(
    searched: Path, world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = ["train", "--data", world / "set", "--config", world / "top.toml", "--run", run]
    words += ["--init", world / "first", "--depth", "top", "--trials", TRIALS]
    command = [sys.executable, "-m", "mentionlens", *map(str, words)]
    log = run / "trials" / "001" / "log.txt"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 900
        # In the middle of the second trial: it has been training for some steps.
        while not (log.is_file() and "validation loss" in log.read_text(encoding="utf-8")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert len(tried(run)) == 1
    assert search(world, run, "top", TRIALS) == 0
    assert "trial 1 was stopped in the middle, and is made again" in capsys.readouterr().err
    assert not (run / "trials" / "001").exists()
    trials = read_json(run / "trials.json")["trials"]
    assert [trial["number"] for trial in trials] == [0, 2, 3, 4]
    assert tried(run) == tried(searched)
    assert (run / "trials" / "best.toml").read_bytes() == (
        searched / "trials" / "best.toml"
    ).read_bytes()


def test_a_search_that_was_killed_after_its_trials_takes_the_best_over(
    searched: Path, world: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(searched, run)
    best = read_json(run / "trials.json")["best"]
    # As it is when the process ends before the run has anything of its own.
    (run / "top").rename(run / "trials" / f"{best:03d}" / "top")
    for name in ("trained", "run.json", "training_ids.txt", "forgetting.json"):
        path = run / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert search(world, run, "top", TRIALS) == 0
    assert tried(run) == tried(searched)
    assert (run / "top" / "model.safetensors").is_file()
    assert read_json(run / "forgetting.json") == read_json(searched / "forgetting.json")


def test_a_better_trial_later_takes_the_place_of_the_earlier_best(
    world: Path, tmp_path: Path
) -> None:
    # As it stands it learns next to nothing.
    slow = [
        (
            "learning_rate = 1e-3\nhead_learning_rate = 1e-2",
            "learning_rate = 1e-9\nhead_learning_rate = 1e-9",
        )
    ]
    other = changed(world, tmp_path / "world", *slow)
    run = tmp_path / "run"
    assert search(other, run, "top", 1) == 0
    first = load_trained(run / "trained").config
    assert first.stages[0].optimization.head_learning_rate == 1e-9
    before = (run / "top" / "model.safetensors").read_bytes()
    assert search(other, run, "top", TRIALS) == 0
    assert read_json(run / "trials.json")["best"] > 0
    found = load_trained(run / "trained").config
    assert found.stages[0].optimization.learning_rate > 1e-9
    assert (run / "top" / "model.safetensors").read_bytes() != before
    config = load_run_config(run / "trials" / "best.toml")
    assert read_json(run / "run.json")["config"] == config.model_dump(mode="json")


def test_settings_that_cannot_be_trained_fail_by_name_and_the_search_goes_on(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = [
        ('[search.space."encoder.trainable_layers"]\nlow = 1\nhigh = 2',
         '[search.space."encoder.trainable_layers"]\nchoices = [1, 8, 9, 10, 11]'),
        ("epochs = 2", "epochs = 0.2"),
    ]  # fmt: skip
    other = changed(world, tmp_path / "world", *deep)
    run = tmp_path / "run"
    assert search(other, run, "top", 3) == 0
    trials = read_json(run / "trials.json")["trials"]
    failed = [trial for trial in trials if trial["state"] == "failed"]
    assert len(trials) == 3
    assert failed
    assert "has 2 layers" in failed[0]["error"]
    assert f"trial {failed[0]['number']}: failed: encoder.trainable_layers is" in (
        capsys.readouterr().err
    )
    assert load_trained(run / "trained").config.encoder.trainable_layers == 1


def test_a_run_that_cannot_be_trained_as_it_stands_ends_the_search(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = [
        ("trainable_layers = 1", "trainable_layers = 9"),
        ('[search.space."encoder.trainable_layers"]\nlow = 1\nhigh = 2',
         '[search.space."encoder.trainable_layers"]\nchoices = [1, 9]'),
    ]  # fmt: skip
    other = changed(world, tmp_path / "world", *deep)
    assert search(other, tmp_path / "run", "top", 3) == 1
    assert "mentionlens: encoder.trainable_layers is 9" in capsys.readouterr().err
    assert tried(tmp_path / "run") == []


def test_trials_of_a_training_share_its_encoder_and_its_best_becomes_the_run(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert search(world, run, "run", 3) == 0
    trials = read_json(run / "trials.json")["trials"]
    complete = [trial for trial in trials if trial["state"] == "complete"]
    best = max(complete, key=lambda trial: trial["value"])
    config = load_trained(run / "trained").config
    assert config == load_run_config(run / "trials" / "best.toml")
    rate = best["settings"]["stages.0.optimization.learning_rate"]
    assert config.stages[0].optimization.learning_rate == rate
    log = load_trained(run / "trained").log
    last = [x["eval_macro_f1"] for x in log if x["stage"] == "refined" and "eval_macro_f1" in x]
    assert best["value"] == pytest.approx(100 * last[-1], abs=1e-3)
    assert (run / "base" / "encoder.json").is_file()
    assert list((run / "trials").rglob("encoder.json")) == []
    assert {path.parent.name for path in run.glob("*/model.safetensors")} >= {"broad", "refined"}
    # The best trial's stages were not trained a second time.
    assert "step 4 of" not in capsys.readouterr().err.partition("is the best of")[2]


def test_a_training_without_a_space_says_what_to_write(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (world / "run.toml").read_text(encoding="utf-8").partition("[search")[0]
    path = tmp_path / "run.toml"
    path.write_text(text, encoding="utf-8")
    words = ["train", "--data", world / "set", "--config", path, "--run", tmp_path / "run"]
    assert main([str(word) for word in [*words, "--trials", 2]]) == 1
    assert f"mentionlens: {path}: --trials needs a section [search]" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
