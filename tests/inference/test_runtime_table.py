"""The table: widths, shortening, and texts that would disturb a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens import MentionClassifier, Prediction
from mentionlens.table import table_lines
from mentionlens.width import pad, printable, shorten, width
from tiny_bundle import COMMITTED

CLASSIFIER = MentionClassifier(COMMITTED, threads=1)
TASKS = CLASSIFIER.manifest.tasks
ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()))


def table(texts, columns=100):
    return list(table_lines(CLASSIFIER.predict_iter(texts), TASKS, columns))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("жук", 3),
        ("漢字", 4),
        ("😡", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧", 2),
        ("e\u0301", 1),
    ],
)
def test_width(text, columns):
    assert width(text) == columns
    assert width(pad(text, 10)) == 10


@given(ANY_TEXT, st.integers(1, 30))
def test_shortened_texts_fit(text, columns):
    text = printable(text)
    short = shorten(text, columns)
    assert width(short) <= columns
    assert short == text or short.endswith("…")
    assert width(text) > columns or short == text


@given(ANY_TEXT)
def test_a_text_cannot_steer_the_terminal(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert "\u202e" not in shown


def test_columns_stand_below_each_other():
    lines = table(["Paczka", "漢字 😡", "👩‍👩‍👧 не", "e\u0301 ż"])
    start = lines[0].index("sentiment")
    for line, text in zip(lines[1:], ["Paczka", "漢字 😡", "👩‍👩‍👧 не", "e\u0301 ż"], strict=True):
        before = line[: line.index("%")]
        assert before.startswith(text)
        label = next(label for label in TASKS[0].labels if label in before)
        assert width(before[: before.index(label)]) == start


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_the_table_fits_the_terminal(columns):
    lines = table(["Paczka miała być w piątek. " * 10, "😡" * 400], columns)
    assert all(width(line) <= columns for line in lines)
    assert "…" in lines[1]


def test_a_narrow_terminal_keeps_twenty_columns_of_text():
    lines = table(["Paczka miała być w piątek."], 10)
    assert lines[1].startswith("Paczka miała być w")


def test_a_text_of_several_lines_is_one_row():
    lines = table(["a\nb\r\n\x1b[31mc\u2028d"])
    assert len(lines) == 2
    assert lines[1].startswith("a b [31mc d ")


def test_the_columns_are_the_tasks():
    answers = CLASSIFIER.predict("ab").tasks
    rows = [Prediction("ab", {"troll": answers["troll"]})]
    header, line = table_lines(rows, TASKS[1:2], 80)
    assert header.split() == ["mention", "troll"]
    assert line.split()[:2] == ["ab", answers["troll"].label]


def test_more_rows_than_are_measured():
    lines = table([f"paczka {number}" for number in range(700)])
    assert len(lines) == 701
    assert len({line.index("%") for line in lines[1:]}) == 1


def test_no_rows_no_table():
    assert table([]) == []
