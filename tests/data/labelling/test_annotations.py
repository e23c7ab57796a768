"""Annotations hold no text, and are joined with the very text that was read."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.hashing import text_hash
from mentionlens_data.labelling.annotations import (
    Annotation,
    annotation_files,
    read_annotations,
)
from mentionlens_data.labelling.joining import join_annotations
from mentionlens_data.preparation.corpus_source import CorpusSource
from small_corpora import entry, row, write

LABELS = {"sentiment": "neutral", "troll": "no", "complaint": "delivery"}
TEXTS = ["the parcel is late again", "the waiter was rude to us", "we like it here a lot"]


def annotate(number: int, text: str) -> dict[str, Annotation]:
    own_id = f"first/{number}"
    return {own_id: Annotation(own_id, text_hash(text), LABELS)}


def folder_of(tmp_path: Path) -> Path:
    write(tmp_path, "first", [row(str(i), text) for i, text in enumerate(TEXTS)])
    return tmp_path


def test_a_readers_answers_take_the_place_of_the_corpus_own(tmp_path: Path) -> None:
    annotations = annotate(0, TEXTS[0]) | annotate(1, "another text") | annotate(7, "gone")
    source = CorpusSource(
        entry("first", weight=0.5),
        folder_of(tmp_path),
        languages=frozenset({"en"}),
        seed=1,
        annotations=annotations,
    )
    found = [item.candidate for item in source.rows()]
    assert [item.labels for item in found] == [LABELS, *2 * [{"sentiment": "negative"}]]
    assert [item.weight for item in found] == [1.0, 0.5, 0.5]
    assert source.account().annotations == {"joined": 1, "changed": 1, "missing": 1}


def test_a_join_says_what_changed_and_what_is_missing(tmp_path: Path) -> None:
    annotations = annotate(0, TEXTS[0]) | annotate(1, "another text") | annotate(7, "gone")
    annotations["second/1"] = Annotation("second/1", "0" * 16, LABELS)
    ledger = {name: entry(name) for name in ("first", "second")}
    joined = join_annotations(annotations, folder_of(tmp_path), ledger)
    assert [(m.id, m.text, dict(m.labels)) for m in joined.mentions] == [
        ("first/0", TEXTS[0], LABELS)
    ]
    assert joined.changed == ["first/1"]
    assert joined.missing == ["first/7", "second/1"]
    assert joined.absent == ["second"]


def test_the_project_own_annotations_hold_no_text() -> None:
    files = annotation_files()
    assert {path.stem for path in files} == {"bg", "en", "es", "pl", "ro", "ru"}
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            head = next(csv.reader(file, delimiter="\t"))
        assert head == ["id", "text_sha", "pass", "sentiment", "troll", "complaint"]
    annotations = read_annotations()
    assert {own_id.partition("/")[0] for own_id in annotations} <= load_ledger().keys()
    assert all(len(a.text_sha) == 16 for a in annotations.values())


@pytest.mark.corpora
def test_every_annotation_still_meets_its_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = os.environ.get("MENTIONLENS_CORPORA")
    if not folder:
        pytest.skip("MENTIONLENS_CORPORA names no folder of corpora")
    out = tmp_path / "joined.jsonl"
    assert main(["join-annotations", "--corpora", folder, "-o", str(out)]) == 0
    with out.open(encoding="utf-8") as lines:
        joined = [json.loads(line) for line in lines]
    assert {item["id"] for item in joined} == read_annotations().keys()
    assert "0 changed, 0 missing" in capsys.readouterr().err
