from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.labelled_file import read_labelled_file
from mentionlens_data.files.text import canonical_text


def save(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_the_same_rows_in_three_forms(tmp_path: Path) -> None:
    jsonl = '{"text": "Păcat, a întârziat", "lang": "ro", "complaint": "delivery", "troll": null}\n'
    csv = '\ufefftext,lang,complaint,troll,note\n"Păcat, a întârziat",RO, delivery ,,x\n'
    tsv = "text\tlang\tcomplaint\nPăcat, a întârziat\tro\tdelivery\n"
    for name, text in (("a.jsonl", jsonl), ("a.csv", csv), ("a.tsv", tsv)):
        (found,) = read_labelled_file(save(tmp_path, name, text))
        assert (found.text, found.lang) == ("Păcat, a întârziat", "ro")
        assert found.labels == {"complaint": "delivery"}
        assert found.split == "test"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.jsonl",
            '{"text": "a", "troll": "no"}\n{"text": "b", "troll": "hm"}\n',
            "line 2: field 'troll': 'hm' is not a label; allowed: no, yes",
        ),
        ("a.jsonl", '{"text": "a", "troll": true}\n', "field 'troll': True"),
        ("a.jsonl", '{"text": " ", "troll": "no"}\n', "line 1: field 'text'"),
        ("a.jsonl", '{"troll": "no"}\n', "line 1: field 'text'"),
        ("a.jsonl", '{"text": "a"}\n', "at least one of sentiment, troll, complaint"),
        ("a.jsonl", "\n{\n", "line 2: not JSON"),
        ("a.jsonl", "3\n", "line 1: a JSON object"),
        ("a.jsonl", "", "no rows"),
        (
            "a.csv",
            "text,troll,split\na,no,train\nb,no,dev\n",
            "no rows of the part 'test'; they belong to train, validation",
        ),
        ("a.csv", "text,troll,split\na,no,fold 3\n", "line 2: field 'split': 'fold 3' is no split"),
        ("a.csv", "body,troll\na,no\n", "no column 'text', found ['body', 'troll']"),
        ("a.csv", "text,troll\na,no\nb,x\n", "line 3: field 'troll'"),
        ("a.xlsx", "text", "must end in .jsonl, .ndjson, .json, .csv, .tsv, .parquet"),
    ],
)
def test_errors_name_file_line_field_and_labels(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(LabelledFileError) as caught:
        read_labelled_file(save(tmp_path, name, text))
    assert message in str(caught.value)
    assert name in str(caught.value)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="no such file"):
        read_labelled_file(tmp_path / "none.csv")
    rows = "text,troll\nżółć,no\nłąka,no\n".encode() + b"\xb3\xb1ka,no\n"
    (tmp_path / "latin.csv").write_bytes(rows)
    with pytest.raises(LabelledFileError, match=r"latin\.csv, line 4: byte 1 .* is not UTF-8"):
        read_labelled_file(tmp_path / "latin.csv")


def test_other_encodings_are_recognised(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("text,troll\nżółć na łące,no\n".encode("iso8859-2"))
    assert read_labelled_file(tmp_path / "latin.csv")[0].text == "żółć na łące"


@settings(max_examples=50, deadline=None)
@given(text=st.text(min_size=1).filter(str.strip))
def test_any_text_comes_back_in_nfc(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("h") / "a.jsonl"
    path.write_text(json.dumps({"text": text, "sentiment": "neutral"}) + "\n", encoding="utf-8")
    assert read_labelled_file(path)[0].text == canonical_text(text)


@pytest.mark.parametrize("name", ["none.csv", "none.parquet", "none.xlsx", "none", "none/at/all"])
def test_a_wrong_path_is_called_so_whatever_its_ending(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabelledFileError, match="no such file"):
        read_labelled_file(tmp_path / name)
