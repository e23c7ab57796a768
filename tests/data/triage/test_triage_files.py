"""`mentionlens triage`: files in, the same rows with decisions out, and what is waiting."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from mentionlens_data.scoring.command import main as score_main
from mentionlens_data.triage.command import main
from tiny_bundle import COMMITTED

NOW = "2026-03-10T12:00:00Z"
ADDED = [
    *("action", "priority", "target_time", "due_at", "rule", "reasons"),
    *("guidance_do", "guidance_avoid"),
]


def answer(label: str, score: float, **others: float) -> dict[str, Any]:
    return {"label": label, "score": score, "probabilities": {label: score, **others}}


def line(identifier: str, text: str, complaint: dict, **more: Any) -> dict[str, Any]:
    mood = "negative" if complaint["label"] != "none" else "positive"
    rest = {"negative": 0.02, "neutral": 0.02, "positive": 0.02}
    rest.pop(mood)
    return {
        "id": identifier,
        "text": text,
        "sentiment": answer(mood, 0.96, **rest),
        "troll": answer("no", 0.98, yes=0.02),
        "complaint": complaint,
        "flags": [],
        **more,
    }


DELIVERY = answer("delivery", 0.95, none=0.03, safety=0.0)
SAFETY = answer("safety", 0.9, none=0.05, delivery=0.05)
NONE = answer("none", 0.97, delivery=0.02, safety=0.01)
PL, EN = {"lang": "pl", "brand": "Z"}, {"lang": "en", "brand": "N"}
LINES = [
    line("1", "Bardzo dziękuję!", NONE, author="ada", time="2026-03-10T11:00Z", **PL),
    line("2", "Gdzie paczka", DELIVERY, author="jan", time="2026-03-10T10:00Z", **PL),
    line("3", "It burns", SAFETY, author="ann", time="10.03.2026 11:45", **EN),
    line("4", "Znowu nic", DELIVERY, author="jan", time="2026-03-10T11:30Z", **PL),
    line("5", "Where", DELIVERY, author="bob", time="once upon a time", **EN),
    line(
        "6", "Nu a venit", DELIVERY, lang="ro", brand="N", author="ion", time="2026-03-09T10:00Z",
        replied_at="2026-03-09T11:00Z",
    ),
]  # fmt: skip


def triage(*arguments: object) -> int:
    return main([*map(str, arguments), "--now", NOW])


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]] = LINES) -> Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {name: value["label"], f"{name}_score": value["score"]}
            found |= {f"{name}_{label}": p for label, p in value["probabilities"].items()}
        else:
            found[name] = " ".join(value) if isinstance(value, list) else value
    return found


def write_csv(path: Path, delimiter: str = ",") -> Path:
    rows = [flat(row) for row in LINES]
    names = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(names), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


RULES = ["praise", "delivery", "safety", "writes-again", "delivery", "answered-complaint"]


def test_json_lines_keep_every_row_and_field_and_get_one_object(tmp_path):
    out = tmp_path / "out.jsonl"
    assert triage(write_lines(tmp_path / "in.jsonl"), "-o", out) == 0
    rows = read_lines(out)
    assert [{k: v for k, v in row.items() if k != "triage"} for row in rows] == LINES
    assert [row["triage"]["rule"] for row in rows] == RULES
    decision = rows[1]["triage"]
    assert list(decision) == ADDED
    assert (decision["action"], decision["priority"]) == ("answer_now", 3)
    assert (decision["target_time"], decision["due_at"]) == ("4 h", "2026-03-10T14:00:00Z")
    assert {"what": "probability complaint.delivery", "found": 0.95} in [
        {k: r[k] for k in ("what", "found")} for r in decision["reasons"]
    ]
    assert decision["guidance_do"].startswith("Podziękuj za sygnał")


def test_a_table_gets_columns_at_its_end(tmp_path):
    path, out = write_csv(tmp_path / "in.csv", ";"), tmp_path / "out.csv"
    assert triage(path, "-o", out) == 0
    rows, before = read_csv(out, ";"), read_csv(path, ";")
    assert list(rows[0]) == [*before[0], *ADDED]
    assert [{k: row[k] for k in before[0]} for row in rows] == before
    assert [row["rule"] for row in rows] == RULES
    assert rows[3]["reasons"].startswith("The author wrote before and still has no answer.")
    assert "author.unanswered_complaints 1 (at least 1)" in rows[3]["reasons"]


def test_every_format_says_the_same(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    table = tmp_path / "in.parquet"
    rows = [flat(row) for row in reversed(LINES)]  # pyarrow takes the columns of the first
    parquet.write_table(pa.Table.from_pylist(rows).take([*reversed(range(len(rows)))]), table)
    inputs = [table, write_csv(tmp_path / "in.csv"), write_csv(tmp_path / "in.tsv", "\t")]
    inputs += [write_lines(tmp_path / "in.jsonl"), write_lines(tmp_path / "zip.jsonl.gz")]
    for number, path in enumerate(inputs):
        out = tmp_path / f"out{number}.parquet"
        assert triage(path, "-o", out) == 0
        found = parquet.read_table(out)
        assert found.column("rule").to_pylist() == RULES, path
        assert pa.types.is_timestamp(found.schema.field("due_at").type)
        assert pa.types.is_integer(found.schema.field("priority").type)
    packed = tmp_path / "out.csv.gz"
    assert triage(inputs[0], "-o", packed) == 0
    text = gzip.decompress(packed.read_bytes()).decode()
    assert [row["rule"] for row in csv.DictReader(io.StringIO(text))] == RULES


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_sorted_the_most_urgent_stands_first_and_then_what_is_due_first(tmp_path, ending):
    from pyarrow import parquet

    out = tmp_path / f"out.{ending}"
    assert triage(write_lines(tmp_path / "in.jsonl"), "-o", out, "--sort") == 0
    if ending == "parquet":
        ids = parquet.read_table(out).column("id").to_pylist()
    else:
        ids = [row["id"] for row in (read_csv(out) if ending == "csv" else read_lines(out))]
    # Without a time nothing is due: behind those of the same priority.
    assert ids == ["3", "4", "2", "5", "6", "1"]


def test_a_time_that_cannot_be_read_is_told_and_the_row_is_kept(tmp_path, capsys):
    out, summary = tmp_path / "out.jsonl", tmp_path / "s.json"
    path = write_lines(tmp_path / "in.jsonl")
    assert triage(path, "-o", out, "--summary", summary) == 0
    decision = read_lines(out)[4]["triage"]
    assert decision["action"] == "answer_now"
    assert decision["due_at"] is None
    assert decision["reasons"][-1]["found"] == "bad_time:time"
    assert json.loads(summary.read_text())["cells_not_read"] == {"bad_time:time": 1}
    assert "bad_time:time 1" in capsys.readouterr().err


def test_the_summary_says_what_waits_and_how_honestly_it_was_answered(tmp_path, capsys):
    out, summary = tmp_path / "out.jsonl", tmp_path / "s.json"
    triage(write_lines(tmp_path / "in.jsonl"), "-o", out, "--summary", summary)
    found = json.loads(summary.read_text(encoding="utf-8"))
    assert found["now"] == NOW
    assert found["all"]["complaints"] == 5
    assert found["all"]["waiting"] == 4
    assert found["all"]["repeat_writers_with_open_case"] == 1
    assert found["all"]["answered_complaints"]["answered"] == 1
    assert [one["id"] for one in found["longest_waiting"]] == ["3", "4", "2"]
    text = capsys.readouterr().err
    assert "4 of 5 complaints wait for an answer" in text
    assert "1 author has written again about an open case" in text
    assert "Answered: 1 of 5 (20 %, 4 to 62 %) of the complaints and 0 of 1" in text


def test_mentions_without_answers_are_scored_on_the_way(tmp_path):
    raw = tmp_path / "raw.csv"
    raw.write_text("body,when\nUnde e coletul?,2026-03-10\n,2026-03-09\n", encoding="utf-8")
    scored, out, both = (tmp_path / f"{name}.csv" for name in ("scored", "out", "both"))
    bundle = ("--bundle", str(COMMITTED))
    assert triage(raw, "-o", out, "--column", "text=body", "--column", "time=when", *bundle) == 0
    score_main([str(raw), "-o", str(scored), "--text-column", "body", "--probabilities", *bundle])
    assert triage(scored, "-o", both, "--column", "text=body", "--column", "time=when") == 0
    assert out.read_bytes() == both.read_bytes()
    assert read_csv(out)[1]["rule"] == "empty"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".triage")]


def test_a_prefix_of_score_is_that_of_triage(tmp_path):
    raw, scored, out = (tmp_path / f"{name}.csv" for name in ("raw", "scored", "out"))
    raw.write_text("text,action,flags\nNic nie działa,call,mine\n", encoding="utf-8")
    bundle = ("--bundle", str(COMMITTED))
    score_main([str(raw), "-o", str(scored), "--prefix", "m_", *bundle])
    assert triage(scored, "-o", out, "--prefix", "m_") == 0
    (row,) = read_csv(out)
    assert (row["action"], row["flags"]) == ("call", "mine")
    assert row["m_action"]


def test_times_without_a_zone_are_in_the_one_that_was_named(tmp_path):
    out = tmp_path / "out.jsonl"
    path = write_lines(tmp_path / "in.jsonl", [LINES[2]])
    assert triage(path, "-o", out, "--timezone", "Europe/Sofia") == 0
    assert read_lines(out)[0]["triage"]["due_at"] == "2026-03-10T10:45:00Z"


def test_a_row_that_is_none_and_an_answer_that_is_none_go_to_a_person(tmp_path, capsys):
    path = write_lines(tmp_path / "in.jsonl")
    broken = {**LINES[1], "complaint": {"label": "delivery", "score": "very"}}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(broken) + "\n{not json\n")
    out = tmp_path / "out.jsonl"
    assert triage(path, "-o", out) == 0
    *_, answerless, unreadable = read_lines(out)
    assert answerless["complaint"]["score"] == "very"
    assert unreadable["text"] == "{not json"
    for row in (answerless, unreadable):
        assert (row["triage"]["action"], row["triage"]["rule"]) == ("person", "no-answer")
    assert "bad_answer 1" in capsys.readouterr().err


def test_standard_streams_are_read_and_written(tmp_path, monkeypatch):
    class Streams:
        def __init__(self, content: bytes = b"") -> None:
            self.buffer = io.BytesIO(content)

    content = write_lines(tmp_path / "in.jsonl").read_bytes()
    stdout = Streams()
    monkeypatch.setattr(sys, "stdin", Streams(content))
    monkeypatch.setattr(sys, "stdout", stdout)
    assert triage("-", "-o", "-", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(stdout.buffer.getvalue().decode())))
    assert [row["rule"] for row in rows] == RULES


def test_cells_that_a_spreadsheet_would_run_are_made_safe_where_asked_for(tmp_path):
    out = tmp_path / "out.csv"
    path = write_lines(tmp_path / "in.jsonl", [{**LINES[0], "text": "=1+1"}])
    assert triage(path, "-o", out, "--safe-cells") == 0
    assert read_csv(out)[0]["text"] == "'=1+1"


WRONG = [
    (["in.jsonl", "-o", "in.jsonl", "--overwrite"], "the output is the input"),
    (["in.jsonl", "-o", "there.jsonl"], "is there already; --overwrite"),
    (["in.jsonl", "-o", "out.xml"], "the ending tells no format"),
    (["nowhere.jsonl", "-o", "out.jsonl"], "no such file"),
    (["decided.csv", "-o", "out.csv"], "there is a column 'action' already"),
    (["decided.csv", "-o", "out.csv", "--column", "time=when"], "time: no column 'when'"),
    (["half.jsonl", "-o", "out.jsonl"], "no answers to troll, complaint, which the playbook"),
    (["in.jsonl", "-o", "out.jsonl", "--playbook", "nowhere.toml"], "nowhere.toml: No such file"),
    (["in.jsonl", "-o", "-", "--format", "parquet"], "Parquet needs a file to go to"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing_behind(
    tmp_path, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    write_lines(Path("in.jsonl"))
    Path("there.jsonl").write_text("mine")
    triage(write_csv(Path("in.csv")), "-o", "decided.csv")
    half = {k: v for k, v in LINES[0].items() if k not in ("troll", "complaint")}
    write_lines(Path("half.jsonl"), [half])
    before = sorted(tmp_path.iterdir())
    capsys.readouterr()
    assert triage(*arguments) == 1
    (line_,) = capsys.readouterr().err.splitlines()
    assert line_.startswith("mentionlens: ")
    assert message in line_
    assert sorted(tmp_path.iterdir()) == before
    assert Path("there.jsonl").read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["in.jsonl"],
        ["in.jsonl", "-o", "x.jsonl", "--column", "shoe=size"],
        ["in.jsonl", "-o", "x.jsonl", "--timezone", "Europe/Atlantis"],
        ["in.jsonl", "-o", "x.jsonl", "--guidance-language", "xx"],
    ],
)
def test_a_wrong_call_is_told_by_exit_code_2(arguments):
    with pytest.raises(SystemExit) as stop:
        triage(*arguments)
    assert stop.value.code == 2


def test_a_playbook_is_checked(tmp_path, capsys):
    from importlib import resources

    text = resources.files("mentionlens.triage").joinpath("playbook.toml").read_text("utf-8")
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(text, encoding="utf-8")
    assert main(["--check", str(good)]) == 0
    assert "each can be reached; every mention meets one" in capsys.readouterr().out
    first = '[[rules]]\nid = "all"\nwhy = "x"\naction = "watch"\npriority = 6\n'
    first += 'guidance = "nothing"\nwhen = []\n\n'
    place = text.index("[[rules]]")
    bad.write_text(text[:place] + first + text[place:], encoding="utf-8")
    assert main(["--check", str(bad)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert f"{bad}: conflict: rule 'safety' (answer_now, priority 1) is never asked" in "\n".join(
        lines
    )
    assert any("principle: rule 'all' (watch) decides where it must not" in one for one in lines)


def test_an_own_playbook_decides(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        """
schema_version = 1
name = "own"
version = "2.1"
history_days = 7
priorities = [{ meaning = "only one", target_hours = 0.5 }]
tasks = { complaint = ["none", "delivery", "safety"] }
[[rules]]
id = "all"
why = "One for all."
action = "person"
priority = 1
guidance = "unsure"
when = []
[kinds]
complaint = [{ label = "complaint.none", is = false }]
praise = [{ label = "complaint.none" }]
troll = [{ flag = "never" }]
resolved = [{ flag = "never" }]
""",
        encoding="utf-8",
    )
    out, summary = tmp_path / "out.jsonl", tmp_path / "s.json"
    path = write_lines(tmp_path / "in.jsonl")
    assert triage(path, "-o", out, "--playbook", own, "--summary", summary) == 0
    assert {row["triage"]["rule"] for row in read_lines(out)} == {"all"}
    assert read_lines(out)[0]["triage"]["target_time"] == "30 min"
    assert json.loads(summary.read_text())["playbook"] == {"name": "own", "version": "2.1"}
