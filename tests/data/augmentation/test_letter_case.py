from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.augmentation import augment

NAMES = ("lower_case", "upper_case", "lower_sentence_starts", "caps_lock_word")


def changed(text: str, name: str, seed: int = 0) -> str:
    return augment(text, "pl", name, seed=seed, key="")


@given(st.text(), st.sampled_from(NAMES))
def test_letters_stay_the_same_letters(text: str, name: str) -> None:
    result = changed(text, name)
    assert len(result) == len(text)
    for before, after in zip(text, result, strict=True):
        assert after in (before, before.lower(), before.upper())


def test_lower_and_upper() -> None:
    text = "Źle! Straße #Żal @Firma https://A.pl/B ЩЕ"
    assert changed(text, "lower_case") == "źle! straße #żal @Firma https://A.pl/B ще"
    assert changed(text, "upper_case") == "ŹLE! STRAßE #ŻAL @Firma https://A.pl/B ЩЕ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Nie działa. Gdzie jest Anna? Łódź czeka… Żal",
            "nie działa. gdzie jest Anna? łódź czeka… żal",
        ),
        ("NFZ nie działa. PKP też", "NFZ nie działa. PKP też"),
        ("@Firma Czekam", "@Firma czekam"),
        ("RT @Firma: Czekam", "RT @Firma: czekam"),
        ("¿Dónde está Ana?", "¿dónde está Ana?"),
        ("Още чакам! Кога?", "още чакам! кога?"),
        ("#Firma Zawodzi", "#Firma zawodzi"),
    ],
)
def test_sentence_starts(text: str, expected: str) -> None:
    assert changed(text, "lower_sentence_starts") == expected


def test_one_or_two_words_are_shouted() -> None:
    text = "paczka miała przyjść wczoraj @kurier #paczka https://paczka.pl ale didn't"
    for seed in range(50):
        result = changed(text, "caps_lock_word", seed)
        shouted = [word for word in result.split() if word.isupper()]
        assert 1 <= len(shouted) <= 2
        assert set(shouted) <= {"PACZKA", "MIAŁA", "PRZYJŚĆ", "WCZORAJ"}
    assert changed("no i co", "caps_lock_word") == "no i co"
