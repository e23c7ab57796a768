"""Rows in = rows kept + rows quarantined, and each planted fault is found at its very line."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.cli import main
from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.labelled_file import FileRow, LabelledFile
from mentionlens_data.files.mapping import FileMapping
from mentionlens_data.files.quarantine import read_quarantine
from mentionlens_data.files.text import canonical_text, unify_romanian
from own_files import ENCODINGS, MessyFile

CASES = [
    pytest.param(lang, *case, id=f"{case[0]}{'-bom' if case[1] else ''}-{lang}")
    for name, langs, mark, broken in ENCODINGS
    for lang in langs
    for case in [(name, mark, broken)]
]
MAPPING = FileMapping(columns={"text": "text", "sentiment": "sentiment"})


def read(file: LabelledFile) -> tuple[list[FileRow], list[BadRow]]:
    bad: list[BadRow] = []
    return list(file.read(bad.append)), bad


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("lang", "encoding", "mark", "broken"), CASES)
def test_every_encoding_and_every_fault(
    tmp_path: Path, lang: str, encoding: str, mark: bytes, broken: bytes, packed: bool
) -> None:
    messy = MessyFile(lang, encoding, mark, broken)
    messy.add_good(25)
    messy.add_faults()
    messy.add_good(25)
    path = tmp_path / ("messy.csv.gz" if packed else "messy.csv")
    path.write_bytes(gzip.compress(messy.data) if packed else messy.data)
    rows, bad = read(LabelledFile(path))
    assert {row.line: unify_romanian(row.text) for row in rows} == {
        line: unify_romanian(text) for line, text in messy.good.items()
    }
    assert {row.line: row.kind for row in bad} == messy.bad
    assert len(rows) + len(bad) == messy.rows


@pytest.mark.parametrize(
    ("lines", "ending"), [(2_000, "jsonl"), pytest.param(200_000, "csv", marks=pytest.mark.slow)]
)
def test_a_long_file_through_the_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: int, ending: str
) -> None:
    messy = MessyFile("pl", "cp1250", b"", b"\x81")
    for _ in range(4):
        messy.add_good(lines // 4)
        messy.add_faults()
    (tmp_path / "big.csv").write_bytes(messy.data)
    quarantine, clean = tmp_path / f"bad.{ending}", tmp_path / "clean.jsonl"
    mapping = tmp_path / "m.toml"
    assert main(["inspect", str(tmp_path / "big.csv"), "--write-mapping", str(mapping)]) == 0
    arguments = ["validate", str(tmp_path / "big.csv"), "--mapping", str(mapping), "--json"]
    capsys.readouterr()
    assert main([*arguments, "--quarantine", str(quarantine), "-o", str(clean)]) == 1
    shown = capsys.readouterr()
    counts = json.loads(shown.out)
    assert counts["rows"] == messy.rows
    assert messy.data.count(b"\n") > lines
    kept = [json.loads(line) for line in clean.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in kept] == list(messy.good.values())
    planted = {row.line: row.kind for row in read_quarantine(quarantine)}
    assert planted == messy.bad
    assert counts["good"] + sum(counts["bad"].values()) == messy.rows
    assert (counts["good"], sum(counts["bad"].values())) == (len(kept), len(planted))
    assert f"{messy.rows:,} rows" in shown.err
    rows, bad = read(LabelledFile(clean))
    assert (len(rows), bad) == (len(kept), [])


def quoted_csv(texts: list[str], delimiter: str) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["text", "sentiment"])
    writer.writerows([text, "neutral"] for text in texts)
    return file.getvalue()


texts = st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=8)


@given(texts=texts, delimiter=st.sampled_from(",;\t|"))
@settings(max_examples=150)
def test_any_text_through_csv(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("h") / "a.csv"
    path.write_bytes(quoted_csv(texts, delimiter).encode("utf-8"))
    rows, bad = read(LabelledFile(path, mapping=MAPPING.model_copy(update={"encoding": "utf-8"})))
    assert bad == []
    assert [row.text for row in rows] == [canonical_text(text) for text in texts]


@given(texts=texts)
def test_any_text_through_jsonl(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("h") / "a.jsonl"
    lines = (json.dumps({"text": t, "sentiment": "neutral"}, ensure_ascii=False) for t in texts)
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    rows, bad = read(LabelledFile(path, mapping=MAPPING))
    assert bad == []
    assert [row.text for row in rows] == [canonical_text(text) for text in texts]


@given(texts=texts)
@settings(max_examples=30)
def test_any_text_through_parquet(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path_factory.mktemp("h") / "a.parquet"
    table = pyarrow.table({"text": texts, "sentiment": ["neutral"] * len(texts)})
    parquet.write_table(table, path)
    rows, bad = read(LabelledFile(path, mapping=MAPPING))
    assert bad == []
    assert [row.text for row in rows] == [canonical_text(text) for text in texts]


PIECES = st.sampled_from(
    [b"text,sentiment\n", b'"', b",", b";", b"\n", b"\r", b"\r\n", b"\x00", b"neutral", b"\xff",
     b"a", "ż".encode(), "ż".encode("cp1250"), b"\xff\xfe", b"{", b'{"text": "a"}', b"[", b"\t"]
)  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "csv.gz", "json"])
@given(data=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join)))
@settings(max_examples=150)
def test_arbitrary_bytes_never_raise_but_by_name(
    tmp_path_factory: pytest.TempPathFactory, ending: str, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("h") / f"a.{ending}"
    path.write_bytes(data)
    for mapping in (None, FileMapping(columns={"text": "text", "sentiment": "sentiment"})):
        try:
            rows, bad = read(LabelledFile(path, mapping=mapping))
        except LabelledFileError as error:
            assert str(path) in str(error)
        else:
            lines = [row.line for row in (*rows, *bad)]
            assert len(set(lines)) == len(lines)


@given(data=st.lists(PIECES, max_size=40).map(b"".join))
@settings(max_examples=200)
def test_every_line_of_arbitrary_csv_belongs_to_a_row(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """No row, good or bad, may hide a line that stands by itself."""
    path = tmp_path_factory.mktemp("h") / "a.csv"
    path.write_bytes(b"text,sentiment\n" + data.replace(b"\xff\xfe", b"") + b"\nlast,neutral\n")
    try:
        rows, bad = read(LabelledFile(path, mapping=MAPPING))
    except LabelledFileError:
        return
    assert rows or bad
    last = max(row.line for row in (*rows, *bad))
    assert any(row.line == last and "last" in row.text for row in rows) or any(
        "last" in str(row.row) for row in bad
    )
