from __future__ import annotations

import json
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.errors import FileMappingError
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.guessing import Guess, guess_mapping
from mentionlens_data.files.labelled_file import FileRow, LabelledFile
from mentionlens_data.files.mapping import FileMapping, load_mapping
from mentionlens_data.tasks import Task, default_tasks


def guess(columns: str, *rows: str, tasks: tuple[Task, ...] | None = None) -> Guess:
    names = columns.split(",")
    values = [dict(zip(names, row.split(","), strict=True)) for row in rows]
    return guess_mapping(names, values, tasks or default_tasks())


@pytest.mark.parametrize(
    ("columns", "values", "expected"),
    [
        ("nr,Treść,Wydźwięk", ("negatywny", "pozytywny"), ("negative", "positive")),
        ("id,Conținut,polaritate", ("negativ", "neutru"), ("negative", "neutral")),
        ("номер,Отзыв,тональность", ("отрицательный", "нейтральный"), ("negative", "neutral")),
        ("номер,отзив,Оценка", ("отрицателен", "положителен"), ("negative", "positive")),
        ("número,RESEÑA,sentimiento", ("negativo", "positivo"), ("negative", "positive")),
        ("číslo,recenze,hodnocení", ("1", "5"), ("negative", "positive")),
        ("id,text,score", ("-1", "0"), ("negative", "neutral")),
        ("id,komentar,ocjena", ("negativno", "neutralno"), ("negative", "neutral")),
    ],
)
def test_names_and_values_in_the_languages(
    columns: str, values: tuple[str, str], expected: tuple[str, str]
) -> None:
    found = guess(columns, f"1,a b c,{values[0]}", f"2,d e f,{values[1]}").mapping
    own_id, text, sentiment = columns.split(",")
    assert found.columns == {"text": text, "id": own_id, "sentiment": sentiment}
    labels = found.labels["sentiment"]
    assert tuple(labels[value] for value in values) == expected


def test_other_tasks_and_fields() -> None:
    found = guess(
        "tekst,czy troll,kategoria skargi,język,zbiór,waga,uwagi",
        "coś nie działa,nie,awaria,pl,dev,0.5,x",
        "kurier nie dojechał,tak,dostawa,polski,test,1,y",
    )
    assert found.mapping.columns == {
        "text": "tekst",
        "lang": "język",
        "split": "zbiór",
        "weight": "waga",
        "troll": "czy troll",
        "complaint": "kategoria skargi",
    }
    assert found.mapping.labels["troll"] == {"nie": "no", "tak": "yes"}
    assert found.mapping.labels["complaint"] == {"awaria": "technical", "dostawa": "delivery"}
    assert found.ignored == ["uwagi"]


@pytest.mark.parametrize(
    ("columns", "rows", "question"),
    [
        ("text,sentiment", ("a b c,0", "d e f,1"), "'0' (1), '1' (1)"),
        ("text,rating", ("a b c,1", "d e f,3"), "Does 'rating' answer sentiment"),
        ("text,ocena", ("a b c,6", "d e f,5"), "Does 'ocena' answer sentiment"),
        ("opinia,komentarz,sentiment", ("a b c,d e f,positive",), "text: 'opinia' or 'komentarz'"),
        ("a,b,sentiment", ("one two three four,five six seven eight,neutral",), "text: 'a' or 'b'"),
        ("text,note2", ("a b c,x",), "Which column answers one of sentiment, troll, complaint"),
        ("text,troll", ("a b c,yes", "d e f,no", "g,hm"), "'troll' mean: 'hm' (1)"),
    ],
)
def test_what_is_not_safe_is_asked(columns: str, rows: tuple[str, ...], question: str) -> None:
    found = guess(columns, *rows)
    assert any(question in text for text in found.questions), found.questions


def test_values_that_say_nothing_are_no_answers() -> None:
    found = guess("text,stars", "a b,5", "c d,NaN", "e f,1")
    assert found.mapping.columns["sentiment"] == "stars"
    assert found.mapping.labels["sentiment"]["NaN"] == "?"
    assert found.questions == []


def test_our_own_name_is_always_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a column of numbers would be passed over in silence beside one that is understood."""
    found = guess("text,sentiment,troll", "a b,0,no", "c d,1,yes")
    assert set(found.mapping.columns) == {"text", "sentiment", "troll"}
    (tmp_path / "a.csv").write_text("text,rating,troll\na b,1,no\nc d,3,yes\n", encoding="utf-8")
    assert main(["validate", str(tmp_path / "a.csv")]) == 0
    assert "question: [columns] Does 'rating' answer sentiment" in capsys.readouterr().err


def test_a_missing_header_is_noticed() -> None:
    (question,) = [q for q in guess("Nic nie działa,negatywny", "Działa,x").questions if "row" in q]
    assert "--no-header" in question
    assert any("title" in q for q in guess("Raport,,", "a,b,c").questions)
    assert not any("first row" in q for q in guess("text,troll", "a,no").questions)


def test_unsafe_columns_are_not_taken() -> None:
    assert "sentiment" not in guess("text,rating", "a b,1", "c d,2").mapping.columns
    assert "lang" not in guess("text,locale,troll", "a b,x9,no", "c d,y7,yes").mapping.columns
    assert "weight" not in guess("text,peso,troll", "a b,80,no", "c d,75,yes").mapping.columns


def test_a_column_is_known_by_its_values_and_texts_by_their_words() -> None:
    found = guess(
        "a,b", "to jest dość długi tekst,pozytywny", "i to też jest długi tekst,negatywny"
    )
    assert found.mapping.columns == {"text": "a", "sentiment": "b"}
    assert "only column with sentences" in found.reasons["text"]


def test_tasks_of_ones_own() -> None:
    spam = (Task("spam", ("ham", "spam")),)
    found = guess("text,spam,sentiment", "a b,HAM,positive", "c d,spam,negative", tasks=spam)
    assert found.mapping.columns == {"text": "text", "spam": "spam"}


def rows_of(
    folder: Path, text: str, mapping: FileMapping | None
) -> tuple[list[FileRow], list[BadRow]]:
    (folder / "a.csv").write_text(text, encoding="utf-8")
    bad: list[BadRow] = []
    return list(LabelledFile(folder / "a.csv", mapping=mapping).read(bad.append)), bad


def test_a_mapping_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(
        'encoding = "utf-8"\n[columns]\ntext = "t"\nsentiment = "o"\ngroup = "g"\nsplit = "s"\n'
        '[labels.sentiment]\n"Dobry" = "positive"\n"nie wiem" = "?"\n"-" = ""\n'
        '[labels.split]\nA = "train"\n[constants]\nlang = "pl"\ntroll = "no"\nweight = "0,5"\n',
        encoding="utf-8",
    )
    text = "t,o,g,s\none,dobry,x,A\ntwo,nie  wiem,y,dev\nthree,Positive,,\nfour,-,,\nfive,z,,\n"
    rows, bad = rows_of(tmp_path, text, load_mapping(path))
    assert [(row.labels, row.group, row.split) for row in rows] == [
        ({"troll": "no", "sentiment": "positive"}, "x", "train"),
        ({"troll": "no"}, "y", "validation"),
        ({"troll": "no", "sentiment": "positive"}, None, None),
        ({"troll": "no"}, None, None),
    ]
    assert {(row.lang, row.weight) for row in rows} == {("pl", 0.5)}
    assert [str(row).split("a.csv, ")[1] for row in bad] == [
        "line 6: field 'sentiment': 'z' is not a label; allowed: negative, neutral, positive"
    ]


@pytest.mark.parametrize(
    ("field", "value", "kind", "allowed"),
    [
        ("lang", "xx", "unknown language", "ISO 639-1"),
        ("split", "training2", "bad split", "train, validation, test"),
        ("weight", "0", "bad weight", "above 0"),
        ("weight", "much", "bad weight", "above 0"),
        ("weight", "nan", "bad weight", "above 0"),
    ],
)
def test_fields_are_checked(
    tmp_path: Path, field: str, value: str, kind: str, allowed: str
) -> None:
    columns = {"text": "text", "troll": "troll", field: field}
    rows, bad = rows_of(
        tmp_path, f"text,troll,{field}\na,no,{value}\n", FileMapping(columns=columns)
    )
    assert rows == []
    assert (bad[0].field, bad[0].kind) == (field, kind)
    assert allowed in bad[0].allowed


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"columns": {"text": "t", "mood": "m"}}, "'mood': no such field; possible: text, id"),
        ({"columns": {"id": "t"}}, "lacks `text`"),
        ({"columns": {"text": "x"}}, "column 'x', mapped to 'text', does not exist"),
        ({"columns": {"text": "t"}, "constants": {"text": "t"}}, "both a column and a constant"),
        ({"constants": {"troll": "maybe"}}, "'maybe' is not one of no, yes"),
        ({"constants": {"id": "1"}}, "differs from row to row"),
        ({"labels": {"mood": {"a": "b"}}}, r"\[labels.mood\]: no such task"),
        ({"labels": {"troll": {"a": "b"}}}, "'b' is not one of no, yes"),
        ({"labels": {"troll": {"a": "no", "A": "yes"}}}, "given twice"),
    ],
)
def test_a_wrong_mapping_is_refused(
    tmp_path: Path, mapping: dict[str, dict[str, str]], message: str
) -> None:
    with pytest.raises(FileMappingError, match=message):
        rows_of(tmp_path, "t,m\na,b\n", FileMapping.model_validate(mapping))


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMappingError, match="stands twice"):
        rows_of(
            tmp_path,
            "text,troll,troll\na,no,yes\n",
            FileMapping(columns={"text": "text", "troll": "troll"}),
        )


def test_inspect_writes_a_mapping_that_works_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, toml = tmp_path / "o.csv", tmp_path / "o.toml"
    text = 'nr;Treść;ocena;"uwaga ""x"""\n' + "".join(
        f"{i};Łąka {i} i żółw;{value};\x1b[31m\n"
        for i, value in enumerate(["negatywny", "pozytywny", "neutralny"] * 9)
    )
    path.write_bytes(text.encode("cp1250"))
    assert main(["inspect", str(path), "--write-mapping", str(toml)]) == 0
    shown = capsys.readouterr().out
    for part in ('delimiter ";"', "windows-1250", "27 rows", "negatywny", "-> negative", "Treść"):
        assert part in shown
    assert "\x1b" not in shown
    mapping = load_mapping(toml)
    assert mapping.columns == {"text": "Treść", "id": "nr", "sentiment": "ocena"}
    assert mapping.encoding == "windows-1250"
    assert main(["validate", str(path), "--mapping", str(toml), "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["labels"]["sentiment"] == {
        "negative": 9,
        "positive": 9,
        "neutral": 9,
    }
    assert "every row is good" in shown.err


def test_the_mapping_that_inspect_writes_names_every_value_that_a_person_has_to_decide(
    tmp_path: Path,
) -> None:
    path, toml = tmp_path / "o.csv", tmp_path / "o.toml"
    strange = ["A", "B", "C", "D", "E", "F", "G", 'a "b"']
    values = [*strange, "negativ", "pozitiv"]
    without = [value.replace('"', "'") for value in values]
    rows = "".join(
        f"mesaj {i};{without[i % len(values)]};{values[i % len(values)]}\n"
        for i in range(3 * len(values))
    )
    path.write_text("mesaj;ton;troll\n" + rows, encoding="utf-8")
    assert main(["inspect", str(path), "--write-mapping", str(toml)]) == 0
    written = toml.read_text(encoding="utf-8")
    assert load_mapping(toml).columns == {"text": "mesaj", "troll": "troll"}
    for value in strange:
        own = value.replace('"', "'")
        for task, shown in (("sentiment", own), ("troll", value)):
            line = f'# {json.dumps(shown)} = "?"  # 3 rows'
            assert line in written.rsplit(f"[labels.{task}]", 1)[1], (task, shown)
    # A person needs only to take the signs of comment away.
    answered = "\n".join(
        line[2:] if line.startswith(('# "', "# [labels", "# sentiment")) else line
        for line in written.splitlines()
    )
    toml.write_text(answered, encoding="utf-8")
    mapping = load_mapping(toml)
    assert mapping.columns == {"text": "mesaj", "troll": "troll", "sentiment": "ton"}
    assert mapping.labels["sentiment"]["negativ"] == "negative"
    assert mapping.labels["sentiment"]["A"] == "?"
    good, bad = rows_of(tmp_path, path.read_text(encoding="utf-8"), mapping)
    assert [row.labels for row in good] == [
        {"sentiment": "negative"},
        {"sentiment": "positive"},
    ] * 3
    assert {row.kind for row in bad} == {"no answer"}


def test_abbreviations_and_romanian_column_names_are_known() -> None:
    found = guess(
        "Nr.,Mesaj,Ton,Motiv",
        "1,a b c,neg.,livrare",
        "2,d e f,POZ,Produs",
        "3,d e f,poz.,produs",
    ).mapping
    assert found.columns == {
        "text": "Mesaj",
        "id": "Nr.",
        "sentiment": "Ton",
        "complaint": "Motiv",
    }
    assert found.labels["sentiment"] == {"neg.": "negative", "POZ": "positive", "poz.": "positive"}


def test_validate_says_how_values_that_are_no_labels_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "o.csv"
    hint = "[labels.TASK]"
    path.write_text("text,troll\na,no\nb,maybe\n", encoding="utf-8")
    assert main(["validate", str(path)]) == 1
    assert hint in capsys.readouterr().err
    path.write_text("text,troll\na,no\n ,no\n", encoding="utf-8")
    assert main(["validate", str(path)]) == 1
    assert hint not in capsys.readouterr().err


def test_a_blank_cell_is_no_answer_whatever_a_dash_means(tmp_path: Path) -> None:
    mapping = FileMapping.model_validate(
        {
            "columns": {"text": "t", "complaint": "c", "troll": "r"},
            "labels": {"complaint": {"-": "none"}},
        }
    )
    good, bad = rows_of(tmp_path, "t,c,r\na,-,no\nb,  ,no\nc,,no\nd,product,no\n", mapping)
    assert not bad
    assert [row.labels.get("complaint") for row in good] == ["none", None, None, "product"]


def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("text,troll\na,no\n", encoding="utf-8")
    (tmp_path / "m.toml").write_text("[colums]\n", encoding="utf-8")
    arguments = ["validate", str(tmp_path / "a.csv"), "--mapping"]
    assert main([*arguments, str(tmp_path / "m.toml")]) == 2
    assert "colums" in capsys.readouterr().err
    assert main([*arguments, str(tmp_path / "absent.toml")]) == 2
    assert main(["validate", str(tmp_path / "absent.csv")]) == 1
    assert main(["inspect", str(tmp_path / "a.csv"), "--encoding", "klingon"]) == 1
    assert "klingon" in capsys.readouterr().err
    bad_ending = ["--quarantine", str(tmp_path / "q.txt")]
    assert main(["validate", str(tmp_path / "a.csv"), *bad_ending]) != 0
    assert not (tmp_path / "q.txt").exists()
