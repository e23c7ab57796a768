"""`mentionlens train --depth heads --trials N`: the best of N trials becomes the run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from mentionlens.cli import main
from mentionlens_training.config import load_run_config
from mentionlens_training.trained import load_trained
from search_world import read_json, search, tried, write_set

TRIALS = 5


@pytest.fixture(scope="module")
def searched(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with five trials; no test changes it."""
    run = tmp_path_factory.mktemp("heads") / "run"
    assert search(world, run, "heads", TRIALS) == 0
    return run


def test_the_best_of_the_trials_becomes_the_run(searched: Path) -> None:
    record = read_json(searched / "trials.json")
    trials = record["trials"]
    assert [trial["number"] for trial in trials] == list(range(TRIALS))
    assert {trial["state"] for trial in trials} == {"complete"}
    values = [trial["value"] for trial in trials]
    assert len(set(values)) > 1
    assert values[record["best"]] == max(values)
    best = trials[record["best"]]
    config = load_trained(searched / "trained").config
    assert config == load_run_config(searched / "trials" / "best.toml")
    assert config.heads is not None
    assert config.heads.class_weight_exponent == best["settings"]["heads.class_weight_exponent"]
    assert config.heads.l2 == best["settings"]["heads.l2"]
    assert config.rehearsal.rows == best["settings"]["rehearsal.rows"]
    # What was measured in the trial is what the run itself is worth.
    of_trial = searched / "trials" / f"{record['best']:03d}" / "forgetting.json"
    assert read_json(searched / "forgetting.json") == read_json(of_trial)


def test_the_first_trial_is_the_configuration_as_it_stands(searched: Path) -> None:
    settings, _ = tried(searched)[0]
    assert settings == {
        "heads.class_weight_exponent": 0.5, "heads.l2": [1.0, 100.0], "rehearsal.rows": 60,
    }  # fmt: skip


def test_figures_of_every_trial_stay_and_weights_go(searched: Path) -> None:
    for number in range(TRIALS):
        folder = searched / "trials" / f"{number:03d}"
        left = {path.name for path in folder.iterdir()}
        assert left == {"run.json", "forgetting.json", "log.txt"}
        assert "macro-F1 on validation rows" in (folder / "log.txt").read_text(encoding="utf-8")
    assert (searched / "trained" / "heads.safetensors").is_file()


def test_a_mention_is_read_once_for_all_trials(searched: Path) -> None:
    (keys,) = (searched / "trials" / "features").glob("*.keys")
    # Own training and validation rows, and those of old knowledge: the texts are all different.
    own, known = 160 + 60, 60 + 40
    assert keys.stat().st_size // 16 == own + known


def test_a_configuration_that_was_found_trains_the_same_heads(
    searched: Path, world: Path, tmp_path: Path
) -> None:
    words = ["train", "--data", world / "set", "--init", world / "first", "--depth", "heads"]
    words += ["--config", searched / "trials" / "best.toml", "--run", tmp_path / "run"]
    assert main([str(word) for word in words]) == 0
    assert read_json(tmp_path / "run" / "run.json") == read_json(searched / "run.json")
    record = read_json(tmp_path / "run" / "forgetting.json")
    assert record == read_json(searched / "forgetting.json")


def test_no_test_row_decides_anything(searched: Path, world: Path, tmp_path: Path) -> None:
    other = tmp_path / "world"
    other.mkdir()
    for name in ("heads.toml", "first"):
        (other / name).symlink_to(world / name)
    turned = {"positive": "negative", "negative": "positive", "neutral": "positive"}
    write_set(other / "set", test=turned)
    assert search(other, tmp_path / "run", "heads", TRIALS) == 0
    assert tried(tmp_path / "run") == tried(searched)


def test_more_trials_go_on_and_fewer_change_nothing(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert search(world, run, "heads", 2) == 0
    two = tried(run)
    assert search(world, run, "heads", TRIALS) == 0
    five = tried(run)
    assert (len(two), len(five), five[:2]) == (2, TRIALS, two)
    best = max(five, key=lambda trial: trial[1])
    config = load_trained(run / "trained").config
    assert config.rehearsal.rows == best[0]["rehearsal.rows"]
    capsys.readouterr()
    assert search(world, run, "heads", 1) == 0
    assert tried(run) == five
    assert f"the best of {TRIALS}" in capsys.readouterr().err


def test_a_stopped_search_ends_as_one_that_was_not(
    searched: Path, world: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    for trials in (1, 3, TRIALS):
        assert search(world, run, "heads", trials) == 0
    assert tried(run) == tried(searched)
    for name in ("trained/heads.safetensors", "trials/best.toml"):
        assert (run / name).read_bytes() == (searched / name).read_bytes()


def test_the_terminal_shows_a_table_of_the_trials(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(world, tmp_path / "run", "heads", 2) == 0
    found = capsys.readouterr()
    assert found.out == ""
    head, rule, *rows = [line for line in found.err.splitlines() if line.startswith("|")]
    assert head == "| trial | value | own rows | forgotten | settings | seconds |  |"
    assert rule.startswith("| --")
    assert len(rows) == 2
    assert "class_weight_exponent 0.5, l2 [1.0, 100.0], rows 60" in rows[0]
    (starred,) = (row for row in rows if "*" in row)
    values = [value for _, value in tried(tmp_path / "run")]
    assert f"| {max(values):.2f} |" in starred
    # A training's own lines are in its log; a trial has one when it begins and one when it ends.
    assert sum("trial 1" in line for line in found.err.splitlines()) >= 2


def test_trials_of_something_else_are_not_compared(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert search(world, run, "heads", 1) == 0
    assert search(world, run, "heads", 2, "--seed", "99") == 1
    assert "trials there were made with another configuration;" in capsys.readouterr().err
    other = tmp_path / "other.toml"
    text = (world / "heads.toml").read_text(encoding="utf-8")
    other.write_text(text.replace("high = 1\n", "high = 0.9\n"), encoding="utf-8")
    assert search(world, run, "heads", 2, "--config", str(other)) == 1
    assert "another [search] section; name another --run" in capsys.readouterr().err
    assert len(tried(run)) == 1


def test_a_run_that_was_trained_without_trials_is_left_alone(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = ["train", "--data", world / "set", "--init", world / "first", "--depth", "heads"]
    assert main([str(word) for word in [*words, "--run", run]]) == 0
    before = (run / "trained" / "heads.safetensors").read_bytes()
    assert search(world, run, "heads", 2) == 1
    assert "was trained without --trials; name another --run" in capsys.readouterr().err
    assert (run / "trained" / "heads.safetensors").read_bytes() == before


def test_a_damaged_database_is_named(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "trials.db").write_bytes(b"not a database, " * 400)
    assert search(world, run, "heads", 1) == 1
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("mentionlens:")]
    assert f"{run / 'trials.db'}: cannot be used" in line
    assert "search anew" in line


def test_a_wrong_space_is_told_before_anything_is_prepared(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('[search.space."heads.fold"]\nlow = 2\nhigh = 5\n', encoding="utf-8")
    file = tmp_path / "mine.csv"
    file.write_text("text,sentiment\nsuper,positive\n", encoding="utf-8")
    words = ["train", "--data", file, "--init", world / "first", "--depth", "heads"]
    words += ["--config", path, "--run", tmp_path / "run", "--trials", "2"]
    assert main([str(word) for word in words]) == 1
    error = capsys.readouterr().err
    assert f"mentionlens: {path}: field 'search.space.\"heads.fold\"': there is no setting" in error
    assert "'heads' has l2, folds, selection_rows" in error
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("trials", ["0", "-3", "many"])
def test_a_wrong_number_of_trials_is_a_wrong_call(
    trials: str, world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(world, tmp_path / "run", "heads", f"{trials}") == 2
    assert "whole number of 1 or more" in capsys.readouterr().err


def test_without_optuna_nothing_is_trained_but_a_line_says_what_to_install(
    world: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert importlib.util.find_spec("optuna") is not None
    monkeypatch.setitem(sys.modules, "optuna", None)
    run = tmp_path / "run"
    assert search(world, run, "heads", 2) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('mentionlens: --trials needs the search extra: pip install "mention')
    assert not run.exists()
    # All the rest works.
    words = ["train", "--data", world / "set", "--init", world / "first", "--depth", "heads"]
    assert main([str(word) for word in [*words, "--run", run]]) == 0
