"""The model card: what stands in it, and what must not."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import pytest
from mentionlens.bundle import Bundle, packaged_bundle_path
from mentionlens.manifest import Manifest

sys.path.append(str(Path(__file__).parents[1] / "evaluation"))  # the example of an evaluation

from example_evaluation import example_evaluation
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.export.model_card import model_card


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return Bundle.load(packaged_bundle_path()).manifest


@pytest.fixture(scope="module")
def card(manifest: Manifest) -> str:
    evaluation = example_evaluation()
    bundle = evaluation.bundle.model_copy(update={"graph_sha256": manifest.graph.sha256})
    return model_card(manifest, evaluation.model_copy(update={"bundle": bundle}))


def section(card: str, title: str) -> str:
    return card.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def test_the_sections_stand_in_order(card: str) -> None:
    titles = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert titles == [
        "Intended use",
        "Limits",
        "Evaluation",
        "Answers",
        "Data and licences",
        "Origin",
        "Export gate",
    ]


def test_the_metadata_is_yaml_that_hubs_read(card: str, manifest: Manifest) -> None:
    lines = card.split("---\n")[1].splitlines()
    # A JSON value is a YAML value.
    fields = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in lines)}
    assert fields["license"] == "other"
    assert fields["language"] == list(manifest.languages)
    assert fields["base_model"] == "intfloat/multilingual-e5-small"
    assert {"sentiment", "troll", "complaint"} < set(fields["tags"])


def test_the_head_says_what_it_is_and_how_good(card: str, manifest: Manifest) -> None:
    head = card.split("## Intended use", maxsplit=1)[0].split("# mentionlens-default")[1]
    assert len(head.splitlines()) < 20
    assert "sentiment 86.3 (4), troll 96.1 (3), complaint 66.2 (3)" in head
    assert "furious customers taken for trolls: 6 of 60 (10.0 %)" in head
    corpora = manifest.provenance["data"]["corpora"].values()
    closed = [corpus for corpus in corpora if corpus["policy"] != "open"]
    some, every = (sum(corpus["rows"] for corpus in found) for found in (closed, corpora))
    assert (
        f"{len(closed)} of the {len(corpora)} corpora behind it ({some:,} of {every:,} rows)"
        in (head)
    )


def test_limits_name_what_was_not_measured(card: str, manifest: Manifest) -> None:
    limits = section(card, "Limits")
    others = [lang for lang in manifest.languages if lang not in ("pl", "ro", "es")]
    assert f"**complaint** was not measured in {', '.join(others)}" in limits
    assert "ru troll (38)" in limits
    assert "same label, so that the figure says little: es sentiment." in limits
    assert "TF-IDF is better, by points of macro-F1: es complaint (5.0)." in limits


def test_figures_come_with_their_intervals(card: str) -> None:
    figures = section(card, "Evaluation")
    assert "| pl | 4,200 | 20.8 | 86.3 | 90.3 | 88.7–91.8 | 92.5 | 1.2 |" in figures
    assert "### Published figures on the same corpora" in figures
    assert "Against float32, the shipped graph (int8) loses" in figures
    assert "5.3 ms in the median" in figures
    assert "another graph" not in figures


def test_it_holds_no_text_of_a_mention(card: str) -> None:
    texts = [
        mistake.text
        for found in example_evaluation().languages
        for result in found.tasks
        for mistake in result.confident_mistakes
        if mistake.text
    ]
    assert texts
    assert not [text for text in texts if text[:30] in card]


def test_figures_of_another_graph_are_called_so(manifest: Manifest) -> None:
    card = model_card(manifest, example_evaluation())
    assert "**These are the figures of another graph** (example-bundle 1.4.0, int8)" in card


def test_the_packaged_evaluation_is_of_the_packaged_graph(manifest: Manifest) -> None:
    record = json.loads((packaged_bundle_path() / "evaluation.json").read_text(encoding="utf-8"))
    card = model_card(manifest, record)
    assert "another graph" not in card
    assert "macro-F1 (TF-IDF)" in card


def test_without_an_evaluation_it_says_how_to_make_one(manifest: Manifest) -> None:
    card = model_card(manifest)
    assert "**Quality:** not measured yet" in card
    assert "mentionlens evaluate path/to/this/folder --data FILES" in card
    assert "was not measured in" not in card


def test_a_manifest_without_a_record(manifest: Manifest) -> None:
    card = model_card(dataclasses.replace(manifest, provenance={}, verification={}))
    assert "## Data and licences" not in card
    assert "## Export gate" not in card
    assert "**Licence:**" not in card
    assert "base_model" not in card


def test_open_data_brings_no_warning(manifest: Manifest) -> None:
    corpora = {"a|b": {"policy": "open", "licence": "CC0", "rows": 7, "citation": "A et al."}}
    data = {"corpora": corpora, "rows": 7, "policy": "open"}
    card = model_card(dataclasses.replace(manifest, provenance={"data": data}))
    assert "**Licence:**" not in card
    assert "| open | licensed by its publisher for any use, commercial use too | 1 | 7 |" in card
    assert "| a&#124;b | 7 | open | CC0 |" in card
    assert "- a&#124;b: A et al." in card


def test_an_evaluation_that_cannot_be_read_is_refused(manifest: Manifest) -> None:
    with pytest.raises(EvaluationError, match="no evaluation"):
        model_card(manifest, {"cells": []})
