from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.files.quarantine import read_quarantine
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import SPLITS
from small_corpora import row, write

WORDS = [
    "paczka",
    "kurier",
    "rachunek",
    "faktura",
    "zwrot",
    "telefon",
    "sklep",
    "konto",
    "kolejka",
    "bilet",
    "pokój",
    "obiad",
]


def complaint(number: int) -> str:
    """A sentence that shares little with that of any other number."""
    picked = [WORDS[(number * step + step) % len(WORDS)] for step in (1, 5, 7)]
    return f"{' '.join(picked)} numer {chr(97 + number % 26) * 5}{chr(97 + number // 26) * 5}"


def save_csv(path: Path, rows: list[list[str]], encoding: str = "windows-1250") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def own_file(folder: Path) -> Path:
    head = ["nr", "treść", "ocena", "wątek"]
    body = [
        [str(i), complaint(i), ("negatywny", "pozytywny")[i % 2], f"w{i // 4}"] for i in range(300)
    ]
    bad = [["300", "", "negatywny", ""], ["301", "nie wiem co to", "zły humor", ""]]
    return save_csv(folder / "opinie.csv", [head, *body, *bad])


def mapping(folder: Path) -> Path:
    path = folder / "mapping.toml"
    path.write_text(
        """
        [columns]
        id = "nr"
        text = "treść"
        sentiment = "ocena"
        group = "wątek"
        [constants]
        lang = "pl"
        [labels.sentiment]
        negatywny = "negative"
        pozytywny = "positive"
        """,
        encoding="utf-8",
    )
    return path


def test_a_file_becomes_a_set_and_every_row_is_accounted_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, quarantine = tmp_path / "set", tmp_path / "bad.jsonl"
    arguments = ["split", str(own_file(tmp_path)), "-o", str(out)]
    arguments += ["--mapping", str(mapping(tmp_path)), "--quarantine", str(quarantine)]
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{out}\n"
    assert "text from 'treść'" in shown.err
    assert "line 303" in shown.err
    made = open_prepared(out)
    account = made.manifest["corpora"]["opinie.csv"]
    assert account["read"] == 302
    assert sum(account["kept"].values()) + sum(account["dropped"].values()) == 302
    assert [bad.line for bad in read_quarantine(quarantine)] == [302, 303]
    mentions = [m for split in SPLITS for m in made.read(split)]
    assert {m.lang for m in mentions} == {"pl"}
    groups: dict[str, set[str]] = {}
    for mention in mentions:
        groups.setdefault(f"w{int(mention.id.rpartition('/')[2]) // 4}", set()).add(mention.split)
    assert all(len(parts) == 1 for parts in groups.values())
    assert set.union(*groups.values()) == set(SPLITS)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "opinie.csv" in card
    assert made.fingerprint in card


def test_the_parts_that_a_file_names_stand(tmp_path: Path) -> None:
    rows = [
        {"text": complaint(i), "lang": "pl", "troll": "no" if i % 3 else "yes", "split": part}
        for i, part in enumerate(["train"] * 60 + ["dev"] * 20 + ["test"] * 20)
    ]
    path = tmp_path / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert main(["split", str(path), "-o", str(tmp_path / "set")]) == 0
    manifest = open_prepared(tmp_path / "set").manifest
    assert manifest["rows"] == {"train": 60, "validation": 20, "test": 20}


def test_own_rows_that_repeat_an_official_test_row_are_not_trained_on(tmp_path: Path) -> None:
    tested = [
        row(str(i), complaint(i), lang="pl", label="non-harmful", split="test") for i in range(30)
    ]
    write(tmp_path / "corpora", "pl-cbd-poleval2019", tested)
    own = tmp_path / "own.jsonl"
    lines = [
        {"text": f"RT @x: {complaint(i)}!", "lang": "pl", "sentiment": "negative"}
        for i in range(60)
    ]
    own.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    arguments = ["prepare", "--corpora", str(tmp_path / "corpora"), "-o", str(tmp_path / "set")]
    arguments += ["--public-only", "--corpus", "pl-cbd-poleval2019", "--file", str(own)]
    assert main(arguments) == 0
    made = open_prepared(tmp_path / "set")
    trained = [m for split in ("train", "validation") for m in made.read(split)]
    repeated = {f"own.jsonl/{i + 1}" for i in range(30)}
    assert trained
    assert not repeated & {m.id for m in trained}
    with gzip.open(made.folder / "removed.jsonl.gz", "rt", encoding="utf-8") as file:
        causes = {item["id"]: item["twin"] for item in map(json.loads, file)}
    assert repeated <= set(causes) | {m.id for m in made.read("test")}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["split", "nowhere.csv", "-o", "x"], "nowhere.csv"),
        (["split", "a/own.csv", "b/own.csv", "-o", "x"], "two sources are named 'own.csv'"),
        (["split", "a/empty.csv", "-o", "x"], "no row of any source can be used"),
    ],
)
def test_failures_say_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in "ab":
        (tmp_path / folder).mkdir()
        save_csv(tmp_path / folder / "own.csv", [["text", "troll"], ["coś tam", "no"]])
    save_csv(tmp_path / "a" / "empty.csv", [["text", "troll"], ["", "no"]])
    assert main(arguments) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
