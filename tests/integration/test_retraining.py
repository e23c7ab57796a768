"""Labelled files in, a retrained bundle out: every depth, by the command line, on tiny data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")

from mentionlens import MentionClassifier
from mentionlens.cli import main
from mentionlens.manifest import Manifest
from retraining_world import TASKS, mentions, run, write_csv, write_parent

COLUMNS = ["text", "lang", "sentiment", "complaint", "intent"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a parent bundle, its run, and files of one's own."""
    folder = tmp_path_factory.mktemp("retraining")
    write_parent(folder)
    (folder / "tasks.toml").write_text(TASKS, encoding="utf-8")
    rows = [*mentions("pl", 400, seed=1, box=True), *mentions("uk", 500, seed=1, box=True)]
    write_csv(folder / "mine.csv", rows, COLUMNS)
    (folder / "quick.toml").write_text(
        "[rehearsal]\nrows = 300\n[gate]\nlabelled_rows = 200\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def retrained(world: Path) -> Path:
    """The bundle with new heads: a new label, a new task and a new language."""
    run(
        *("train", "--data", world / "mine.csv", world / "first.csv", "--no-rehearsal"),
        *("--tasks", world / "tasks.toml", "--init", world / "parent", "--depth", "heads"),
        *("--config", world / "quick.toml", "--run", world / "heads", "-o", world / "bundle"),
    )
    return world / "bundle"


def manifest(bundle: Path) -> Manifest:
    return MentionClassifier(bundle).manifest


def test_a_new_label_a_new_task_and_a_new_language_run_in_the_unchanged_runtime(
    retrained: Path,
) -> None:
    classifier = MentionClassifier(retrained, threads=1)
    box, thanks = classifier.predict(["kurier pudełko porażka pudełko", "дякую магазин чудово"])
    assert box.complaint.label == "packaging"
    assert box.tasks["intent"].label == "complaint"
    assert thanks.tasks["intent"].label == "praise"
    assert thanks.sentiment.label == "positive"
    assert set(classifier.manifest.languages) == {"pl", "en", "uk"}
    assert main(["verify", str(retrained)]) == 0


def test_it_runs_in_the_unchanged_service(retrained: Path) -> None:
    pytest.importorskip("fastapi")
    from mentionlens.client import MentionClient, ServiceError

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "mentionlens", "serve", "--port", str(port)]
    with subprocess.Popen([*words, "--bundle", str(retrained)]) as service:
        try:
            client = MentionClient(f"http://127.0.0.1:{port}")
            deadline = time.monotonic() + 120
            while True:
                try:
                    answer = client.predict({"text": "коробка жах коробка товар", "lang": "uk"})
                    break
                except ServiceError:
                    assert time.monotonic() < deadline
                    time.sleep(0.3)
            assert answer.complaint.label == "packaging"
            assert answer.tasks["intent"].label == "complaint"
            assert not any(flag.startswith("unsupported_language") for flag in answer.flags)
        finally:
            service.send_signal(signal.SIGTERM)


def test_the_encoder_stays_as_it_was_shipped(world: Path, retrained: Path) -> None:
    import onnx
    from mentionlens_training.export.weights import read_weights

    before, after = (
        read_weights(onnx.load(str(folder / "model.onnx")))
        for folder in (world / "parent", retrained)
    )
    encoder = [name for name in before if name.startswith("encoder.")]
    assert encoder
    assert all((before[name] == after[name]).all() for name in encoder)
    assert manifest(retrained).graph.max_batch == manifest(world / "parent").graph.max_batch


def test_what_was_forgotten_is_measured_and_kept(world: Path, retrained: Path) -> None:
    record = json.loads((world / "heads" / "forgetting.json").read_text(encoding="utf-8"))
    cells = {(cell["lang"], cell["task"]): cell for cell in record["cells"]}
    assert cells["uk", "intent"]["before"] is None
    assert cells["uk", "intent"]["after"] > 80
    assert cells["en", "sentiment"]["after"] > cells["en", "sentiment"]["before"] - 5
    provenance = manifest(retrained).provenance
    assert provenance["retraining"] == record
    assert provenance["init"]["name"] == "tiny"
    assert {"mine.csv", "first.csv"} <= set(provenance["data"]["corpora"])


def test_the_gate_left_its_record(retrained: Path) -> None:
    names = {check["name"] for check in manifest(retrained).verification["checks"]}
    assert {"heads", "shipped_alone", "macro_f1_loss_worst", "golden_without_torch"} <= names


def test_evaluation_reads_the_new_labels(world: Path, retrained: Path) -> None:
    run("evaluate", retrained, "--data", world / "heads" / "prepared", "-o", world / "evaluation")
    text = (world / "evaluation" / "evaluation.md").read_text(encoding="utf-8")
    assert "intent" in text
    assert "| uk |" in text


def test_languages_without_rows_are_inherited_and_said_to_be(world: Path, capsys) -> None:
    write_csv(world / "uk.csv", mentions("uk", 600, seed=2), ["text", "lang", "sentiment"])
    run(
        *("train", "--data", world / "uk.csv", "--no-rehearsal", "--init", world / "parent"),
        *("--depth", "heads", "--run", world / "uk", "-o", world / "uk-bundle"),
    )
    bundle = world / "uk-bundle"
    assert manifest(bundle).provenance["inherited_languages"] == ["pl", "en"]
    assert manifest(bundle).verification["inherited"] == ["en", "pl"]
    assert set(manifest(bundle).languages) == {"pl", "en", "uk"}
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert "**Inherited, and not measured here:** pl, en" in card
    # Nothing was said of complaints: the head is the parent's.
    assert "complaint: your rows say nothing" in capsys.readouterr().err


def test_a_killed_run_goes_on_and_gives_the_same_heads(world: Path, tmp_path: Path) -> None:
    words = ["train", "--data", str(world / "mine.csv"), "--no-rehearsal", "--depth", "heads"]
    words += ["--tasks", str(world / "tasks.toml"), "--init", str(world / "parent"), "--run"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    progress = killed / "features" / "train.npy.json"
    with subprocess.Popen([sys.executable, "-m", "mentionlens", *words, str(killed)]) as process:
        deadline = time.monotonic() + 300
        while not progress.is_file() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    if not (killed / "trained").is_dir():
        assert progress.is_file()
    assert main([*words, str(killed)]) == 0
    assert main([*words, str(whole)]) == 0
    for name in ("trained/heads.safetensors", "forgetting.json"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.parametrize("depth", ["top", "full"])
def test_layers_are_trained_and_the_word_embeddings_are_not(world: Path, depth: str) -> None:
    from mentionlens_training.trained import load_trained

    config = world / f"{depth}.toml"
    config.write_text(
        ("[encoder]\ntrainable_layers = 1\n" if depth == "top" else "")
        + f"[[stages]]\nname = '{depth}'\nsampling = {{ rows = 400 }}\n"
        + "[stages.optimization]\nlearning_rate = 1e-3\nbatch_size = 16\nbfloat16 = false\n"
        + "checkpoint_steps = 10\nevaluation_rows = 60\nearly_stopping = 2\n",
        encoding="utf-8",
    )
    run(
        *("train", "--data", world / "mine.csv", "--no-rehearsal", "--tasks", world / "tasks.toml"),
        *("--init", world / "parent", "--depth", depth, "--config", config),
        *("--run", world / depth),
    )
    from mentionlens_training.export.weights import load_bundle_model

    before = load_bundle_model(world / "parent").state_dict()
    after = load_trained(world / depth / "trained").model.state_dict()
    moved = {
        name
        for name, value in after.items()
        if name.startswith("encoder.") and not (value == before[name]).all()
    }
    assert any("layer.1." in name for name in moved)
    assert any("layer.0." in name for name in moved) == (depth == "full")
    assert not any("word_embeddings" in name for name in moved)


def test_what_a_head_knows_of_pieces_outlives_the_training_of_layers(
    world: Path, retrained: Path, tmp_path: Path
) -> None:
    from mentionlens_training.export.weights import load_bundle_model

    before = load_bundle_model(retrained).head("intent").pieces
    assert before is not None
    run(
        *("train", "--data", world / "mine.csv", world / "first.csv", "--no-rehearsal"),
        *("--tasks", world / "tasks.toml", "--init", retrained, "--depth", "top"),
        *("--config", top_config(tmp_path / "top.toml"), "--run", tmp_path / "run"),
        *("-o", tmp_path / "bundle"),
    )
    after = load_bundle_model(tmp_path / "bundle").head("intent").pieces
    assert after is not None
    assert (after == before).all()


def top_config(path: Path) -> Path:
    """Write a short training of the upper layer."""
    path.write_text(
        "[encoder]\ntrainable_layers = 1\n[gate]\nlabelled_rows = 200\n"
        "[[stages]]\nname = 'top'\nsampling = { rows = 200 }\n"
        "[stages.optimization]\nlearning_rate = 1e-4\nbatch_size = 16\nbfloat16 = false\n",
        encoding="utf-8",
    )
    return path


def test_another_run_is_a_start_too(world: Path, tmp_path: Path) -> None:
    run(
        *("train", "--data", world / "mine.csv", "--no-rehearsal", "--tasks", world / "tasks.toml"),
        *("--init", world / "first-run", "--depth", "heads", "--run", tmp_path / "run"),
    )
    record = json.loads((tmp_path / "run" / "trained" / "trained.json").read_text("utf-8"))
    assert record["provenance"]["init"]["version"] == "0.0.1"
    # No graph was ever shipped with it: an export makes one.
    assert record["shipped"] is None


def test_a_bare_encoder_needs_golden_texts_of_ones_own(world: Path, tmp_path: Path, capsys) -> None:
    words = ["train", "--data", str(world / "first.csv"), "--no-rehearsal", "--depth", "heads"]
    words += ["--init", str(world / "encoder"), "--run", str(tmp_path / "run")]
    assert main([*words, "-o", str(tmp_path / "bundle")]) == 1
    assert "needs --golden" in capsys.readouterr().err
    assert main(words) == 0


def test_another_file_needs_another_run(world: Path, retrained: Path, capsys) -> None:
    words = ["train", "--data", str(world / "first.csv"), "--init", str(world / "parent")]
    assert main([*words, "--depth", "heads", "--run", str(world / "heads")]) == 1
    assert "was prepared from other files" in capsys.readouterr().err


def test_a_new_task_without_labels_is_named(world: Path, tmp_path: Path, capsys) -> None:
    file = write_csv(tmp_path / "bare.csv", mentions("pl", 60), ["text", "lang", "sentiment"])
    words = ["train", "--data", str(file), "--no-rehearsal", "--tasks", str(world / "tasks.toml")]
    words += ["--init", str(world / "parent"), "--depth", "heads", "--run", str(tmp_path / "run")]
    assert main(words) == 1
    assert "task 'intent' is new to the model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--depth", "heads", "--corpora", "x"], "--depth needs --data"),
        (["--data", "x"], "--config is needed"),
        (["--data", "x", "y", "--config", "c"], "labelled files are for --depth"),
        (["--data", "x", "--config", "c", "--tasks", "t"], "--mapping and --tasks"),
        ([], "one of the arguments --data --corpora"),
    ],
)
def test_a_wrong_call_is_named(words: list[str], message: str, tmp_path: Path, capsys) -> None:
    assert main(["train", "--run", str(tmp_path / "run"), *words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_the_packaged_bundle_learns_from_a_few_hundred_mentions(tmp_path: Path) -> None:
    from mentionlens_data.labelling.sample_mentions import read_sample_mentions

    rows = [
        {
            "text": found.mention.text,
            "lang": "bg",
            "complaint": found.mention.labels["complaint"],
            "intent": "praise" if found.mention.labels["sentiment"] == "positive" else "other",
        }
        for found in read_sample_mentions()
        if found.mention.lang == "bg" and found.mention.split == "train"
    ][:300]
    file = write_csv(tmp_path / "bg.csv", rows, ["text", "lang", "complaint", "intent"])
    (tmp_path / "tasks.toml").write_text(TASKS, encoding="utf-8")
    (tmp_path / "few.toml").write_text(
        "[rehearsal]\nrows = 300\nmeasured_rows = 100\n", encoding="utf-8"
    )
    run(
        *("train", "--data", file, "--tasks", tmp_path / "tasks.toml", "--depth", "heads"),
        *("--config", tmp_path / "few.toml", "--run", tmp_path / "run", "-o", tmp_path / "bundle"),
    )
    before, after = MentionClassifier(), MentionClassifier(tmp_path / "bundle")
    assert set(after.manifest.languages) == set(before.manifest.languages)
    assert {"hi", "ar"} <= set(after.manifest.provenance["inherited_languages"])
    text = "Благодаря ви, страхотно обслужване!"
    assert after.predict(text).tasks["intent"].label == "praise"
    # Nothing was said of sentiment: not a bit of it has moved.
    assert after.predict(text).sentiment.probabilities == pytest.approx(
        before.predict(text).sentiment.probabilities, abs=1e-6
    )
    licences = after.manifest.provenance["data"]["corpora"]
    assert len(licences) > 30
    assert "research" in (tmp_path / "bundle" / "README.md").read_text(encoding="utf-8")
