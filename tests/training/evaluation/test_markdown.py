"""Evaluations as Markdown: golden files, and text that must stay text.

The JSON files in `golden/` stand for what older versions wrote, and never change. Where the
wording changes on purpose, `RENEW_GOLDEN=1 pytest tests/training/evaluation/test_markdown.py`
writes the other files again; read their difference before it is committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from example_evaluation import example_evaluation
from example_texts import EVIL
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.evaluation.markdown import (
    render_language,
    render_markdown,
    write_markdown,
)
from mentionlens_training.evaluation.markdown.formatting import safe, table
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.reading import read_evaluation

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize(
    ("schema", "lang"),
    [
        ("schema_1", None),
        ("schema_1", "bg"),
        ("schema_2", None),
        ("schema_2", "ro"),
        ("schema_2", "ru"),
        ("schema_2", "cs"),
    ],
)
def test_it_is_the_golden_one(schema: str, lang: str | None) -> None:
    evaluation = read_evaluation(GOLDEN / f"{schema}.json")
    text = render_language(evaluation, lang) if lang else render_markdown(evaluation)
    file = GOLDEN / (f"{schema}_{lang}.md" if lang else f"{schema}.md")
    if os.environ.get("RENEW_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line))


def test_every_table_is_whole_and_no_text_is_markup() -> None:
    evaluation = example_evaluation()
    pages = [render_language(evaluation, found.lang) for found in evaluation.languages]
    for page in [render_markdown(evaluation), *pages]:
        assert EVIL not in page
        assert not re.search(r"<(?!br>|https?:)", page)
        for block in page.split("\n\n"):
            lines = block.splitlines()
            if lines[0].startswith("|"):
                assert {cells(line) for line in lines} == {cells(lines[0])}, lines[0]


def test_cells_that_are_not_counted_stand_in_brackets_and_out_of_the_mean() -> None:
    text = render_markdown(example_evaluation())
    troll = text.split("## troll")[1].split("##")[0]
    assert re.search(r"^\| \(ru\) \| 38 \|", troll, re.MULTILINE)
    assert re.search(r"^\| \*\*mean\*\* \| 4,210 \|", troll, re.MULTILINE)  # without the 38
    overview = text.split("##")[0]
    assert re.search(r"^\| ru \| [\d.]+ \([\d.]+\) \| - \| - \|$", overview, re.MULTILINE)


def test_a_mistake_without_text_is_named() -> None:
    page = render_language(example_evaluation(), "ro")
    assert "| ro-posts/7 (ro-posts) |" in page


def test_a_language_without_rows_says_so() -> None:
    page = render_language(example_evaluation(), "cs")
    assert page.startswith("# Czech (cs): ")
    assert "nothing could be measured" in page
    assert "|" not in page


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(
        EvaluationError, match=r"no language 'xx' .* it holds pl, ro, ru, es, bg, cs"
    ):
        render_language(example_evaluation(), "xx")


def test_files_of_all_languages(tmp_path: Path) -> None:
    evaluation = example_evaluation()
    files = write_markdown(evaluation, tmp_path / "new")
    assert [file.name for file in files] == [
        "evaluation.md", "pl.md", "ro.md", "ru.md", "es.md", "bg.md", "cs.md",
    ]  # fmt: skip
    assert files[2].read_text(encoding="utf-8") == render_language(evaluation, "ro")


def test_a_language_cannot_leave_the_folder(tmp_path: Path) -> None:
    evaluation = example_evaluation()
    odd = evaluation.languages[0].model_copy(update={"lang": "../../x|<b>"})
    files = write_markdown(evaluation.model_copy(update={"languages": (odd,)}), tmp_path / "a")
    assert [file.parent for file in files] == [tmp_path / "a"] * 2
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
    assert "<b>" not in files[0].read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EvaluationError, match="file: cannot be written"):
        write_markdown(example_evaluation(), tmp_path / "file")


@given(st.text(max_size=60) | st.text(alphabet="<>|`*_[]\\&@#:$~ \n\u202ea1", max_size=20))
def test_text_of_unknown_origin_is_one_line_without_markup(text: str) -> None:
    line = safe(text)
    assert not set(line) & set("\n\r|`*[]\\<>\u202e")
    assert not re.search(r"&(?!#\d+;)", line)


@pytest.mark.parametrize("name", ["angry_genuine", "pl-allegro.v2", "Rows: none.", "до 4 слов"])
def test_harmless_names_stay_readable(name: str) -> None:
    assert safe(name) == name


def test_an_address_is_a_link_and_nothing_else_is() -> None:
    assert safe("https://example.org/a_b?c=1") == "<https://example.org/a_b?c=1>"
    assert "<" not in safe("javascript://example.org")
    assert "://" not in safe("see https://example.org")


def test_columns_that_nothing_was_measured_for_are_left_out() -> None:
    assert table(["a", "b", "c"], [["x", "-", 1], ["-", "-", "-"]]) == [
        "| a | c |",
        "|---|--:|",
        "| x | 1 |",
        "| - | - |",
    ]
