"""Rows from files and folders, and what identifies them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.rows import fingerprint, only_ids, read_rows
from scripted import row

LINE = {"text": "Super!", "lang": "pl", "labels": {"sentiment": "positive"}}


def write(path: Path, *lines: object) -> Path:
    text = "".join(x if isinstance(x, str) else json.dumps(x) + "\n" for x in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode("utf-8")))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["mine.jsonl", "mine.jsonl.gz"])
def test_a_file_needs_only_text_lang_and_labels(tmp_path: Path, name: str) -> None:
    (found,) = read_rows([write(tmp_path / name, LINE, "\n")], "test")
    assert (found.text, found.lang, found.labels) == (LINE["text"], "pl", LINE["labels"])
    assert (found.id, found.source) == (f"{name}/1", name)


def test_other_splits_of_a_file_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "mine.jsonl",
        {**LINE, "id": "x", "split": "train"},
        {**LINE, "id": "y", "split": "test", "source": "shop"},
        {**LINE, "id": "z"},
    )
    assert [(r.id, r.source) for r in read_rows([path], "test")] == [
        ("y", "shop"),
        ("z", "mine.jsonl"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1]\n", r"mine.jsonl, line 2: a row is a JSON object, found list"),
        ({"lang": "pl", "labels": {}}, r"line 2: the field 'text' must be a text"),
        ({**LINE, "lang": 3}, r"line 2: the field 'lang' must be a text"),
        ({**LINE, "labels": "positive"}, r"line 2: the field 'labels' must map"),
        ({**LINE, "labels": {"sentiment": 1}}, r"line 2: the field 'labels' must map"),
        ("{not json\n", r"mine.jsonl is not JSON Lines"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: object, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        read_rows([write(tmp_path / "mine.jsonl", LINE, line)], "test")


def test_an_id_may_not_come_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.jsonl", {**LINE, "id": "x"}, {**LINE, "id": "x"})
    with pytest.raises(EvaluationError, match="the id 'x' comes twice"):
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
