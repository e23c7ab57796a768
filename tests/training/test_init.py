"""A run may go on from the trained model of another, but never into rows that are held back."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from mentionlens_training.config import RunConfig
from mentionlens_training.init import open_init
from mentionlens_training.run import train
from mentionlens_training.trained import TrainedModelError, load_trained, save_trained
from tiny import tiny_classifier, tiny_trained

CONFIG = RunConfig.model_validate(
    {
        "name": "tiny",
        "version": "0.0.2",
        "text": {"train_length": 16, "max_length": 16},
        "stages": [
            {
                "name": "all",
                "sampling": {"rows": 16},
                "optimization": {"batch_size": 8, "bfloat16": False, "evaluation_rows": 0},
            }
        ],
    }
)


def row(part: str, number: int) -> LabelledMention:
    return LabelledMention(
        id=f"s/{part}-{number}",
        text=("dziękuję", "źle")[number % 2] + f" {number}",
        lang="pl",
        source="s",
        split=part,
        group=f"{part}-{number}",
        labels={"sentiment": ("positive", "negative")[number % 2]},
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    parts = {
        part: [row(part, i) for i in range(count)]
        for part, count in (("train", 16), ("validation", 8), ("test", 4))
    }
    write_prepared(tmp_path / "set", parts, [], removed=[], policy="open", seed=1)
    return tmp_path / "set"


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    run = tmp_path / "earlier"
    save_trained(tiny_trained(), run / "trained")
    (run / "training_ids.txt").write_text("old/1\nold/2\n", encoding="utf-8")
    return run


def test_the_weights_and_the_rows_of_the_earlier_run_are_carried_on(
    data: Path, earlier: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    train(data, CONFIG, folder, init=earlier)
    model = load_trained(folder / "trained").model
    before = load_trained(earlier / "trained").model
    # The word embeddings are frozen, so they show where the encoder came from.
    torch.testing.assert_close(
        model.encoder.get_input_embeddings().weight,
        before.encoder.get_input_embeddings().weight,
        atol=0,
        rtol=0,
    )
    # No row speaks of trolls: that head has only shrunk by the weight decay of two steps.
    torch.testing.assert_close(
        model.heads["troll"].weight, before.heads["troll"].weight, atol=1e-3, rtol=1e-3
    )
    ids = (folder / "training_ids.txt").read_text(encoding="utf-8").splitlines()
    assert {"old/1", "old/2", "s/train-0"} <= set(ids)
    provenance = load_trained(folder / "trained").provenance
    assert provenance["init"]["version"] == "0.0.1"
    assert provenance["init"]["rows"] == 2
    assert provenance["encoder"]["name"] == "tiny"


def test_a_head_with_other_labels_starts_anew(earlier: Path) -> None:
    init = open_init(earlier)
    tasks = (Task("sentiment", ("negative", "positive")), *init.trained.model.tasks[1:])
    model = tiny_classifier(seed=5, tasks=tasks)
    fresh = model.heads["sentiment"].weight.clone()
    init.load_heads(model)
    assert torch.equal(model.heads["sentiment"].weight, fresh)
    assert torch.equal(
        model.heads["complaint"].weight, init.trained.model.heads["complaint"].weight
    )


def test_rows_that_were_trained_on_are_not_measured(
    data: Path, earlier: Path, tmp_path: Path
) -> None:
    (earlier / "training_ids.txt").write_text("s/test-3\n", encoding="utf-8")
    with pytest.raises(TrainedModelError, match=r"test part.*s/test-3"):
        train(data, CONFIG, tmp_path / "run", init=earlier)


def test_an_unfinished_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainedModelError, match=r"trained\.json is missing"):
        open_init(tmp_path)
