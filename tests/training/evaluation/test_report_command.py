"""`mentionlens report`: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from example_evaluation import example_evaluation
from mentionlens.cli import main
from mentionlens_training.evaluation.markdown import render_language, render_markdown
from mentionlens_training.evaluation.reading import read_evaluation, write_evaluation

OLD = Path(__file__).with_name("golden") / "schema_1.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    write_evaluation(example_evaluation(), folder / "evaluation.json")
    return folder


def test_the_overview_goes_to_standard_output(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(folder)]) == 0
    output = capsys.readouterr()
    assert output.out == render_markdown(example_evaluation())
    assert output.err == ""


def test_one_language(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(folder / "evaluation.json"), "--lang", "ro"]) == 0
    assert capsys.readouterr().out == render_language(example_evaluation(), "ro")


def test_an_old_version_is_rendered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(OLD), "--format", "markdown"]) == 0
    assert capsys.readouterr().out == render_markdown(read_evaluation(OLD))


def test_without_a_name_it_is_the_packaged_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report"]) == 0
    assert capsys.readouterr().out.startswith("# mentionlens-default ")


def test_pages_and_markdown_are_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(folder), "-o", str(tmp_path / "out")]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    stems = {"pl", "ro", "ru", "es", "bg", "cs"}
    expected = {f"{stem}.{ending}" for stem in stems for ending in ("html", "md")}
    assert names == expected | {"index.html", "evaluation.md"}
    printed = capsys.readouterr().out.splitlines()
    assert [Path(line).name for line in printed] == ["index.html", "evaluation.md"]


@pytest.mark.parametrize(("chosen", "ending"), [("html", ".html"), ("markdown", ".md")])
def test_one_format(chosen: str, ending: str, tmp_path: Path) -> None:
    assert main(["report", str(OLD), "-o", str(tmp_path), "--format", chosen]) == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {ending}
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "html"], "needs -o"),
        (["--lang", "ro", "-o", "x"], "--lang prints one language"),
        (["--format", "pdf"], "invalid choice"),
    ],
)
def test_wrong_calls(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(OLD), *options]) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert output.out == ""


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"schema_version": 3}, [], "written by a newer mentionlens"),
        ({"cells": 5}, [], "cells: Input should be a valid"),
        ({}, ["--lang", "de"], "no language 'de' in this evaluation; it holds pl, bg, xx"),
    ],
)
def test_work_that_fails_is_one_line(
    change: dict[str, object],
    options: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    record = json.loads(OLD.read_text(encoding="utf-8")) | change
    (tmp_path / "evaluation.json").write_text(json.dumps(record), encoding="utf-8")
    assert main(["report", str(tmp_path), *options]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("mentionlens report: ")
    assert message in output.err
    assert output.err.count("\n") == 1


def test_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "gone.json")]) == 1
    assert "gone.json: no such file" in capsys.readouterr().err
