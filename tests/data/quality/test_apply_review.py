from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.errors import PreparedSetError, ReviewFileError
from mentionlens_data.prepared import open_prepared, read_split
from mentionlens_data.quality.decisions import KINDS, apply_decisions, check_decisions
from mentionlens_data.quality.review_file import ReviewLine, text_sha, write_review
from mentionlens_data.quality.reviewed import apply_review
from quality_sets import mention, write_set

ROWS = [
    mention("1", "Towar jest zepsuty", labels={"sentiment": "positive", "complaint": "product"}),
    mention("2", "=Kurier bardzo miły", labels={"sentiment": "negative"}),
    mention("3", "Just arrived, thank you", labels={"sentiment": "positive"}),
    mention("4", "Nie wiem", split="validation", source="second", labels={"troll": "yes"}),
    mention("5", "Polecam", split="test", labels={"sentiment": "negative"}),
]
BY_ID = {row.id: row for row in ROWS}


def line(number: int, decision: str, task: str = "sentiment", **changes: str) -> ReviewLine:
    row = ROWS[number - 1]
    values = {
        "text": row.text,
        "task": task,
        "label": row.labels.get(task, ""),
        "text_sha": text_sha(row.text),
        "decision": decision,
    }
    return ReviewLine(row.id, **(values | changes), line=number + 1)


def test_decisions_are_applied(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", ROWS)
    (folder / "leaks.md").write_text("of the parent", encoding="utf-8")
    (folder / "README.md").write_text("card of the parent", encoding="utf-8")
    lines = [
        line(1, "negative"),
        line(1, " Unknown ", task="complaint"),
        line(2, "drop"),
        line(3, "en", task=""),
        line(4, "unknown", task="troll"),
        line(5, ""),
    ]
    write_review(tmp_path / "review.csv", lines)
    applied = apply_review(folder, tmp_path / "review.csv", tmp_path / "new" / "set")

    first, third = read_split(applied.output, "train")
    assert (first.id, first.labels) == ("first/1", {"sentiment": "negative"})
    assert (third.id, third.lang) == ("first/3", "en")
    assert list(read_split(applied.output, "validation")) == []
    assert list(read_split(applied.output, "test")) == [ROWS[4]]

    manifest = open_prepared(applied.output).manifest
    (review,) = manifest["reviews"]
    content = (tmp_path / "review.csv").read_bytes()
    assert review["file_sha256"] == hashlib.sha256(content).hexdigest()
    assert review["parent_fingerprint"] == "0" * 64
    assert review["decisions"] == {
        "keep": 0, "drop": 1, "unknown": 2, "relabelled": 1, "language": 1, "undecided": 1,
    }  # fmt: skip
    assert (review["rows_before"], review["rows_after"]) == (5, 3)
    assert manifest["rows"] == {"train": 2, "validation": 0, "test": 1}
    assert manifest["corpora"]["second"]["kept"] == {"train": 0, "validation": 0, "test": 0}
    assert manifest["counts"]["en"]["sentiment"]["positive"]["train"] == 1
    assert manifest["fingerprint"] == applied.fingerprint != "0" * 64
    assert applied.fingerprint in (applied.output / "README.md").read_text(encoding="utf-8")
    assert (applied.output / "leaks.md").read_text(encoding="utf-8") == "of the parent"


def test_nothing_decided_changes_no_row_and_the_fingerprint_is_reproducible(
    tmp_path: Path,
) -> None:
    folder = write_set(tmp_path / "set", ROWS)
    write_review(tmp_path / "review.csv", [line(1, ""), line(2, "keep")])
    prints = {
        apply_review(folder, tmp_path / "review.csv", tmp_path / name).fingerprint
        for name in ("a", "b")
    }
    assert len(prints) == 1
    assert list(read_split(tmp_path / "a", "train")) == list(read_split(folder, "train"))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            line(1, "negativ"),
            "field 'decision': 'negativ' is none of keep, drop, unknown, negative",
        ),
        (line(1, "keep", label="neutral"), "field 'label': row 'first/1' has 'positive'"),
        (line(1, "keep", text_sha="sha-0"), "field 'text_sha': row 'first/1' has another text"),
        (line(1, "keep", task="mood"), "field 'task': 'mood' is none of sentiment, troll"),
        (line(2, "yes", task="troll"), "field 'task': row 'first/2' has no answer to 'troll'"),
        (line(5, "positive"), "field 'decision': row 'first/5' is in the test part"),
        (line(3, "xx", task=""), "field 'decision': 'xx' is none of keep, drop, pl, ro"),
        (
            ReviewLine("first/9", decision="keep", line=3),
            "field 'id': the set has no row 'first/9'",
        ),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(
    tmp_path: Path, bad: ReviewLine, message: str
) -> None:
    folder = write_set(tmp_path / "set", ROWS)
    write_review(tmp_path / "review.csv", [line(2, "drop"), bad])
    with pytest.raises(ReviewFileError) as caught:
        apply_review(folder, tmp_path / "review.csv", tmp_path / "new")
    assert f"line 3: {message}" in str(caught.value)
    assert "1 of 2 lines" in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["review.csv", "set"]


def test_the_test_part_can_be_corrected_on_demand(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", ROWS)
    write_review(tmp_path / "review.csv", [line(5, "positive")])
    apply_review(folder, tmp_path / "review.csv", tmp_path / "new", allow_test=True)
    (row,) = read_split(tmp_path / "new", "test")
    assert row.labels == {"sentiment": "positive"}


@pytest.mark.parametrize("first", ["drop", "keep"])
def test_two_lines_that_contradict_each_other(first: str) -> None:
    second = "keep" if first == "drop" else "drop"
    lines = [line(1, first), line(1, second, task="complaint")]
    _, problems = check_decisions(lines, BY_ID)
    assert len(problems) == 1
    assert "drops the whole row 'first/1'" in problems[0]
    _, problems = check_decisions([line(1, "negative"), line(1, "neutral")], BY_ID)
    assert "decide for one" in problems[0]


def test_every_line_is_counted_once() -> None:
    lines = [line(1, "negative"), line(2, "drop"), line(3, ""), line(4, "keep", task="troll")]
    decisions, problems = check_decisions(lines, BY_ID)
    assert problems == []
    assert sum(decisions.counts[kind] for kind in KINDS) == len(lines)
    assert len(list(apply_decisions(ROWS, decisions))) == len(ROWS) - 1


@pytest.mark.parametrize("where", ["set", "review.csv"])
def test_a_review_is_never_applied_in_place(tmp_path: Path, where: str) -> None:
    folder = write_set(tmp_path / "set", ROWS)
    write_review(tmp_path / "review.csv", [line(2, "drop")])
    with pytest.raises(PreparedSetError, match="never applied in place"):
        apply_review(folder, tmp_path / "review.csv", tmp_path / where)


def test_a_labelled_file_gives_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    rows = [
        {"id": "a", "text": "Towar zepsuty", "lang": "pl", "sentiment": "positive"},
        {"id": "b", "text": "Kurier miły", "lang": "pl", "sentiment": "negative"},
    ]
    more = {"split": "test", "group": "thread", "weight": 0.5, "slices": ["vip"]}
    rows[1] |= more
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = [
        ReviewLine(
            "own.jsonl/a",
            task="sentiment",
            label="positive",
            decision="negative",
            text_sha=text_sha("Towar zepsuty"),
        )
    ]
    write_review(tmp_path / "review.csv", lines)
    applied = apply_review(path, tmp_path / "review.csv", tmp_path / "new.jsonl")
    new = [json.loads(text) for text in applied.output.read_text(encoding="utf-8").splitlines()]
    assert new == [{**rows[0], "sentiment": "negative", "split": "train"}, rows[1]]


def test_from_review_to_new_set_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*ROWS, mention("6", "towar jest, zepsuty!", labels={"sentiment": "negative"})]
    folder, review = write_set(tmp_path / "set", rows), tmp_path / "review.csv"
    assert main(["review", str(folder), "-o", str(review), "--reason", "conflict"]) == 0
    assert capsys.readouterr().out == f"{review}\n"
    with review.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert len(table) == 3
    decision, own_id = table[0].index("decision"), table[0].index("id")
    for cells in table[1:]:
        cells[decision] = "negative" if cells[own_id] == "first/1" else "keep"
    # As Excel saves it where a comma is the decimal sign.
    text = "".join(";".join(f'"{c}"' for c in cells) + "\r\n" for cells in table)
    review.write_text(text, encoding="utf-8-sig", newline="")
    assert main(["apply-review", str(folder), str(review), "-o", str(tmp_path / "new")]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{tmp_path / 'new'}\n"
    assert "keep 1, relabelled 1" in shown.err

    review.write_text(text.replace("keep", "perhaps"), encoding="utf-8-sig", newline="")
    assert main(["apply-review", str(folder), str(review), "-o", str(tmp_path / "x")]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "'perhaps' is none of keep, drop, unknown, negative" in shown.err
    assert not (tmp_path / "x").exists()
