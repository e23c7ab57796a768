"""`mentionlens data suggest`: real files, a real graph, from unlabelled rows to labelled ones."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from mentionlens import MentionClassifier
from mentionlens_data.cli import main
from mentionlens_data.files.labelled_file import LabelledFile, read_labelled_file
from mentionlens_data.files.mapping import load_mapping
from mentionlens_data.tasks import default_tasks
from tiny_bundle import COMMITTED

Captured = pytest.CaptureFixture[str]

MENTIONS = {
    "pl": [
        "Paczka miała być w piątek, jest środa i cisza.",
        "Super sklep, wszystko doszło na czas, polecam każdemu!",
        "Czy zwrot kurtki muszę zrobić osobiście w salonie?",
        "=SUMA(A1) a tak serio, to znowu pomyliliście fakturę",
    ],
    "ro": [
        "Mulțumesc, livrarea a fost rapidă!",
        "Nu mi-a venit coletul, s-a pierdut; iar voi tăceți",
    ],
    "bg": ["Приложението пак не работи 😡", "До колко часа\nработите в неделя?"],
}
ROWS = [
    {"nr": f"{lang}-{i}", "body": text, "language": lang}
    for lang, texts in MENTIONS.items()
    for i, text in enumerate(texts)
]
TASKS = ("sentiment", "troll", "complaint")
ADDED = [
    *("guess_sentiment", "guess_sentiment_score", "guess_troll", "guess_troll_score"),
    *("guess_complaint", "guess_complaint_score", "suggested_because", *TASKS),
]
COLUMNS = ("--text-column", "body", "--lang-column", "language")


def suggest(*arguments: object) -> int:
    return main(["suggest", *map(str, arguments), "--bundle", str(COMMITTED)])


def write_csv(
    path: Path, rows: Sequence[dict[str, str]] = ROWS, *, encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def label(path: Path) -> None:
    """Fill in the labels as a person would in a spreadsheet: some of them, row by row others."""
    rows = read_csv(path)
    for i, row in enumerate(rows):
        for task in default_tasks():
            if (i + len(task.name)) % 3 or task.name == "sentiment":
                row[task.name] = task.labels[i % len(task.labels)]
    write_csv(path, rows)


def test_rows_come_with_all_they_had_what_the_model_guesses_and_why(
    tmp_path: Path, capsys: Captured
) -> None:
    source = write_csv(tmp_path / "in.csv")
    assert suggest(source, "-o", tmp_path / "out.csv", "-n", 5, *COLUMNS) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{tmp_path / 'out.csv'}\n"
    assert "5 of 8 mentions are suggested" in shown.err
    rows = read_csv(tmp_path / "out.csv")
    assert len(rows) == 5
    assert list(rows[0]) == [*ROWS[0], *ADDED]
    classifier = MentionClassifier(COMMITTED)
    for row in rows:
        assert {name: row[name] for name in ROWS[0]} in ROWS
        answer = classifier.predict(row["body"])
        for task in TASKS:
            assert row[f"guess_{task}"] == answer.tasks[task].label
            assert float(row[f"guess_{task}_score"]) == pytest.approx(
                answer.tasks[task].score, abs=1e-3
            )
            assert row[task] == ""
        assert row["suggested_because"]
    assert {row["language"] for row in rows} == {"pl", "ro", "bg"}


def test_a_labelled_file_is_validated_and_read_as_it_was_meant(
    tmp_path: Path, capsys: Captured
) -> None:
    source = write_csv(tmp_path / "in.csv")
    output = tmp_path / "out.csv"
    assert suggest(source, "-o", output, "-n", 8, *COLUMNS) == 0
    assert f"`mentionlens data validate {output}`" in capsys.readouterr().err
    label(output)
    good = tmp_path / "good.jsonl"
    assert main(["validate", str(output), "-o", str(good)]) == 0
    filled = {row["nr"]: row for row in read_csv(output)}
    found = read_labelled_file(good)
    assert len(found) == 8
    for mention in found:
        row = filled[mention.id.removeprefix("good.jsonl/")]
        assert (mention.text, mention.lang) == (row["body"], row["language"])
        assert mention.labels == {task: row[task] for task in TASKS if row[task]}


@pytest.mark.parametrize(
    "columns",
    [
        {"title": "Ticket z dzisiaj, bardzo pilny i ważny"},  # a second column of sentences
        {"text": "subject"},  # our own name on another column
        {"id": "7"},  # the same in every row
        {"weight": "12.5"},
        {"lang": "tlhIngan Hol"},
    ],
)
def test_columns_that_mislead_are_named_in_a_mapping_beside_the_file(
    tmp_path: Path, capsys: Captured, columns: dict[str, str]
) -> None:
    rows = [{"opis": row["body"], "język": row["language"], **columns} for row in ROWS]
    source = write_csv(tmp_path / "in.csv", rows)
    output = tmp_path / "out.csv"
    named = ("--text-column", "opis", "--lang-column", "język")
    assert suggest(source, "-o", output, *named) == 0
    mapping = tmp_path / "out.mapping.toml"
    assert f"`mentionlens data validate {output} --mapping {mapping}`" in capsys.readouterr().err
    label(output)
    bad: list[object] = []
    found = list(LabelledFile(output, mapping=load_mapping(mapping)).read(bad.append))
    assert not bad
    assert sorted((row.text, row.lang) for row in found) == sorted(
        (row["body"], row["language"]) for row in ROWS
    )
    assert all(row.labels["sentiment"] for row in found)


def test_files_of_every_kind_make_one_pool_and_rows_that_cannot_be_read_are_counted(
    tmp_path: Path, capsys: Captured
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    polish = [{"text": text, "lang": "pl", "shop": "Łódź"} for text in MENTIONS["pl"]]
    write_csv(folder / "a.csv", polish, encoding="cp1250")
    with (folder / "a.csv").open("a", encoding="cp1250") as file:
        file.write("za,dużo,pól,naraz\n,pl,Gdańsk\n")
    lines = [
        '{"text": "Mulțumesc, livrarea a fost rapidă!", "lang": "ro", "tags": ["x", 1]}',
        '{"text": null}',
        "no json",
        '{"text": "Приложението пак не работи", "troll": "yes"}',
    ]
    (folder / "b.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    assert suggest(folder, "-o", tmp_path / "out.csv") == 0
    rows = read_csv(tmp_path / "out.csv")
    assert {row["text"] for row in rows} == {*MENTIONS["pl"], MENTIONS["ro"][0]}
    assert {(row["shop"], row["tags"]) for row in rows} == {("Łódź", ""), ("", '["x", 1]')}
    said = capsys.readouterr().err
    for kind in ("bad_row:ragged 1", "empty 1", "no_text 1", "bad_row:not_JSON 1",
                 "column_taken:troll 1"):  # fmt: skip
        assert kind in said


def test_nothing_that_is_labelled_comes_again(tmp_path: Path, capsys: Captured) -> None:
    source = write_csv(tmp_path / "in.csv")
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert suggest(source, "-o", first, "-n", 3, *COLUMNS) == 0
    label(first)
    other = tmp_path / "other.jsonl"
    near = "RT @kto: paczka MIAŁA być w piątek, jest środa i cisza... https://t.co/x"
    other.write_text(json.dumps({"text": near, "sentiment": "negative"}), encoding="utf-8")
    assert suggest(source, "-o", second, *COLUMNS, "--labelled", first, other) == 0
    before = {row["nr"] for row in read_csv(first)}
    after = {row["nr"] for row in read_csv(second)}
    assert after == {row["nr"] for row in ROWS} - before - {"pl-0"}
    aside = len(before | {"pl-0"})
    assert f"left aside: {aside} that repeat a labelled mention" in capsys.readouterr().err


def test_the_same_call_writes_the_same_bytes(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv")
    for name in ("one.csv", "two.csv"):
        assert suggest(source, "-o", tmp_path / name, "-n", 4, "--seed", 7, *COLUMNS) == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_formulas_are_neutralised_on_request(tmp_path: Path) -> None:
    rows = [{"text": row["body"], "@who": "+48 600"} for row in ROWS]
    source = write_csv(tmp_path / "in.csv", rows)
    output = tmp_path / "out.csv"
    assert suggest(source, "-o", output, "--safe-cells", "--delimiter", ";") == 0
    found = read_csv(output, ";")
    assert {row["'@who"] for row in found} == {"'+48 600"}
    assert any(row["text"].startswith("'=SUMA(A1)") for row in found)
    assert not [c for row in found for c in (*row, *row.values()) if c.startswith(("=", "@", "+"))]


def test_without_a_language_column_languages_are_detected(tmp_path: Path, capsys: Captured) -> None:
    long = {
        "pl": "Zamówienie przyszło po dwóch tygodniach, a obsługa klienta w ogóle nie odpowiada",
        "ru": "Приложение банка опять не работает, оплата не проходит уже второй день подряд",
        "es": "Nadie contesta al teléfono y llevo tres semanas esperando la devolución del dinero",
    }
    source = write_csv(tmp_path / "in.csv", [{"text": text} for text in long.values()])
    assert suggest(source, "-o", tmp_path / "out.csv") == 0
    assert "by language: es 1 of 1, pl 1 of 1, ru 1 of 1" in capsys.readouterr().err


def test_a_file_that_breaks_off_gives_what_is_there_and_code_1(
    tmp_path: Path, capsys: Captured
) -> None:
    # Letters, since digits do not make another text.
    letters = str.maketrans("0123456789", "abcdefghij")
    rows = [{"text": str(i**20).translate(letters) * 6, "lang": "pl"} for i in range(3000)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    whole = gzip.compress(text.encode())
    (tmp_path / "in.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    assert suggest(tmp_path / "in.jsonl.gz", "-o", tmp_path / "out.csv", "-n", 5) == 1
    assert len(read_csv(tmp_path / "out.csv")) == 5
    assert "damaged" in capsys.readouterr().err


def test_the_weights_come_from_a_file(tmp_path: Path, capsys: Captured) -> None:
    source = write_csv(tmp_path / "in.csv")
    rule = tmp_path / "rule.toml"
    rule.write_text("uncertainty = 1\nrarity = 0\ndiversity = 0\nchance = 0\nlanguage_power = 0\n")
    output = tmp_path / "out.csv"
    assert suggest(source, "-o", output, "-n", 3, *COLUMNS, "--rule", rule, "--task", "troll") == 0
    classifier = MentionClassifier(COMMITTED)
    for row in read_csv(output):
        of_lang = [classifier.predict(text).troll.score for text in MENTIONS[row["language"]]]
        assert classifier.predict(row["body"]).troll.score == pytest.approx(min(of_lang), abs=1e-6)
    rule.write_text("diversity = -1\n")
    assert suggest(source, "-o", tmp_path / "no.csv", *COLUMNS, "--rule", rule) == 1
    assert "rule.toml: diversity: Input should be greater than" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in.csv", "-o", "out.csv"], "no column 'text'; there are"),
        (["in.csv", "-o", "out.xlsx", *COLUMNS], "must end in .csv"),
        (["in.csv", "-o", "nowhere/out.csv", *COLUMNS], "there is no folder nowhere"),
        (["in.csv", "-o", "in.csv", *COLUMNS], "the output is an input"),
        (["in.csv", "-o", "there.csv", *COLUMNS], "perhaps with labels; --overwrite replaces it"),
        (["missing.csv", "-o", "out.csv"], "no such file or folder"),
        (["in.csv", "-o", "out.csv", *COLUMNS, "--task", "intent"], "no task 'intent'; the bundle"),
        (["labelled.csv", "-o", "out.csv"], "there is a column 'sentiment' already"),
        (["guessed.csv", "-o", "out.csv"], "--prefix gives the added ones other names"),
        (["in.csv", "-o", "out.csv", *COLUMNS, "--labelled", "numbers.csv"], "no column 'text'"),
        (["in.csv", "-o", "out.csv", *COLUMNS, "--labelled", "in.csv"], "no mention is left"),
    ],
)
def test_a_wrong_call_says_what_is_possible(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_csv(Path("in.csv"))
    write_csv(Path("labelled.csv"), [{"text": "x", "sentiment": "neutral"}])
    write_csv(Path("guessed.csv"), [{"text": "x", "guess_troll": "no"}])
    write_csv(Path("numbers.csv"), [{"a": "1", "b": "2"}])
    Path("there.csv").write_text("precious", encoding="utf-8")
    before = sorted(Path().iterdir())
    assert suggest(*arguments) == 1
    assert message in capsys.readouterr().err
    assert sorted(Path().iterdir()) == before
    assert Path("there.csv").read_text(encoding="utf-8") == "precious"


def test_it_needs_no_torch(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv")
    program = (
        "import sys\n"
        "class Refusal:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.partition('.')[0] in "
        "('torch', 'transformers', 'onnx', 'mentionlens_training'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Refusal())\n"
        "from mentionlens_data.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    arguments = ["suggest", str(source), "-o", str(tmp_path / "out.csv"), *COLUMNS]
    subprocess.run(
        [sys.executable, "-c", program, *arguments, "--bundle", str(COMMITTED)], check=True
    )
    assert len(read_csv(tmp_path / "out.csv")) == 8
