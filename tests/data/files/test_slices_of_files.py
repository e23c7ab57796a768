"""Slices that a labelled file names, from every format to the prepared set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.cli import main
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.labelled_file import FileRow, LabelledFile, read_labelled_file
from mentionlens_data.files.mapping import FileMapping
from mentionlens_data.files.slice_cells import names_in
from mentionlens_data.files.sources import read_mentions
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import SPLITS


def save(path: Path, *lines: object) -> Path:
    text = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def read(path: Path, mapping: FileMapping | None = None) -> tuple[list[FileRow], list[BadRow]]:
    bad: list[BadRow] = []
    return list(LabelledFile(path, mapping=mapping).read(bad.append)), bad


def slices_of(path: Path, mapping: FileMapping | None = None) -> list[tuple[str, ...]]:
    rows, bad = read(path, mapping)
    assert bad == []
    return [row.slices for row in rows]


@pytest.mark.parametrize("cell", ["refund|angry_genuine", " refund ; angry_genuine ;"])
def test_a_text_of_names(tmp_path: Path, cell: str) -> None:
    path = save(tmp_path / "a.tsv", "text\ttroll\tslices", f"a\tno\t{cell}", "b\tno\t")
    assert slices_of(path) == [("refund", "angry_genuine"), ()]
    assert read_labelled_file(path)[0].slices == ("refund", "angry_genuine")


def test_commas_in_a_quoted_cell(tmp_path: Path) -> None:
    path = save(tmp_path / "a.csv", "text,troll,slices", 'a,no,"refund, VIP guest,refund"')
    assert slices_of(path) == [("refund", "VIP guest")]


def test_lists_in_json_lines(tmp_path: Path) -> None:
    row = {"text": "a", "troll": "no"}
    lists = (["refund", "a, b", "refund"], [], None, "x;y", [" ", "z"])
    path = save(tmp_path / "a.jsonl", row, *({**row, "slices": names} for names in lists))
    assert slices_of(path) == [(), ("refund", "a, b"), (), (), ("x", "y"), ("z",)]


def test_lists_in_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [{"text": "a", "troll": "no", "slices": names} for names in (["x", "y"], None, [])]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    assert slices_of(tmp_path / "a.parquet") == [("x", "y"), (), ()]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (3, "3 is neither a list nor a text"),
        ({"refund": True}, "is neither a list nor a text"),
        (["refund", 3], "3 in the list is no text"),
        (["x" * 61], "is no name of a slice"),
        (["a\u202eb"], "is no name of a slice"),
        ("['refund', 'vip']", """"['refund'" is no name of a slice"""),
    ],
)
def test_malformed_values_are_reported(tmp_path: Path, value: object, problem: str) -> None:
    row = {"text": "a", "troll": "no", "slices": ["refund"]}
    rows, (bad,) = read(save(tmp_path / "a.jsonl", row, {**row, "slices": value}))
    assert [row.slices for row in rows] == [("refund",)]
    assert (bad.line, bad.field, bad.kind) == (2, "slices", "bad slices")
    assert problem in bad.problem
    assert "a list of short names" in bad.allowed


@given(st.lists(st.text(alphabet="ab ąж_-'/|;,", max_size=9), max_size=5), st.sampled_from("|;,"))
def test_a_text_gives_what_a_list_gives(names: list[str], separator: str) -> None:
    plain = [name.translate(str.maketrans("", "", "|;,")) for name in names]
    assert names_in(separator.join(plain)) == names_in(plain)


@given(st.recursive(st.none() | st.text() | st.floats() | st.booleans(), st.lists, max_leaves=6))
def test_any_value_gives_short_names_or_an_error(value: object) -> None:
    try:
        found = names_in(value)
    except ValueError:
        return
    assert len(set(found)) == len(found)
    assert all(name == name.strip() and 0 < len(name) <= 60 for name in found)


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("slices", ("vip", "refund"), True),
        ("Slice", ("vip", ""), True),
        ("slices", ("8", "4"), False),
        ("slices", ("", ""), False),
        ("tags", ("vip", "refund"), False),
        ("segment", ("vip", "refund"), False),
    ],
)
def test_only_our_own_name_is_guessed(
    tmp_path: Path, column: str, cells: tuple[str, str], expected: bool
) -> None:
    rows = (f"text {number},no,{cell}" for number, cell in enumerate(cells))
    path = save(tmp_path / "a.csv", f"text,troll,{column}", *rows)
    assert ("slices" in LabelledFile(path).mapping.columns) == expected


def test_a_mapping_names_another_column_and_translates(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.csv", "text,troll,tags", "a,no,Wściekły klient|VIP", "b,no,-|Angry Genuine"
    )
    mapping = FileMapping(
        columns={"text": "text", "troll": "troll", "slices": "tags"},
        labels={"slices": {"wściekły klient": "angry_genuine", "-": "?"}},
    )
    assert slices_of(path, mapping) == [("angry_genuine", "VIP"), ("angry_genuine",)]
    whole = FileMapping(constants={"slices": "pilot|spring"})
    assert slices_of(path, whole) == [("pilot", "spring")] * 2


def test_validate_counts_them_and_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "a.csv", "text,troll,slices", "a,no,vip|refund", "b,no,vip")
    clean = tmp_path / "good.jsonl"
    assert main(["validate", str(path), "-o", str(clean)]) == 0
    shown = capsys.readouterr()
    assert "slices     vip 2, refund 1" in shown.out + shown.err
    assert slices_of(clean) == [("vip", "refund"), ("vip",)]
    assert main(["validate", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["slices"] == {"vip": 2, "refund": 1}


def test_a_split_set_keeps_them(tmp_path: Path) -> None:
    words = ("kurier", "faktura", "zwrot", "telefon", "bilet")
    lines = [
        {"text": f"{word} {number * 7919} sprawa", "troll": "no", "lang": "pl", "slices": [word]}
        for number, word in enumerate(words * 4)
    ]
    path = save(tmp_path / "a.jsonl", *lines)
    assert [row.slices for row in read_mentions(path)] == [(word,) for word in words * 4]
    assert main(["split", str(path), "-o", str(tmp_path / "set"), "--test-share", "0.3"]) == 0
    prepared = open_prepared(tmp_path / "set")
    rows = [row for split in SPLITS for row in prepared.read(split)]
    assert len(rows) > 5
    assert all(row.slices == (row.text.split()[0],) for row in rows)


def test_augmented_rows_keep_them(tmp_path: Path) -> None:
    row = {"text": "Źle i późno", "lang": "pl", "troll": "no", "slices": ["vip"]}
    path, out = save(tmp_path / "a.jsonl", row), tmp_path / "variant.jsonl"
    assert main(["augment", str(path), "--with", "strip_diacritics", "-o", str(out)]) == 0
    (found,) = read_labelled_file(out)
    assert (found.text, found.slices) == ("Zle i pozno", ("vip",))
