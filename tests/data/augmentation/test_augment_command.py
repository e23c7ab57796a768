from __future__ import annotations

import dataclasses
import gzip
import json
from pathlib import Path

import pytest
from mentionlens_data.augmentation import augmentations
from mentionlens_data.cli import main
from mentionlens_data.files.labelled_file import read_labelled_file
from mentionlens_data.languages import target_languages
from mentionlens_data.prepared import SCHEMA_VERSION
from mentionlens_data.schema import SPLITS, LabelledMention

ROWS = [
    {
        "id": "1",
        "text": "Źle, paczka się spóźnia",
        "lang": "pl",
        "sentiment": "negative",
        "troll": "no",
    },
    {"id": "2", "text": "Polecam", "lang": "pl", "sentiment": "positive"},
    {"id": "3", "text": "Още чакам", "lang": "bg", "complaint": "delivery"},
]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def written(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_variant_of_a_labelled_file(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "plain.jsonl"
    assert main(["augment", str(labelled), "--with", "strip_diacritics", "-o", str(out)]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{out}\n"
    assert "3 rows, 1 changed, 2 not changed and kept" in shown.err
    rows = written(out)
    assert [row["text"] for row in rows] == ["Zle, paczka sie spoznia", "Polecam", "Още чакам"]
    assert rows[0]["variant"] == "strip_diacritics"
    assert [row.labels for row in read_labelled_file(out)] == [
        row.labels for row in read_labelled_file(labelled)
    ]
    assert [path.name for path in tmp_path.iterdir()].count(".plain.jsonl.part") == 0


def test_two_augmentations_make_one_variant_of_changed_rows(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    names = ["--with", "bg_latin_official", "--with", "strip_diacritics"]
    assert main(["augment", str(labelled), *names, "--changed-only", "-o", str(out)]) == 0
    assert [(row["text"], row["variant"]) for row in written(out)] == [
        ("Zle, paczka sie spoznia", "bg_latin_official+strip_diacritics"),
        ("Oshte chakam", "bg_latin_official+strip_diacritics"),
    ]


def test_the_same_call_writes_the_same_bytes_and_the_seed_decides(
    labelled: Path, tmp_path: Path
) -> None:
    files = [tmp_path / f"{i}.jsonl" for i in range(3)]
    for file, seed in zip(files, "112", strict=True):
        call = ["augment", str(labelled), "--with", "typos", "--seed", seed, "-o", str(file)]
        assert main(call) == 0
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()


def prepared_set(folder: Path, ending: str = "") -> Path:
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"schema_version": SCHEMA_VERSION}))
    for split in SPLITS:
        row = LabelledMention("c/1", f"Źle {split}{ending}", "pl", "c", split, "1", {"troll": "no"})
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write(json.dumps(dataclasses.asdict(row)) + "\n")
    return folder


def test_a_part_of_a_prepared_set(tmp_path: Path) -> None:
    prepared, out = prepared_set(tmp_path / "set"), tmp_path / "out.jsonl"
    for split in (None, "validation"):
        call = ["augment", str(prepared), "--with", "upper_case", "-o", str(out)]
        assert main([*call, "--split", split] if split else call) == 0
        assert [row["text"] for row in written(out)] == [f"ŹLE {split or 'test'}".upper()]


def test_half_a_character_is_written_as_json_can_hold_it(tmp_path: Path) -> None:
    prepared, out = prepared_set(tmp_path / "set", "\ud83d"), tmp_path / "out.jsonl"
    assert main(["augment", str(prepared), "--with", "lower_case", "-o", str(out)]) == 0
    assert written(out)[0]["text"] == "źle test\ud83d"


def test_show_prints_every_variant_of_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["augment", "--show", "Още чакам", "--lang", "bg"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["bg_latin_official"] == "Oshte chakam"
    assert lines["drop_links"] == "(unchanged)"
    assert "strip_diacritics" not in lines


def test_list_shows_an_example_for_every_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["augment", "--list"]) == 0
    shown = capsys.readouterr().out
    sections = {part.split(":")[0]: part.splitlines()[1:] for part in shown.split("\n\n")[1:]}
    assert list(sections) == list(augmentations())
    for name, lines in sections.items():
        languages = {line.split()[0].split("-")[0] for line in lines}
        targets = {language.code for language in target_languages()}
        assert languages == (augmentations()[name].languages or targets), name


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "give INPUT"),
        (["own.jsonl", "-o", "x.jsonl"], 2, "give INPUT"),
        (["own.jsonl", "--with", "shout", "-o", "x.jsonl"], 2, "'strip_diacritics'"),
        (["own.jsonl", "--with", "typos", "-o", "x.csv"], 2, "must end in .jsonl"),
        (["own.jsonl", "--with", "typos", "-o", "own.jsonl"], 2, "would replace"),
        (["gone.jsonl", "--with", "typos", "-o", "x.jsonl"], 1, "gone.jsonl"),
        (
            ["own.jsonl", "--with", "sr_latin", "--changed-only", "-o", "x.jsonl"],
            1,
            "none of the 3",
        ),
        (["--show", "x"], 2, "--lang"),
    ],
)
def test_failures_say_why_and_write_nothing(
    arguments: list[str],
    code: int,
    message: str,
    labelled: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(labelled.parent)
    assert main(["augment", *arguments]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert [path.name for path in labelled.parent.iterdir()] == ["own.jsonl"]
