from __future__ import annotations

import json
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.corpora.ledger import load_ledger
from small_corpora import row, write

Captured = pytest.CaptureFixture[str]


def listed(capsys: Captured, *arguments: str) -> tuple[list[list[str]], str]:
    assert main(["list", *arguments]) == 0
    shown = capsys.readouterr()
    return [line.split() for line in shown.out.splitlines()], shown.err


def test_every_corpus_has_a_line(capsys: Captured) -> None:
    lines, summary = listed(capsys)
    assert lines[0] == ["NAME", "USE", "POLICY", "ROWS", "LANGUAGES", "TASKS", "LICENCE"]
    assert [line[0] for line in lines[1:]] == list(load_ledger())
    assert summary.startswith(f"{len(load_ledger())} sets, ")


@pytest.mark.parametrize(
    ("arguments", "meets"),
    [
        (["--use", "probe"], lambda e: e.use == "probe"),
        (["--policy", "open"], lambda e: e.policy == "open"),
        (
            ["--lang", "bg", "--task", "sentiment"],
            lambda e: {"bg", "sentiment"} <= {*e.languages, *e.tasks},
        ),
    ],
)
def test_filters_narrow_the_table(arguments: list[str], meets, capsys: Captured) -> None:
    lines, _ = listed(capsys, *arguments)
    names = {line[0] for line in lines[1:]}
    assert names == {name for name, entry in load_ledger().items() if meets(entry)}
    assert 0 < len(names) < len(load_ledger())


def test_json_lines_are_for_machines(capsys: Captured) -> None:
    assert main(["list", "--format", "jsonl", "--use", "lexicon"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [found["name"] for found in rows] == ["hurtlex-lexicon", "ldnoobw-lexicon"]
    assert rows[1]["licence"] == "CC BY 4.0"
    assert rows[1]["rows"] == load_ledger()["ldnoobw-lexicon"].rows


def test_a_folder_is_compared_with_the_ledger(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, "ro-offense", [row("1", "ce mai zi", "OTHER", lang="ro")])
    (tmp_path / "ro-fb-offense").mkdir()
    (tmp_path / "ro-fb-offense" / "data.jsonl.gz").write_bytes(b"no gzip")
    arguments = ["--lang", "ro", "--task", "troll", "--corpora", str(tmp_path)]
    lines, told = listed(capsys, *arguments)
    assert lines[0][4:6] == ["ON", "DISK"]
    assert {line[0]: line[4] for line in lines[1:]} == {
        "ro-fb-offense": "damaged",
        "ro-laroseda": "missing",
        "ro-offense": "other",
    }
    assert "missing: 'ro-laroseda': Get it from https://github.com/ancatache/LaRoSeDa" in told
    main(["list", "--format", "jsonl", *arguments])
    found = [json.loads(line)["on_disk"] for line in capsys.readouterr().out.splitlines()]
    assert found == ["damaged", "missing", "other"]
