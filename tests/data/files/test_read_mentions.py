"""Parquet, saved sets, names, and prepared folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mentionlens_data.errors import DataError, LabelledFileError
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.labelled_file import FileRow, LabelledFile
from mentionlens_data.files.sources import read_mentions

ROWS = [
    {"id": 1, "text": "Wszystko dobrze", "lang": "pl", "troll": "no", "stars": 5},
    {"id": 2, "text": None, "lang": "pl", "troll": "no", "stars": 1},
    {"id": 3, "text": "Nic nie działa", "lang": None, "troll": None, "stars": 1},
]


def read(name: Path | str) -> tuple[list[FileRow], list[BadRow]]:
    bad: list[BadRow] = []
    return list(LabelledFile(name).read(bad.append)), bad


def check(rows: list[FileRow], bad: list[BadRow]) -> None:
    assert [(row.id, row.line, row.lang) for row in rows] == [("1", 1, "pl"), ("3", 3, "und")]
    assert rows[0].labels == {"troll": "no", "sentiment": "positive"}
    assert rows[1].labels == {"sentiment": "negative"}
    assert [(row.line, row.kind) for row in bad] == [(2, "no text")]


def test_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    check(*read(tmp_path / "a.parquet"))


def test_a_saved_set(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_list(ROWS).save_to_disk(tmp_path / "saved")
    check(*read(tmp_path / "saved"))


def test_splits_and_named_labels_of_a_saved_set(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "sentiment": datasets.ClassLabel(names=["negative", "positive"]),
        }
    )

    def part(*labels: int) -> object:
        texts = [f"text {label}" for label in labels]
        columns = {"text": texts, "sentiment": list(labels)}
        return datasets.Dataset.from_dict(columns, features=features)

    saved = datasets.DatasetDict({"train": part(0, 1), "validation": part(1, -1)})
    saved.save_to_disk(tmp_path / "saved")
    rows, bad = read(tmp_path / "saved")
    assert [(row.line, row.split, row.labels["sentiment"]) for row in rows] == [
        (1, "train", "negative"),
        (2, "train", "positive"),
        (3, "validation", "positive"),
    ]
    assert [(row.line, row.kind) for row in bad] == [(4, "no answer")]


def test_a_name_that_datasets_loads(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    (tmp_path / "set").mkdir()
    for name in ("train", "test"):
        lines = "".join(f"{name}-{i},{name} text {i},no\n" for i in range(3))
        (tmp_path / "set" / f"{name}.csv").write_text(f"id,text,troll\n{lines}", encoding="utf-8")
    rows, bad = read(f"datasets:{tmp_path / 'set'}#test")
    assert ([row.text for row in rows], bad) == ([f"test text {i}" for i in range(3)], [])
    rows, bad = read(f"datasets:{tmp_path / 'set'}")
    assert sorted(row.split or "" for row in rows) == ["test"] * 3 + ["train"] * 3
    assert bad == []
    with pytest.raises(LabelledFileError, match=r"#dev: cannot be loaded"):
        read(f"datasets:{tmp_path / 'set'}#dev")


def test_a_name_that_no_hub_has(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(LabelledFileError, match="datasets:nobody/nothing-at-all: cannot be loaded"):
        read("datasets:nobody/nothing-at-all")


def test_folders_and_endings_that_are_nothing(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="not one that `datasets` saved"):
        LabelledFile(tmp_path)
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(LabelledFileError, match="no Parquet file"):
        LabelledFile(tmp_path / "a.parquet")
    (tmp_path / "a.json").write_text('[{"text": "a"}]', encoding="utf-8")
    with pytest.raises(LabelledFileError, match="line 1: a JSON array; one object a line"):
        LabelledFile(tmp_path / "a.json")


def test_mentions_of_a_file(tmp_path: Path) -> None:
    lines = [
        {"text": "jeden", "sentiment": "pozytywny", "split": "dev", "group": "g"},
        {"text": "dwa", "sentiment": "negatywny"},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    found = list(read_mentions(path))
    assert [(row.id, row.split, row.group) for row in found] == [
        ("a.jsonl/1", "validation", "a.jsonl/g"),
        ("a.jsonl/2", "train", "a.jsonl/2"),
    ]
    assert list(read_mentions(path, splits=["validation"])) == found[:1]
    path.write_text('{"text": "a"}\n', encoding="utf-8")
    with pytest.raises(DataError):
        list(read_mentions(path))
