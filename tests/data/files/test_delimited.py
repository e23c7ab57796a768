from __future__ import annotations

from pathlib import Path

import pytest
from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.labelled_file import FileRow, LabelledFile
from mentionlens_data.files.mapping import FileMapping


def read(
    folder: Path, text: str, mapping: FileMapping | None = None
) -> tuple[list[FileRow], list[BadRow]]:
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    bad: list[BadRow] = []
    return list(LabelledFile(path, mapping=mapping).read(bad.append)), bad


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(tmp_path: Path, delimiter: str) -> None:
    text = 'id,text,troll\n1,"a, b; c | d",no\n2,e,yes\n'
    if delimiter != ",":
        text = text.replace(",", delimiter).replace(f"a{delimiter} b", "a, b")
    rows, bad = read(tmp_path, text)
    assert bad == []
    assert [row.text for row in rows][1] == "e"
    assert rows[0].labels == {"troll": "no"}


def test_excel_names_its_delimiter(tmp_path: Path) -> None:
    rows, bad = read(tmp_path, "sep=;\r\ntext;troll\r\na, b, c;no\r\n")
    assert ([(row.line, row.text) for row in rows], bad) == ([(3, "a, b, c")], [])


def test_ragged_rows_are_never_shifted(tmp_path: Path) -> None:
    rows, bad = read(tmp_path, "id,text,troll\n1,a,b,no\n2,no\n3,c,no,\n4,d,no\n")
    assert [row.id for row in rows] == ["4"]
    assert [(row.line, row.kind, row.row) for row in bad] == [
        (2, "ragged", "1,a,b,no"),
        (3, "ragged", "2,no"),
        (4, "ragged", "3,c,no,"),
    ]
    assert bad[0].problem == "4 fields, the header has 3"


def test_blank_lines_are_no_rows_but_delimiters_are(tmp_path: Path) -> None:
    rows, bad = read(tmp_path, "text,troll\n\na,no\n  \n,\n\n")
    assert [row.line for row in rows] == [3]
    assert [(row.line, row.kind) for row in bad] == [(5, "no text")]


@pytest.mark.parametrize(
    ("text", "good", "bad_lines"),
    [
        # Never closed at all.
        ('1,"a,no\n2,b,no\n3,c,yes\n', ["b", "c"], [2]),
        # "Closed" by the quote that opens a later field.
        ('1,"a,no\n2,b,no\n3,"c",yes\n', ["b", "c"], [2]),
        # Closed by a mark of inches: the row would be a whole one.
        ('1,"a,no\n2,b,no\n3,size 5",yes\n4,d,no\n', ["b", "d"], [2, 4]),
        # A text over several lines is one row, though its lines have commas.
        ('1,"a\nb, c\nd",no\n2,e,yes\n', ["a\nb, c\nd", "e"], []),
        # Quotes inside are written twice, or stand in a field without quotes.
        ('1,"say ""hi"", now",no\n2,size 5" tv,yes\n', ['say "hi", now', 'size 5" tv'], []),
        ('1,"a" b,no\n2,c,yes\n', ["c"], [2]),
    ],
)
def test_a_quote_never_swallows_rows(
    tmp_path: Path, text: str, good: list[str], bad_lines: list[int]
) -> None:
    rows, bad = read(tmp_path, "id,text,troll\n" + text)
    assert [row.text for row in rows] == good
    assert [row.line for row in bad] == bad_lines
    assert {row.kind for row in bad} <= {"bad quotes"}


def test_an_open_quote_costs_one_row_of_a_long_file(tmp_path: Path) -> None:
    lines = [f"{i},text {i},no" for i in range(5_000)]
    lines[10] = '10,"text 10,no'
    lines[4_000] = '4000,"text 4000",no'
    rows, bad = read(tmp_path, "id,text,troll\n" + "\n".join(lines) + "\n")
    assert (len(rows), [row.line for row in bad]) == (4_999, [12])


def test_nul_and_huge_fields(tmp_path: Path) -> None:
    huge = "ż" * 1_000_000
    rows, bad = read(tmp_path, f'id,text,troll\n1,a\0b,no\n2,"{huge}",no\n3,"\0",x\n')
    assert [row.text for row in rows] == ["a\0b", huge]
    assert [row.kind for row in bad] == ["unknown label"]


def test_a_line_without_end_does_not_fill_memory(tmp_path: Path) -> None:
    endless = "x" * (9 << 20)
    rows, bad = read(tmp_path, f"text,troll\na,no\n{endless},no\nb,no\n")
    assert [row.text for row in rows] == ["a", "b"]
    assert [(row.line, row.kind) for row in bad] == [(3, "too long")]


def test_a_file_without_header(tmp_path: Path) -> None:
    text = "Paczka nie przyszła,negatywny\nWszystko dobrze,pozytywny\n"
    with pytest.raises(LabelledFileError, match=r"inspect.* shows the columns"):
        read(tmp_path, text, FileMapping(columns={}))
    rows, bad = read(
        tmp_path,
        text,
        FileMapping(
            header=False,
            columns={"text": "1", "sentiment": "2"},
            labels={"sentiment": {"negatywny": "negative", "pozytywny": "positive"}},
        ),
    )
    assert bad == []
    assert [(row.line, row.labels["sentiment"]) for row in rows] == [
        (1, "negative"),
        (2, "positive"),
    ]


def test_a_broken_gzip_stream_is_reported(tmp_path: Path) -> None:
    import gzip
    import random

    path = tmp_path / "a.csv.gz"
    chance = random.Random(0)
    rows = "".join(f"{chance.random()} text,no\n" for _ in range(20_000))
    data = gzip.compress(("text,troll\n" + rows).encode())
    path.write_bytes(data[: len(data) // 2])
    bad: list[BadRow] = []
    good = list(LabelledFile(path).read(bad.append))
    assert len(good) > 1_000
    assert [row.kind for row in bad] == ["damaged"]
    assert bad[0].line > good[-1].line


def test_quotes_may_be_mere_characters(tmp_path: Path) -> None:
    text = 'text\ttroll\n"a" b\tno\n"open\tyes\n'
    mapping = FileMapping(quotes=False)
    rows, bad = read(tmp_path, text, mapping)
    assert ([row.text for row in rows], bad) == (['"a" b', '"open'], [])
