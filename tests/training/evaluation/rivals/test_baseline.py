"""The rival learns, falls back to all languages, and is not fitted twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.rivals.baseline import (
    Baseline,
    BaselineSettings,
    cached_baseline,
    fit_baseline,
)
from scripted import row

GOOD = ("super paczka", "super sklep", "bardzo super", "super, polecam", "polecam bardzo")
BAD = ("fatalna paczka", "fatalny sklep", "fatalnie", "oszustwo i tyle", "fatalne oszustwo")
TRAIN = [
    row(number, "pl", text, split="train", sentiment=label)
    for number, (text, label) in enumerate(
        [(text, "positive") for text in GOOD] + [(text, "negative") for text in BAD]
    )
]
VALIDATION = [
    row(100, "pl", "sklep super", split="validation", sentiment="positive"),
    row(101, "pl", "sklep fatalny", split="validation", sentiment="negative"),
]
TEST = [
    row(200, "pl", "superowo, polecam", sentiment="positive"),
    row(201, "pl", "fatalnie, oszustwo", sentiment="negative"),
    row(202, "sk", "super, fakt super", sentiment="positive"),
]


def test_it_learns_the_words_of_its_rows() -> None:
    baseline = fit_baseline(TRAIN, VALIDATION, TEST)
    assert baseline.answer("pl", "sentiment", "made/200") == "positive"
    assert baseline.answer("pl", "sentiment", "made/201") == "negative"
    assert baseline.training_rows == len(TRAIN)


def test_a_language_without_training_rows_is_answered_by_all_languages() -> None:
    baseline = fit_baseline(TRAIN, VALIDATION, TEST)
    assert baseline.answer("sk", "sentiment", "made/202") == "positive"
    assert baseline.choices["sk"]["sentiment"]["all_languages"] is True
    assert baseline.choices["pl"]["sentiment"]["all_languages"] is False


def test_what_was_not_asked_has_no_answer() -> None:
    baseline = fit_baseline(TRAIN, [], TEST)
    assert baseline.answer("pl", "troll", "made/200") is None
    assert baseline.answer("ro", "sentiment", "made/200") is None


def test_without_validation_rows_the_first_choices_hold() -> None:
    settings = BaselineSettings(strengths=(16.0, 1.0))
    choice = fit_baseline(TRAIN, [], TEST, settings=settings).choices["pl"]["sentiment"]
    assert (choice["C"], choice["class_weight"]) == (16.0, "balanced")


def test_of_one_label_nothing_else_is_learned() -> None:
    baseline = fit_baseline(TRAIN[:5], [], TEST)
    only = TRAIN[0].labels["sentiment"]
    assert {baseline.answer(row.lang, "sentiment", row.id) for row in TEST} == {only}
    assert baseline.choices["pl"]["sentiment"]["only_label"] == only


def test_a_task_without_training_rows_is_named() -> None:
    with pytest.raises(EvaluationError, match=r"cannot learn 'sentiment': no training row"):
        fit_baseline([], [], TEST)


def test_answers_survive_the_file(tmp_path: Path) -> None:
    baseline = fit_baseline(TRAIN, VALIDATION, TEST)
    baseline.save(tmp_path / "baseline.json")
    assert Baseline.load(tmp_path / "baseline.json") == baseline
    assert "paczka" not in (tmp_path / "baseline.json").read_text(encoding="utf-8")


def test_it_is_fitted_once_for_equal_rows(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "baseline.json"
    said: list[str] = []
    first = cached_baseline(path, TRAIN, VALIDATION, TEST, progress=said.append)
    fitted = len(said)
    again = cached_baseline(path, TRAIN, VALIDATION, TEST, progress=said.append)
    assert again == first
    assert len(said) == fitted + 1
    assert "taken from" in said[-1]


@pytest.mark.parametrize("what", ["train", "validation", "test", "settings"])
def test_it_is_fitted_again_when_anything_differs(tmp_path: Path, what: str) -> None:
    path = tmp_path / "baseline.json"
    cached_baseline(path, TRAIN, VALIDATION, TEST)
    said: list[str] = []
    cached_baseline(
        path,
        TRAIN[1:] if what == "train" else TRAIN,
        VALIDATION[1:] if what == "validation" else VALIDATION,
        TEST[1:] if what == "test" else TEST,
        settings=BaselineSettings(max_features=50) if what == "settings" else None,
        progress=said.append,
    )
    assert said
    assert "taken from" not in said[-1]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 99, "settings": {}}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"remove it to fit again"):
        Baseline.load(path)
