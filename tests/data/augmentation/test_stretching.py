from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.augmentation import augment
from mentionlens_data.augmentation.stretching import LANGUAGES


def stretched(text: str, lang: str, seed: int = 0) -> str:
    return augment(text, lang, "stretch_letters", seed=seed, key="")


def short(text: str) -> str:
    return "".join(letter for letter, _ in itertools.groupby(text.lower()))


@given(st.text() | st.from_regex(r"([a-zа-я]{1,6}[ !,.]){1,8}"), st.sampled_from(sorted(LANGUAGES)))
def test_nothing_but_a_letter_held_down(text: str, lang: str) -> None:
    assert short(stretched(text, lang)) == short(text)


@pytest.mark.parametrize(
    ("lang", "text", "word"),
    [
        ("pl", "Paczka przyszła bardzo szybko", "bardzo"),
        ("bg", "Колетът е супер голям", "супер"),
        ("ru", "Магазин очень большой", "очень"),
        ("es", "La comida es muy buena", "muy buena"),
        ("ro", "Mancarea e foarte buna", "foarte buna"),
        ("en", "It was opened today!", "today"),
    ],
)
def test_words_that_people_draw_out(lang: str, text: str, word: str) -> None:
    for seed in range(20):
        result = stretched(text, lang, seed)
        assert result != text
        before, after = text.split(word)
        assert result.startswith(before)
        assert result.endswith(after)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("pl", "Sklep nie jest otwarty."),
        ("sr", "Ne sećam se toga."),
        ("pl", "Byłem w sklepie Anna!"),
        ("pl", "@super #super https://super.pl"),
    ],
)
def test_other_words_are_left_alone(lang: str, text: str) -> None:
    assert {stretched(text, lang, seed) for seed in range(20)} == {text}


def test_a_negation_before_a_mark_is_drawn_out() -> None:
    assert stretched("Nie!", "pl").startswith("Niee") or stretched("Nie!", "pl").startswith("Nii")


def test_a_capital_is_held_down_as_a_small_letter() -> None:
    results = {stretched("Очень плохой магазин", "ru", seed) for seed in range(40)}
    assert any(result.startswith("Ооо") for result in results)
    assert not any(result.startswith("ОО") for result in results)
    assert all(r.split()[0].isupper() for r in {stretched("ОЧЕНЬ рад", "ru", s) for s in range(20)})
