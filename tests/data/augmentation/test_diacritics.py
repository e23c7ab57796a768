from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.augmentation import applies, augment
from mentionlens_data.augmentation.diacritics import LANGUAGES, without_marks


def strip(text: str, lang: str, seed: int = 0) -> str:
    return augment(text, lang, "strip_diacritics", seed=seed, key="")


@pytest.mark.parametrize(
    ("lang", "text", "plain"),
    [
        ("pl", "Zażółć gęślą jaźń, ŁÓDŹ", "Zazolc gesla jazn, LODZ"),
        (
            "ro",
            "Mulțumesc, așa și trebuia în țară; şi ţară",
            "Multumesc, asa si trebuia in tara; si tara",
        ),
        ("es", "¿Dónde está el niño? ¡Qué pingüino!", "¿Donde esta el nino? ¡Que pinguino!"),
        ("cs", "Příliš žluťoučký kůň", "Prilis zlutoucky kun"),
        ("sk", "Ďakujem, vôňa ľalií, mäkčeň", "Dakujem, vona lalii, makcen"),
        ("sl", "Češnja, žoga, šal", "Cesnja, zoga, sal"),
        ("pt", "Não, a coração está à mão", "Nao, a coracao esta a mao"),
        ("fr", "Cœur déçu où l'été s'achève, ça", "Coeur decu ou l'ete s'acheve, ca"),
        ("it", "Perché la città è così", "Perche la citta e cosi"),
        ("de", "Straße", "Strasse"),
        ("sr", "Његова ћерка", "Његова ћерка"),
        ("pl", "#dziękuję @łoś https://ł.pl/ą", "#dziekuje @łoś https://ł.pl/ą"),
    ],
)
def test_words_as_people_type_them(lang: str, text: str, plain: str) -> None:
    assert strip(text, lang) == plain
    assert strip(unicodedata.normalize("NFD", text), lang) == unicodedata.normalize(
        "NFD", plain
    ) or ("@" in text or lang == "sr")


def test_a_writer_has_one_habit() -> None:
    seen = {strip("Größe über Öl, ÜBER", "de", seed) for seed in range(40)}
    assert seen == {"Groesse ueber Oel, UEBER", "Grosse uber Ol, UBER"}
    seen = {strip("Đavo i anđeo, ĐAVO", "hr", seed) for seed in range(40)}
    assert seen == {"Djavo i andjeo, DJAVO", "Davo i andeo, DAVO"}


@given(
    st.text(st.characters(max_codepoint=0x24F) | st.characters()),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_stripping_twice_is_stripping_once(text: str, lang: str) -> None:
    once = strip(text, lang)
    assert strip(once, lang) == once


@given(st.text(st.characters(max_codepoint=0x17F, categories=["L", "Z", "P"])))
def test_the_plain_form_has_no_mark_left(text: str) -> None:
    plain = without_marks(text)
    assert not [
        c
        for c in plain
        if unicodedata.decomposition(c)
        and "LATIN" in unicodedata.name(c)
        and not unicodedata.decomposition(c).startswith("<")
    ]


@given(st.text(), st.randoms())
def test_other_scripts_and_signs_are_not_touched(text: str, generator: random.Random) -> None:
    kept = [c for c in text if not unicodedata.name(c, "").startswith(("LATIN", "COMBINING"))]
    left = [
        c
        for c in without_marks(text)
        if not unicodedata.name(c, "").startswith(("LATIN", "COMBINING"))
    ]
    assert kept == left


@pytest.mark.parametrize("lang", ["bg", "ru", "uk", "en"])
def test_not_for_languages_without_diacritics(lang: str) -> None:
    assert not applies("strip_diacritics", lang)
    assert strip("café", lang) == "café"
