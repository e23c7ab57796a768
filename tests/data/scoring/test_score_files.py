"""`mentionlens score`: what goes in, what comes out, in every format."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mentionlens import MentionClassifier
from mentionlens_data.scoring.command import main
from tiny_bundle import COMMITTED

ROWS = [
    {"id": "1", "text": "Paczka miała być w piątek, jest środa i cisza.", "stars": "1"},
    {"id": "2", "text": "Mulțumesc, livrarea a fost rapidă!", "stars": "5"},
    {"id": "3", "text": "", "stars": "3"},
    {"id": "4", "text": 'línea una\nlínea "dos"; =1+1', "stars": "2"},
    {"id": "5", "text": "Приложението пак не работи 😡", "stars": "1"},
]
ADDED = [
    *("sentiment", "sentiment_score", "troll", "troll_score", "complaint", "complaint_score"),
    "flags",
]


@pytest.fixture(scope="module")
def classifier() -> MentionClassifier:
    return MentionClassifier(COMMITTED)


def score(*arguments: object) -> int:
    return main([*map(str, arguments), "--bundle", str(COMMITTED)])


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def expected(classifier: MentionClassifier) -> list[dict[str, Any]]:
    answers = classifier.predict([row["text"] for row in ROWS])
    return [answer.to_dict() for answer in answers]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_table_keeps_its_columns_and_gets_labels_scores_and_flags(
    tmp_path: Path, classifier: MentionClassifier, delimiter: str
) -> None:
    source = write_csv(tmp_path / "in.csv", ROWS, delimiter)
    assert score(source, "-o", tmp_path / "out.csv") == 0
    found = read_csv(tmp_path / "out.csv", delimiter)
    assert list(found[0]) == [*ROWS[0], *ADDED]
    for row, given_row, answer in zip(found, ROWS, expected(classifier), strict=True):
        assert {name: row[name] for name in given_row} == given_row
        assert row["sentiment"] == answer["sentiment"]["label"]
        assert float(row["complaint_score"]) == pytest.approx(
            answer["complaint"]["score"], abs=2e-2
        )
        assert row["flags"] == " ".join(answer["flags"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_json_lines_have_the_shape_that_answers_have_everywhere(
    tmp_path: Path, classifier: MentionClassifier
) -> None:
    rows = [{**row, "nested": {"a": [1, None]}} for row in ROWS]
    source = write_lines(tmp_path / "in.jsonl", rows)
    assert score(source, "-o", tmp_path / "out.jsonl") == 0
    for row, given_row, answer in zip(
        read_lines(tmp_path / "out.jsonl"), rows, expected(classifier), strict=True
    ):
        assert {name: row[name] for name in given_row} == given_row
        assert list(row) == [*given_row, "sentiment", "troll", "complaint", "flags"]
        for task in ("sentiment", "troll", "complaint"):
            assert row[task]["label"] == answer[task]["label"]
            assert list(row[task]["probabilities"]) == list(answer[task]["probabilities"])


def test_every_text_format_becomes_every_other(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ROWS)
    write_csv(tmp_path / "a.tsv", ROWS, "\t")
    write_lines(tmp_path / "a.jsonl", ROWS)
    for name in ("a.csv", "a.tsv", "a.jsonl"):
        packed = tmp_path / f"{name}.gz"
        packed.write_bytes(gzip.compress((tmp_path / name).read_bytes()))
        for output in ("o.csv", "o.tsv.gz", "o.jsonl", "o.jsonl.gz"):
            assert score(packed, "-o", tmp_path / output, "--overwrite", "--chunk", 2) == 0
        with gzip.open(tmp_path / "o.tsv.gz", "rt", encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file, delimiter="\t"))
        with gzip.open(tmp_path / "o.jsonl.gz", "rt", encoding="utf-8") as file:
            objects = [json.loads(line) for line in file]
        assert objects == read_lines(tmp_path / "o.jsonl")
        for found in (table, read_csv(tmp_path / "o.csv"), objects):
            assert [{name: row[name] for name in ROWS[0]} for row in found] == ROWS


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pa.table(
        {
            "text": [row["text"] for row in ROWS],
            "stars": pa.array([1, 5, None, 2, 1], pa.int8()),
            "tags": [["a"], [], None, ["b", "c"], []],
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    assert score(tmp_path / "in.parquet", "-o", tmp_path / "out.parquet", "--chunk", 2) == 0
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found.select(table.column_names).equals(table)
    assert found.schema.field("sentiment_score").type == pa.float64()
    assert score(tmp_path / "out.parquet", "-o", tmp_path / "o.csv", "--prefix", "again_") == 0
    assert [row["again_sentiment"] for row in read_csv(tmp_path / "o.csv")] == found.column(
        "sentiment"
    ).to_pylist()


def test_rows_that_cannot_be_read_are_kept_and_flagged(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        'text,id\nfine,1\ntoo,many,fields\n"never closed,3\nfine too,4\n', encoding="utf-8"
    )
    (tmp_path / "in.jsonl").write_text(
        '{"text": "fine"}\nno json\n{"text": null}\n{"other": 1}\n{"text": "x", "troll": "?"}\n',
        encoding="utf-8",
    )
    assert score(tmp_path / "in.csv", "-o", tmp_path / "out.csv") == 0
    assert [(row["text"], row["flags"].split()[0] if not row["sentiment"] else "") for row in
            read_csv(tmp_path / "out.csv")] == [
        ("fine", ""),
        ("too,many,fields", "bad_row:ragged"),
        ('"never closed,3', "bad_row:bad_quotes"),
        ("fine too", ""),
    ]  # fmt: skip
    assert score(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl") == 0
    _, broken, empty, without, taken = read_lines(tmp_path / "out.jsonl")
    assert broken == {"text": "no json", "flags": ["bad_row:not_JSON"]}
    assert empty == {"text": None, "flags": ["no_text"]}
    assert without == {"other": 1, "flags": ["no_text"]}
    assert taken == {"text": "x", "troll": "?", "flags": ["column_taken:troll"]}


def test_a_broken_gzip_ends_with_a_flagged_row_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"text": f"mention {i} " + str(i**20) * 6} for i in range(3000)]
    whole = gzip.compress(write_lines(tmp_path / "in.jsonl", rows).read_bytes())
    (tmp_path / "in.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    assert score(tmp_path / "in.jsonl.gz", "-o", tmp_path / "out.jsonl") == 1
    *good, last = read_lines(tmp_path / "out.jsonl")
    assert 100 < len(good) < 3000
    assert last["flags"] == ["bad_row:damaged"]
    assert "damaged" in capsys.readouterr().err


def test_folders_and_patterns_go_to_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    write_csv(tmp_path / "in" / "a.csv", ROWS)
    write_lines(tmp_path / "in" / "deep" / "b.jsonl", ROWS)
    (tmp_path / "in" / "notes.txt").write_text("not a table", encoding="utf-8")
    assert score(tmp_path / "in", "-o", tmp_path / "out") == 0
    assert len(read_csv(tmp_path / "out" / "a.csv")) == len(ROWS)
    assert len(read_lines(tmp_path / "out" / "deep" / "b.jsonl")) == len(ROWS)
    assert score(tmp_path / "in" / "*.csv", "-o", tmp_path / "two") == 0
    assert [path.name for path in (tmp_path / "two").iterdir()] == ["a.csv"]


def test_streams(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", ROWS)
    command = [sys.executable, "-m", "mentionlens", "score", "-", "-o", "-"]
    command += ["--input-format", "csv", "--format", "csv", "--bundle", str(COMMITTED)]
    done = subprocess.run(command, input=source.read_bytes(), capture_output=True, check=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"), newline="")))
    assert [row["text"] for row in rows] == [row["text"] for row in ROWS]


def test_formulas_are_neutralised_on_request(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", [{"text": "=cmd()", "who": "@brand"}])
    assert score(source, "-o", tmp_path / "out.csv", "--safe-cells", "--probabilities") == 0
    (row,) = read_csv(tmp_path / "out.csv")
    assert (row["text"], row["who"]) == ("'=cmd()", "'@brand")
    assert sum(float(row[f"troll_{label}"]) for label in ("no", "yes")) == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in.csv", "-o", "out.csv", "--text-column", "body"], "no column 'body'; there are"),
        (["in.csv", "-o", "out.csv", "--lang-column", "tongue"], "no column 'tongue'"),
        (["labelled.csv", "-o", "out.csv"], "a column 'sentiment' already; --prefix"),
        (["in.csv", "-o", "out.xlsx"], "the ending tells no format"),
        (["in.csv", "-o", "in.csv"], "the output is the input"),
        (["in.csv", "-o", "there.csv"], "--overwrite replaces it"),
        (["missing.csv", "-o", "out.csv"], "no such file or folder"),
        (["in.csv", "labelled.csv", "-o", "there.csv"], "several inputs need a folder"),
        (["in.csv", "-o", "-", "--format", "parquet"], "Parquet needs a file"),
        (["empty.csv", "-o", "out.csv"], "no rows"),
    ],
)
def test_a_wrong_call_says_what_is_possible(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_csv(Path("in.csv"), ROWS)
    write_csv(Path("labelled.csv"), [{"text": "x", "sentiment": "neutral"}])
    Path("there.csv").write_text("precious", encoding="utf-8")
    Path("empty.csv").write_text("", encoding="utf-8")
    before = sorted(Path().iterdir())
    assert score(*arguments) == 1
    assert message in capsys.readouterr().err
    assert sorted(Path().iterdir()) == before
    assert Path("there.csv").read_text(encoding="utf-8") == "precious"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["text", "a", "ü"]),
            st.one_of(st.text(max_size=40), st.integers(), st.none()),
            min_size=1,
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_object_comes_back_with_all_it_had(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    rows = [{"text": "first"}, *rows]
    source = write_lines(tmp_path / "in.jsonl", rows)
    for name in ("out.jsonl", "out.csv"):
        assert score(source, "-o", tmp_path / name, "--overwrite", "--chunk", 3) == 0
    back = read_lines(tmp_path / "out.jsonl")
    assert [{key: row[key] for key in given_row} for row, given_row in
            zip(back, rows, strict=True)] == rows  # fmt: skip
    table = read_csv(tmp_path / "out.csv")
    assert len(table) == len(rows)
    for cells, given_row in zip(table, rows, strict=True):
        for key, value in given_row.items():
            assert cells[key] == ("" if value is None else str(value))
