"""Guidance in every language, and signs in any text."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens.triage import guidance_languages, load_playbook
from mentionlens.triage.guidance import Guidance
from mentionlens.triage.signs import Sign, fold

FOLDER = resources.files("mentionlens.triage").joinpath("guidance")
TEXTS = {
    lang: tomllib.loads(FOLDER.joinpath(f"{lang}.toml").read_text("utf-8"))
    for lang in guidance_languages()
}
CYRILLIC = {"ru", "bg"}


def test_there_is_guidance_in_the_launch_languages_and_english():
    assert set(guidance_languages()) == {"bg", "en", "es", "pl", "ro", "ru"}


@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_every_key_of_guidance_is_in_every_language_and_every_rule_has_its_keys(lang: str):
    assert set(TEXTS[lang]) == set(TEXTS["en"])
    used = {key for rule in load_playbook().rules for key in rule.guidance}
    assert used == set(TEXTS[lang])
    for key, advice in TEXTS[lang].items():
        assert set(advice) == {"do", "avoid"}, key
        assert advice["do"].endswith("."), key
        # One may have nothing to avoid in all languages, or in none.
        assert bool(advice["avoid"]) is bool(TEXTS["en"][key]["avoid"]), key
        assert len(advice["do"]) <= 330, key
        assert len(advice["avoid"]) <= 200, key


@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_guidance_is_written_in_the_letters_of_its_language(lang: str):
    foreign = re.compile("[a-z]" if lang in CYRILLIC else "[а-я]", re.IGNORECASE)
    for key, advice in TEXTS[lang].items():
        text = advice["do"] + advice["avoid"]
        assert not foreign.search(text), key
        assert text == unicodedata.normalize("NFC", text)
        assert not re.search("[şţŞŢ]", text), key  # Romanian has commas, not cedillas


def test_several_keys_give_one_advice_in_order():
    advice = Guidance("en").advise(("late", "complaint"), "pl")
    assert advice.do.startswith("Apologise first for the late answer. Thank for the message")
    assert advice.avoid.startswith("No canned text")


def test_a_sign_is_a_whole_word_whatever_its_case_and_diacritics():
    sign = Sign("legal", {"pl": ["sąd", "prawnik*"], "any": ["§"], "en": ["^sue"]})
    assert sign.find(fold("Idę do SADU? Nie, do sad."), "pl") == "sad"
    assert sign.find(fold("Sądzę, że nie"), "pl") is None
    assert sign.find(fold("moi PRAWNIKAMI"), "pl") == "prawnikami"
    assert sign.find(fold("z §5"), "de") == "§"
    # Only a language that nobody named has the words of all.
    assert sign.find(fold("mój prawnik"), "en") is None
    assert sign.find(fold("mój prawnik"), None) == "prawnik"


def test_several_words_of_a_sign_may_have_commas_and_blanks_between_them():
    sign = Sign("rumour", {"ru": ["говорят, что"], "pl": ["rzecznik* konsument*"]})
    for text in ("Говорят, что закрыли", "говорят что закрыли", "ГОВОРЯТ  что"):
        assert sign.find(fold(text), "ru") is not None
    assert sign.find(fold("говорят: что"), "ru") is None
    assert sign.find(fold("Do Rzecznika Konsumentów!"), "pl") == "rzecznika konsumentow"


def test_a_sign_at_the_beginning_of_a_sentence_is_not_found_inside_one():
    sign = Sign("legal", {"en": ["^sue"]})
    assert sign.find(fold("I will. «Sue them!»"), "en") == "sue"
    assert sign.find(fold("sue"), "en") == "sue"
    assert sign.find(fold("I met Sue"), "en") is None


@given(st.text(), st.none() | st.sampled_from(["pl", "ro", "ru", "es", "bg", "en", "xx"]))
def test_any_text_can_be_looked_through(text: str, lang: str | None):
    folded = fold(text)
    for sign in load_playbook().signs.values():
        found = sign.find(folded, lang)
        assert found is None or found in folded


@given(st.sampled_from(sorted(load_playbook().signs)), st.data())
def test_every_word_of_a_sign_is_found_in_its_language(name: str, data: st.DataObject):
    sign = load_playbook().signs[name]
    lang = data.draw(st.sampled_from(sorted(sign.words)))
    word = data.draw(st.sampled_from(sorted(sign.words[lang])))
    text = word.removeprefix("^").replace("*", "").upper()
    assert sign.find(fold(text), None if lang == "any" else lang) is not None
