from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.text_traits import (
    SCRIPTS,
    has_emoji,
    has_handle,
    has_link,
    in_capitals,
    lacks_diacritics,
    prose,
    script_of,
)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Zażółć gęślą jaźń", "Latin"),
        ("strahotni ste", "Latin"),
        ("Приложение не работает", "Cyrillic"),
        ("Приложение не работает ok", "Cyrillic"),
        ("Купих си iPhone вчера", "mixed"),
        ("123 😡", "other"),
        ("שלום", "other"),
        ("", "other"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize("text", ["😡", "ok ❤️", "☀", "👩🏽‍💻", "🇵🇱", "⭐⭐"])
def test_emoji(text: str) -> None:
    assert has_emoji(text)


@pytest.mark.parametrize("text", ["", "ok :)", "zażółć 5 €", "№ 7 – «да»…"])
def test_no_emoji(text: str) -> None:
    assert not has_emoji(text)


@pytest.mark.parametrize(
    ("text", "lang", "lacks"),
    [
        ("Przesylka dotarla po dwoch tygodniach i nikt nie odpowiada", "pl", True),
        ("Przesyłka dotarła po dwóch tygodniach i nikt nie odpowiada", "pl", False),
        ("Coletul a venit după două săptămâni și nimeni nu răspunde", "ro", False),
        ("Coletul meu ramas la posta, astept raspuns de mult timp aşa", "ro", False),
        ("Krótko", "pl", None),
        ("The parcel arrived after two weeks and nobody answers me", "en", None),
        ("Пратката пристигна след две седмици и никой не отговаря", "bg", None),
    ],
)
def test_diacritics(text: str, lang: str, lacks: bool | None) -> None:
    assert lacks_diacritics(text, lang) is lacks


@pytest.mark.parametrize(
    ("text", "link", "handle"),
    [
        ("Zobacz www.sklep.example i https://sklep.example/x", True, False),
        ("@Магазин, къде е пратката?", False, True),
        ("(@shop) see http://t.co/abc", True, True),
        ("pisz na biuro@sklep.example", False, False),
        ("httpd nie działa, user też", False, False),
    ],
)
def test_links_and_handles(text: str, link: bool, handle: bool) -> None:
    assert (has_link(text), has_handle(text)) == (link, handle)


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("GDZIE JEST MOJA PACZKA???", True),
        ("ГДЕ МОЯ ПОСЫЛКА, ВЕРНИТЕ ДЕНЬГИ!!! мне", False),
        ("ГДЕ МОЯ ПОСЫЛКА, ВЕРНИТЕ ДЕНЬГИ!!! 12 шт", False),
        ("GDZIE JEST MOJA PACZKA OD WCZORAj?", True),
        ("RTV AGD", False),
        ("To jest zwykłe zdanie.", False),
        ("", False),
        ("12345678901 !!!!", False),
    ],
)
def test_capitals(text: str, capitals: bool) -> None:
    assert in_capitals(text) is capitals


@given(st.text())
def test_any_text_has_traits(text: str) -> None:
    assert script_of(prose(text)) in SCRIPTS
    assert isinstance(has_emoji(text) or has_link(text) or has_handle(text), bool)
    assert not (in_capitals(text) and in_capitals(text.lower()))


@given(st.sampled_from(["@shop", "@Пётр_1", "https://t.co/x", "www.a.example"]), st.text("aż я"))
def test_what_is_masked_is_found_and_is_no_prose(mark: str, text: str) -> None:
    full = f"{mark} {text}"
    assert has_link(full) != has_handle(full)
    assert prose(full).split() == text.split()
