from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.quality.language_check import (
    LEAST_LETTERS,
    LanguageAgreement,
    detect_language,
    is_close,
)

TEXTS = {
    "pl": "Paczka przyszła dopiero po dwóch tygodniach i nikt nie odpowiada na moje wiadomości.",
    "bg": "Пратката дойде чак след две седмици и никой не отговаря на моите съобщения.",
    "ru": "Посылка пришла только через две недели, и никто не отвечает на мои сообщения.",
    "ro": "Coletul a venit abia după două săptămâni și nimeni nu îmi răspunde la mesaje.",
    "uk": "Посилка прийшла лише через два тижні, і ніхто не відповідає на мої повідомлення.",
    "hr": "Paket je došao tek nakon dva tjedna i nitko ne odgovara na moje poruke.",
}


@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_a_sentence_is_recognised_and_not_doubted(lang: str) -> None:
    detected = detect_language(TEXTS[lang])
    assert is_close(detected.lang, lang)
    assert not detected.doubts(lang)


def test_a_sentence_in_another_language_is_doubted_unless_it_is_close() -> None:
    assert detect_language(TEXTS["ro"]).doubts("pl")
    assert not detect_language(TEXTS["hr"]).doubts("sr")
    assert is_close("bg", "mk") and not is_close("bg", "ru")


def test_short_texts_are_never_doubted() -> None:
    text = "Thanks a lot, great shop"
    assert detect_language(text).lang == "en"
    assert detect_language(text).letters < LEAST_LETTERS
    assert not detect_language(text).doubts("bg")


def test_links_handles_and_hashtags_do_not_count() -> None:
    noise = "@best_shop_in_the_world #thankyou https://example.org/the/best/of/all"
    assert detect_language(f"{noise} {TEXTS['pl']}").lang == "pl"
    assert detect_language(noise).letters == 0


def test_agreement_counts_by_length_and_names_the_confusions() -> None:
    agreement = LanguageAgreement()
    for text in (*TEXTS.values(), "Super", "ok"):
        agreement.add("pl", detect_language(text))
    assert sum(number for number, _ in agreement.by_length.values()) == len(TEXTS) + 2
    assert agreement.judged == len(TEXTS)
    assert agreement.exact == 1
    assert agreement.confusions["ro"] == 1
    assert sum(agreement.confusions.values()) == len(TEXTS) - 1


@given(st.text())
def test_any_text_gives_an_answer(text: str) -> None:
    detected = detect_language(text)
    assert 0 <= detected.probability <= 1
    assert detected.letters <= len(text)
