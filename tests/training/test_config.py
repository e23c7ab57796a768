from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("transformers")

from mentionlens_training.config import RunConfigError, load_run_config

CONFIGS = Path(__file__).parents[2] / "training" / "run-configs"


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_configuration_in_the_repository_is_valid(path):
    config = load_run_config(path)
    assert all(stage.sampling.rows > 0 for stage in config.stages)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 'x'", "stages"),
        ("name = 'x'\nstages = []", "stages"),
        ("name = 'x'\n[[stages]]\nname = 'a'\n[stages.sampling]\nrows = 0", r"sampling\.rows"),
        ("name = 'x'\n[[stages]]\nname = '../a'\n[stages.sampling]\nrows = 5", r"stages\.0\.name"),
        (
            "name = 'x'\n" + 2 * "[[stages]]\nname = 'a'\nsampling = { rows = 5 }\n",
            "two stages have one name: a, a",
        ),
        ("name = 'x'\nspeed = 3\n[[stages]]\nname = 'a'\n[stages.sampling]\nrows = 5", "speed"),
        ("name = ", "Invalid value"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, text, message):
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(RunConfigError, match=message) as error:
        load_run_config(path)
    assert "run.toml" in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RunConfigError, match=r"nothing\.toml"):
        load_run_config(tmp_path / "nothing.toml")
