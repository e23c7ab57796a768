"""A retraining starts from what a bundle ships: its weights, its tokenizer, its settings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from mentionlens.classifier import MentionClassifier
from mentionlens_data.tasks import Task
from mentionlens_training.config import RunConfigError
from mentionlens_training.retraining.depths import DEPTHS, depth_config
from mentionlens_training.retraining.parity import BOUND, ParityError, check_parity
from mentionlens_training.retraining.start import open_start
from tiny import tiny_trained


def test_a_bundle_brings_its_model_and_its_settings(tiny_shipped: Path) -> None:
    start = open_start(str(tiny_shipped))
    made = tiny_trained()
    assert start.trained.model.tasks == made.model.tasks
    assert start.trained.temperatures == made.temperatures
    assert start.trained.languages == made.languages
    assert start.trained.config.text.max_length == made.config.text.max_length
    assert start.trained.config.text.max_windows == made.config.text.max_windows
    assert start.trained.config.calibration.low_confidence["sentiment"] == 0.4
    assert start.golden == tiny_shipped / "golden.jsonl"
    # Word embeddings in 4-bit blocks come back exactly.
    torch.testing.assert_close(
        start.encoder.model.get_input_embeddings().weight,
        made.model.encoder.get_input_embeddings().weight,
        atol=0,
        rtol=0,
    )


def test_the_loaded_model_answers_golden_texts_as_its_bundle(tiny_shipped: Path) -> None:
    texts, worst = check_parity(open_start(str(tiny_shipped)), tiny_shipped)
    assert texts >= 5
    assert 0 < worst <= BOUND


def test_other_answers_than_promised_are_named(tiny_shipped: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(tiny_shipped, folder)
    rows = [json.loads(x) for x in (folder / "golden.jsonl").read_text("utf-8").splitlines()]
    # Texts of several windows are not compared.
    shortest = min(rows, key=lambda row: len(row["text"]))
    unsure = shortest["expected"]["troll"]
    shortest["expected"]["troll"] = {"no": 1.0, "yes": 0.0}
    if unsure["no"] > 0.5:
        shortest["expected"]["troll"] = {"no": 0.0, "yes": 1.0}
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "golden.jsonl").write_text(text, encoding="utf-8")
    wanted = rf"{shortest['id']!r}, troll: the bundle says .*`mentionlens verify"
    with pytest.raises(ParityError, match=wanted):
        check_parity(open_start(str(folder)), folder)


def test_the_packaged_bundle_is_found_by_name() -> None:
    start = open_start("packaged")
    manifest = MentionClassifier().manifest
    assert start.provenance["graph_sha256"] == manifest.graph.sha256
    assert [task.labels for task in start.trained.model.tasks] == [
        task.labels for task in manifest.tasks
    ]


def test_a_head_whose_labels_grew_starts_from_the_rows_that_both_have(tiny_shipped: Path) -> None:
    start = open_start(str(tiny_shipped))
    old = start.trained.model.heads["complaint"]
    labels = next(task.labels for task in start.trained.model.tasks if task.name == "complaint")
    grown = Task("complaint", (*labels[:3], "packaging", *labels[3:]))
    weight, bias = start.head(grown)
    kept = [grown.labels.index(label) for label in labels]
    torch.testing.assert_close(weight[kept], old.weight.detach(), atol=0, rtol=0)
    torch.testing.assert_close(bias[kept], old.bias.detach(), atol=0, rtol=0)
    torch.testing.assert_close(weight[3], old.weight.detach().mean(0))
    assert start.head(Task("complaint", labels[:4])) is None
    assert start.head(Task("intent", ("question", "praise"))) is None


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_depth_needs_no_configuration_of_ones_own(depth: str, tiny_shipped: Path) -> None:
    config = depth_config(depth, open_start(str(tiny_shipped)), seed=7)
    assert config.seed == 7
    assert config.version == f"0.0.1+{depth}"
    assert config.text.max_length == 32
    assert config.calibration.low_confidence["sentiment"] == 0.4
    assert (config.heads is None) == (depth != "heads")
    assert config.encoder.trainable_layers == (4 if depth == "top" else None)


def test_every_field_of_a_depth_can_be_set(tiny_shipped: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "name = 'care'\nversion = '2'\n[heads]\nl2 = [5.0]\n[rehearsal]\nrows = 0\n"
        "[calibration]\nlow_confidence = { troll = 0.9 }\n",
        encoding="utf-8",
    )
    config = depth_config("heads", open_start(str(tiny_shipped)), path=path)
    assert (config.name, config.version, config.rehearsal.rows) == ("care", "2", 0)
    assert config.heads is not None
    assert config.heads.l2 == [5.0]
    assert config.heads.folds == 4
    assert config.calibration.low_confidence == {
        "sentiment": 0.4, "troll": 0.9, "complaint": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("speed = 3", "speed"),
        ("[heads]\nl2 = []", r"heads\.l2"),
        ("[[stages]]\nname = 'a'\nsampling = { rows = 5 }", "either"),
    ],
)
def test_a_wrong_field_of_a_depth_is_named(
    text: str, message: str, tiny_shipped: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunConfigError, match=message):
        depth_config("heads", open_start(str(tiny_shipped)), path=path)
