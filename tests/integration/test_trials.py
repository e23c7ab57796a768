"""Labelled files in, trials, and the best of them out as a bundle through the one gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("optuna")

from mentionlens import MentionClassifier
from mentionlens.cli import main
from mentionlens_training.config import load_run_config
from retraining_world import mentions, run, write_csv, write_parent

SPACE = """
[heads]
folds = 2

[rehearsal]
rows = 300

[gate]
labelled_rows = 200

[search.space."heads.l2"]
choices = [[0.3], [1e8]]
"""


def test_the_bundle_is_that_of_the_best_trial(tmp_path: Path) -> None:
    parent = write_parent(tmp_path)
    # With the tongue in the cheek: what was good is bad, and the heads have to turn around.
    turned = {"positive": "negative", "negative": "positive"}
    rows = [{**row, "sentiment": turned[row["sentiment"]]} for row in mentions("pl", 500, seed=1)]
    file = write_csv(tmp_path / "mine.csv", rows, ["text", "lang", "sentiment"])
    (tmp_path / "space.toml").write_text(SPACE, encoding="utf-8")
    run(
        *("train", "--data", file, "--no-rehearsal", "--init", parent, "--depth", "heads"),
        *("--config", tmp_path / "space.toml", "--run", tmp_path / "run", "--trials", 8),
        *("-o", tmp_path / "bundle"),
    )
    record = json.loads((tmp_path / "run" / "trials.json").read_text(encoding="utf-8"))
    tried = {trial["settings"]["heads.l2"][0]: trial["value"] for trial in record["trials"]}
    # A head that is held that strongly cannot turn.
    assert tried[0.3] > 90 > 20 > tried[1e8]
    classifier = MentionClassifier(tmp_path / "bundle", threads=1)
    assert classifier.predict("kurier paczka super towar").sentiment.label == "negative"
    best = load_run_config(tmp_path / "run" / "trials" / "best.toml")
    assert classifier.manifest.provenance["config"] == best.model_dump(mode="json")
    checks = {check["name"] for check in classifier.manifest.verification["checks"]}
    assert {"heads", "golden_without_torch"} <= checks
    assert main(["verify", str(tmp_path / "bundle")]) == 0
