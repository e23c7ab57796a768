"""Rows from files and folders, and what identifies them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mentionlens_data.errors import LabelledFileError, PreparedSetError
from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.schema import SPLITS
from mentionlens_data.tasks import Task
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.rows import fingerprint, only_ids, read_rows
from scripted import row

LINE = {"text": "Super!", "lang": "pl", "sentiment": "positive"}


def write(path: Path, *lines: object) -> Path:
    path.write_text(
        "".join(x if isinstance(x, str) else json.dumps(x) + "\n" for x in lines), encoding="utf-8"
    )
    return path


def test_a_labelled_file_gives_all_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.jsonl", LINE, {**LINE, "id": "x", "lang": "sk"})
    found = read_rows([path], "validation")
    assert [(r.id, r.lang, r.split) for r in found] == [
        ("mine.jsonl/1", "pl", "validation"),
        ("mine.jsonl/x", "sk", "validation"),
    ]
    assert found[0].labels == {"sentiment": "positive"}


def test_a_labelled_file_may_name_slices_and_parts(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mine.jsonl",
        {**LINE, "split": "train"},
        {**LINE, "split": "test", "slices": ["angry_genuine", "loyalty programme"]},
        LINE,
    )
    found = read_rows([path], "test")
    assert [(r.id, r.split, r.slices) for r in found] == [
        ("mine.jsonl/2", "test", ("angry_genuine", "loyalty programme")),
        ("mine.jsonl/3", "test", ()),
    ]


def test_a_labelled_file_may_answer_other_questions(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.jsonl", {"text": "Kup!", "lang": "pl", "spam": "yes"})
    (found,) = read_rows([path], "test", tasks=[Task("spam", ("no", "yes"))])
    assert found.labels == {"spam": "yes"}


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match=r"mine.jsonl, line 2: field 'sentiment'"):
        read_rows([write(tmp_path / "mine.jsonl", LINE, {**LINE, "sentiment": "bad"})], "test")


def test_a_folder_is_read_by_split(tmp_path: Path) -> None:
    rows = [row(n, "pl", f"text {n}", split=s, troll="no") for n, s in enumerate(SPLITS)]
    prepared = write_prepared(
        tmp_path / "prepared",
        {r.split: [r] for r in rows},
        [],
        removed=[],
        policy="open",
        seed=1,
    )
    assert read_rows([prepared.folder], "validation") == [rows[1]]


def test_a_folder_that_is_no_prepared_set(tmp_path: Path) -> None:
    with pytest.raises(PreparedSetError, match="not a prepared set"):
        read_rows([tmp_path], "test")


def test_an_id_may_not_come_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.jsonl", {**LINE, "id": "x"}, {**LINE, "id": "x"})
    with pytest.raises(EvaluationError, match=r"the id 'mine\.jsonl/x' comes twice"):
        read_rows([path], "test")


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="neither a file nor a folder"):
        read_rows([tmp_path / "absent"], "test")


def test_only_the_named_rows(tmp_path: Path) -> None:
    rows = [row(n, "pl", str(n), sentiment="neutral") for n in range(4)]
    ids = write(tmp_path / "ids.txt", "made/3\nmade/1\n")
    assert [r.id for r in only_ids(rows, ids)] == ["made/1", "made/3"]


def test_unknown_ids_are_refused(tmp_path: Path) -> None:
    ids = write(tmp_path / "ids.txt", "made/1\nelse/9\n")
    with pytest.raises(EvaluationError, match=r"names 1 rows .* for example 'else/9'"):
        only_ids([row(1, "pl", "x", sentiment="neutral")], ids)
    with pytest.raises(EvaluationError, match="no file of training ids"):
        only_ids([], tmp_path / "absent.txt")


def test_fingerprint_covers_content_and_not_order() -> None:
    rows = [row(n, "pl", f"text {n}", sentiment="neutral") for n in range(3)]
    assert fingerprint(rows) == fingerprint(reversed(rows))
    for other in (
        row(2, "pl", "another", sentiment="neutral"),
        row(2, "cs", "text 2", sentiment="neutral"),
        row(2, "pl", "text 2", sentiment="positive"),
        row(9, "pl", "text 2", sentiment="neutral"),
    ):
        assert fingerprint([*rows[:2], other]) != fingerprint(rows)
