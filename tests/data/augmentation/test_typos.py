from __future__ import annotations

import random
import tomllib
from importlib import resources

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mentionlens_data.augmentation import augment
from mentionlens_data.augmentation.keyboards import LANGUAGES, layouts, neighbours, slip_of
from mentionlens_data.augmentation.negations import is_negation, negating_prefix
from mentionlens_data.augmentation.typos import add_typos
from mentionlens_data.languages import target_languages

NEGATIONS = tomllib.loads(
    (resources.files("mentionlens_data.augmentation") / "tables" / "negations.toml").read_text(
        "utf-8"
    )
)
WORDS = {
    "pl": ["paczka", "kurier", "dziękuję", "niezadowolony", "beznadziejny", "przesyłka", "obsługa"],
    "bg": ["пратка", "благодаря", "некоректно", "магазин", "безобразие", "доставка"],
    "ru": ["посылка", "спасибо", "некачественный", "магазин", "безответственно"],
    "en": ["parcel", "delivery", "unhappy", "disappointed", "thanks", "impossible"],
    "es": ["paquete", "gracias", "imposible", "desagradable", "niño", "entrega"],
    "de": ["Paket", "unfreundlich", "Größe", "Lieferung", "danke"],
}


def test_every_target_language_but_hindi_has_keyboards_and_all_have_negations() -> None:
    codes = {language.code for language in target_languages()}
    assert codes == LANGUAGES | {"hi"} == set(NEGATIONS)
    assert "hi" not in LANGUAGES


@pytest.mark.parametrize(
    ("layout", "lang", "letter", "expected"),
    [
        ("qwerty", "pl", "g", "ftyhbv"),
        ("qwerty", "pl", "ź", "x"),
        ("qwerty", "pl", "ą", "a"),
        ("qwertz-de", "de", "ö", "pülä"),
        ("qwertz-hr", "hr", "z", "tughj"),
        ("azerty", "fr", "a", "zq"),
        ("jcuken-ru", "ru", "ф", "йцыя"),
        ("phonetic-bg", "bg", "д", "ерсфзьц"),
        ("bds-bg", "bg", "о", "ишажъ"),
        ("qwerty-es", "es", "á", "a"),
        ("qwerty", "pl", "😡", ""),
    ],
)
def test_slips_hit_the_keys_around(layout: str, lang: str, letter: str, expected: str) -> None:
    found = set(slip_of(letter, layout, lang))
    assert found <= set(expected)
    assert bool(found) == bool(expected)


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_neighbours_are_mutual(lang: str) -> None:
    for layout in {*layouts(lang, "abc"), *layouts(lang, "абв")}:
        table = {k: v for k, v in neighbours(layout, lang).items() if k not in "ź"}
        for letter, others in table.items():
            assert others
            for other in others:
                assert letter in table[other]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("bg", "много зле", {"phonetic-bg", "bds-bg"}),
        ("bg", "mnogo zle", {"qwerty"}),
        ("ru", "privet", {"qwerty"}),
        ("sr", "нема", {"ljnjertz-sr"}),
        ("pl", "привет", set()),
    ],
)
def test_the_keyboard_has_the_script_of_the_text(lang: str, text: str, expected: set[str]) -> None:
    assert set(layouts(lang, text)) == expected


@given(st.sampled_from(sorted(WORDS)), st.data(), st.integers(0, 10_000))
def test_negations_never_change_and_none_is_made(lang: str, data: st.DataObject, seed: int) -> None:
    words = data.draw(
        st.lists(st.sampled_from(WORDS[lang] + NEGATIONS[lang]["words"]), min_size=1, max_size=12)
    )
    text = " ".join(words)
    slipped = add_typos(text, lang, random.Random(seed), rate=0.5).split(" ")
    assert len(slipped) == len(words)
    for before, after in zip(words, slipped, strict=True):
        assert abs(len(after) - len(before)) <= 1
        assert after[0] == before[0]
        assert is_negation(after, lang) == is_negation(before, lang)
        if is_negation(before, lang):
            assert after == before
        prefix = negating_prefix(before, lang)
        assert after.startswith(prefix)


@example("A¹¹a", "bg", 1.0, random.Random(1))
@given(st.text(), st.sampled_from(sorted(LANGUAGES)), st.floats(0, 1), st.randoms())
def test_only_letters_change(text: str, lang: str, rate: float, generator: random.Random) -> None:
    slipped = add_typos(text, lang, generator, rate)
    assert [c for c in slipped if not c.isalpha()] == [c for c in text if not c.isalpha()]


def test_what_is_no_plain_word_is_not_touched() -> None:
    text = (
        "@kurier #dziękuję https://sklep.pl/paczka sklep@paczka.pl PKO 12345 abc123 😡 don't e-mail"
    )
    assert add_typos(text, "pl", random.Random(1), rate=1.0) == text


def test_the_rate_is_slips_a_letter() -> None:
    text = " ".join(["przesyłka"] * 2000)
    slipped = add_typos(text, "pl", random.Random(0), rate=0.02).split()
    share = sum(word != "przesyłka" for word in slipped) / 2000
    assert 0.14 < share < 0.22


def test_a_text_with_a_word_gets_a_slip() -> None:
    results = {augment("dziękuję", "pl", "typos", seed=seed, key="") for seed in range(60)}
    assert len(results) > 15
    assert "dziekuję" in results
