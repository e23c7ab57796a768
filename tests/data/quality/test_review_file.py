from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.errors import ReviewFileError
from mentionlens_data.quality.review_file import ReviewLine, read_review, text_sha, write_review

LINES = [
    ReviewLine(
        "first/1", lang="ro", text='=HYPERLINK("x"); "ghilimele", și\r\nun rând', task="sentiment"
    ),
    ReviewLine("first/2", lang="bg", text="'кавичка; 😡", reason="language", note="-5 @x"),
    ReviewLine("first/3", text="\t+tab", label="negative", decision="keep", text_sha="sha-1"),
]


def read(path: Path) -> list[ReviewLine]:
    import dataclasses

    return [dataclasses.replace(line, line=0) for line in read_review(path)]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_written_file_is_read_back(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "new" / "review.csv"
    assert write_review(path, LINES, delimiter=delimiter) == len(LINES)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid" + delimiter.encode())
    assert read(path) == LINES
    assert [p.name for p in path.parent.iterdir()] == ["review.csv"]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    import csv

    write_review(tmp_path / "r.csv", LINES)
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=5))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("r") / "review.csv"
    lines = [ReviewLine("x", text=text) for text in texts]
    write_review(path, lines)
    assert read(path) == lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_save(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    table = [
        ["Decision", "mine", "text", "id", "label", "task", "text_sha"],
        ["keep", "ж", f'"a{end}{delimiter} b"', "first/1", "negative", "sentiment", "sha-0"],
        ["", "", "", "", "", "", ""],
        ["drop", "", "x", "first/2", "", "", "sha-1"],
    ]
    path = tmp_path / "saved.csv"
    path.write_bytes("".join(delimiter.join(row) + end for row in table).encode(encoding))
    first, second = read_review(path)
    assert (first.id, first.decision, first.text) == ("first/1", "keep", f"a{end}{delimiter} b")
    assert (second.id, second.decision) == ("first/2", "drop")
    assert first.line == 2
    assert second.line == 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column id, task"),
        ("id,text\n1,zażółć\n".encode(), "no column task, label, text_sha, decision"),
        ("id,task,label,text_sha,decision\n1,2,ł".encode("cp1250"), "save it as `CSV UTF-8`"),
        (b"id,task,label,text_sha,decision\n1,2\n", "line 2: 2 cells"),
    ],
)
def test_what_is_no_review_file(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ReviewFileError, match=message):
        list(read_review(path))


def test_the_hash_of_a_text_is_never_a_number() -> None:
    assert text_sha("x").startswith("sha-")
    assert text_sha("x") != text_sha("y")
