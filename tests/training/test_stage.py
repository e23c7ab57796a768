"""Stages follow one another, and one that is done is not done again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from mentionlens_data.schema import LabelledMention
from mentionlens_training.config import RunConfig
from mentionlens_training.dataset import TextPreparer
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.stage import train_stage
from tiny import tiny_classifier, tiny_tokenizer

CONFIG = RunConfig.model_validate(
    {
        "name": "tiny",
        "text": {"train_length": 16},
        "stages": [
            {
                "name": name,
                "sampling": {"rows": 16},
                "optimization": {"batch_size": 8, "bfloat16": False, "learning_rate": 1e-2},
            }
            for name in ("broad", "refined")
        ],
    }
)
ROWS = [
    LabelledMention(
        id=f"s/{i}",
        text=("dziękuję", "źle")[i % 2] + f" {i}",
        lang="pl",
        source="s",
        split="train",
        group=str(i),
        labels={"sentiment": ("positive", "negative")[i % 2]},
    )
    for i in range(16)
]


def run(model: MultiTaskClassifier, folder: Path, name: str) -> list[dict[str, Any]]:
    (stage,) = (stage for stage in CONFIG.stages if stage.name == name)
    preparer = TextPreparer(tiny_tokenizer(), CONFIG.text)
    return train_stage(
        model, ROWS, (), stage, CONFIG, preparer=preparer, folder=folder / name, pad_id=1
    )


def weights(model: MultiTaskClassifier) -> dict[str, Any]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def test_a_stage_that_is_done_is_read_from_its_folder(tmp_path: Path) -> None:
    model = tiny_classifier()
    untrained = weights(model)
    log = run(model, tmp_path, "broad")
    trained = weights(model)
    assert any(not torch.equal(trained[name], untrained[name]) for name in trained)
    assert {entry["stage"] for entry in log} == {"broad"}
    assert not (tmp_path / "broad" / "checkpoints").exists()

    again = tiny_classifier()
    assert run(again, tmp_path, "broad") == log
    for name, value in weights(again).items():
        torch.testing.assert_close(value, trained[name], atol=0, rtol=0)


def test_the_next_stage_goes_on_from_there(tmp_path: Path) -> None:
    model = tiny_classifier()
    run(model, tmp_path, "broad")
    broad = weights(model)
    run(model, tmp_path, "refined")
    refined = weights(model)
    assert any(not torch.equal(refined[name], broad[name]) for name in broad)

    # As if the process had died between the stages.
    resumed = tiny_classifier()
    run(resumed, tmp_path, "broad")
    run(resumed, tmp_path, "refined")
    for name, value in weights(resumed).items():
        torch.testing.assert_close(value, refined[name], atol=0, rtol=0)
