"""The space of a search is checked against the run before anything is trained."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from mentionlens_training.config import RunConfig, RunConfigError, load_run_config
from mentionlens_training.retraining.depths import DEPTHS, depth_config
from mentionlens_training.retraining.start import open_start
from mentionlens_training.search.space import Space, open_space

RUN = """
name = "x"
[encoder]
trainable_layers = 2
[[stages]]
name = "all"
sampling = { rows = 5, source_shares = { umsab = 2.0 } }
"""
RATE = 'search.space."stages.0.optimization.learning_rate"'
BATCH = 'search.space."stages.0.optimization.batch_size"'
LAYERS = 'search.space."encoder.trainable_layers"'


def opened(tmp_path: Path, search: str) -> Space:
    path = tmp_path / "run.toml"
    path.write_text(RUN + search, encoding="utf-8")
    return open_space(load_run_config(path), str(path))


def drawn(space: Space, count: int = 40) -> list[dict]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    return [space.suggest(study.ask()) for _ in range(count)]


@pytest.mark.parametrize(
    ("search", "field", "message"),
    [
        (
            '[search.space."heads.speed"]\nchoices = [1]',
            'search.space."heads.speed"',
            "'heads' has no parts",
        ),
        (
            '[search.space."stages.0.optimization.rate"]\nlow = 1\nhigh = 2',
            'search.space."stages.0.optimization.rate"',
            "'stages.0.optimization' has learning_rate, head_learning_rate, batch_size",
        ),
        (
            '[search.space."stages.1.optimization.epochs"]\nlow = 1\nhigh = 2',
            'search.space."stages.1.optimization.epochs"',
            "'stages' has 0",
        ),
        (
            '[search.space."stages.0.sampling.source_shares.other"]\nlow = 1\nhigh = 2',
            'search.space."stages.0.sampling.source_shares.other"',
            "'stages.0.sampling.source_shares' has umsab",
        ),
        (
            '[search.space."search.space"]\nchoices = [1]',
            'search.space."search.space"',
            "a run has",
        ),
        (f"[{RATE}]\nlow = 0\nhigh = 1", RATE, "0.0 is not possible: field .*greater than 0"),
        (f'[{RATE}]\nchoices = [1e-4, "fast"]', RATE, "'fast' is not possible: field .*number"),
        (f'[{BATCH}]\nchoices = ["16"]', BATCH, "'16' is not possible: field .*integer"),
        (f"[{BATCH}]\nlow = 1.5\nhigh = 9", BATCH, r"1\.5 is no whole number"),
        (f"[{LAYERS}]\nlow = 0\nhigh = 9", LAYERS, "0 is not possible: field .*equal to 1"),
        (
            '[search.space."name"]\nlow = 1\nhigh = 2',
            'search.space."name"',
            "low and high are for numbers, and this is 'x'",
        ),
    ],
)
def test_a_setting_or_value_that_the_run_cannot_have_is_named_with_file_and_field(
    search: str, field: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(RunConfigError, match=message) as error:
        opened(tmp_path, search)
    assert str(error.value).startswith(f"{tmp_path / 'run.toml'}: field {field!r}: ")


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (f"[{RATE}]\nlow = 1\nhigh = 2\nchoices = [1]", "either low and high"),
        (f"[{RATE}]\nlow = 1", "low and high, or choices"),
        (f"[{RATE}]\nlow = 2\nhigh = 2", "low .2. is not below high"),
        (f"[{RATE}]\nlow = 0\nhigh = 2\nlog = true", "above 0"),
        (f"[{RATE}]\nchoices = []", "choices"),
        (f"[{RATE}]\nlow = 1\nhigh = 2\nstep = 1", "step"),
        ("[search]\nspace = {}", r"search\.space"),
        (f"[search]\nrandom_trials = 0\n[{RATE}]\nlow = 1\nhigh = 2", "random_trials"),
    ],
)
def test_a_space_that_is_none_is_named(search: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(RunConfigError, match=message):
        opened(tmp_path, search)


def test_without_a_section_a_line_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(RunConfigError, match=r"--trials needs a section \[search\]"):
        opened(tmp_path, "")


def test_values_have_the_type_of_their_setting_and_lie_within_their_bounds(tmp_path: Path) -> None:
    space = opened(
        tmp_path,
        f"[{RATE}]\nlow = 1e-5\nhigh = 1e-3\nlog = true\n[{BATCH}]\nlow = 4\nhigh = 6\n"
        f"[{LAYERS}]\nlow = 1\nhigh = 3\n"
        '[search.space."stages.0.sampling.task_shares"]\nchoices = [{ troll = 2.0 }, {}]\n',
    )
    trials = drawn(space)
    rates = [trial["stages.0.optimization.learning_rate"] for trial in trials]
    assert all(1e-5 <= rate <= 1e-3 for rate in rates)
    # Evenly by their logarithm: about half of them are below the middle one.
    assert 10 < sum(rate < 1e-4 for rate in rates) < 30
    assert {trial["stages.0.optimization.batch_size"] for trial in trials} == {4, 5, 6}
    assert {type(trial["encoder.trainable_layers"]) for trial in trials} == {int}
    shares = [trial["stages.0.sampling.task_shares"] for trial in trials]
    assert {"troll": 2.0} in shares
    assert {} in shares
    config = space.configured(trials[0])
    assert config.stages[0].optimization.learning_rate == rates[0]
    assert config.stages[0].sampling.rows == 5
    # What was found is a run like any other.
    assert config.search is None


def test_a_number_that_is_not_set_can_be_tried(tmp_path: Path) -> None:
    stop = 'search.space."stages.0.optimization.early_stopping"'
    space = opened(tmp_path, f"[{stop}]\nlow = 1\nhigh = 3")
    assert {trial["stages.0.optimization.early_stopping"] for trial in drawn(space)} == {1, 2, 3}
    # The run as it stands does not lie in the space.
    assert space.as_it_stands() == {}


def test_a_run_without_trials_is_the_same_with_a_search_section_and_without() -> None:
    space = {"heads.folds": {"low": 2, "high": 5}}
    bare = RunConfig.model_validate({"name": "x", "heads": {}})
    with_space = RunConfig.model_validate({"name": "x", "heads": {}, "search": {"space": space}})
    assert bare.model_dump() == with_space.model_dump()


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_depth_brings_a_space_that_its_own_settings_lie_in(depth: str, world: Path) -> None:
    config = depth_config(depth, open_start(str(world / "first")))
    space = open_space(config, depth)
    assert len(space.as_it_stands()) == len(space.parameters) >= 3
    for settings in drawn(space):
        assert space.configured(settings).model_dump() != {}


def test_a_space_of_ones_own_replaces_that_of_the_depth(world: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[search.space."heads.folds"]\nlow = 2\nhigh = 5\n', encoding="utf-8")
    config = depth_config("heads", open_start(str(world / "first")), path=path)
    assert config.search is not None
    assert list(config.search.space) == ["heads.folds"]
    path.write_text("[search]\nforgetting_weight = 3\n", encoding="utf-8")
    config = depth_config("heads", open_start(str(world / "first")), path=path)
    assert config.search is not None
    assert config.search.forgetting_weight == 3
    assert "rehearsal.rows" in config.search.space
