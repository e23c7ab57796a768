"""Capitals and small letters as careless or shouting writers use them.

No word changes, so the labels hold: a shouted complaint is the same complaint. Every letter is
changed alone and only to one letter, as by the caps lock key: ß stays ß. Handles, links and
e-mail addresses stay.
"""

from __future__ import annotations

import random
import re

from mentionlens_data.augmentation.drawing import chance, pick
from mentionlens_data.augmentation.spans import ADDRESS, HASHTAG, blank_out, change_outside
from mentionlens_data.languages import target_languages

__all__ = ["LANGUAGES", "caps_lock_word", "lose_sentence_starts", "lower_case", "upper_case"]

LANGUAGES = frozenset(
    language.code
    for language in target_languages()
    if any(letter.lower() != letter.upper() for letter in language.letters)
)
"""The target languages whose letters have two cases."""

_ADDRESS = re.compile(ADDRESS, re.IGNORECASE)
_PROTECTED = re.compile(f"{ADDRESS}|{HASHTAG}", re.IGNORECASE)
# Handles and links before the first sentence are blanked out (NUL).
_START = re.compile(r"(?:\A(?:RT )?[\0\s:]*|(?<=[.!?…]\s)|(?<=\n))[\s\"'«„“¡¿(-]{0,4}([^\W\d_])")
_LONG_WORD = re.compile(r"(?<![\w'’\u0300-\u036f])[^\W\d_]{4,}(?![\w'’\u0300-\u036f])")


def lower_case(text: str, lang: str, generator: random.Random) -> str:
    """Return the text without capitals."""
    return change_outside(text, _ADDRESS, _lower)


def upper_case(text: str, lang: str, generator: random.Random) -> str:
    """Return the text in capitals."""
    return change_outside(text, _ADDRESS, _upper)


def lose_sentence_starts(text: str, lang: str, generator: random.Random) -> str:
    """Return the text with small letters where sentences start; acronyms stay."""
    letters = list(text)
    for match in _START.finditer(blank_out(text, _PROTECTED)):
        place = match.start(1)
        if not text[place + 1 : place + 2].isupper():
            letters[place] = _lower(text[place])
    return "".join(letters)


def caps_lock_word(text: str, lang: str, generator: random.Random) -> str:
    """Return the text with one word, sometimes two, in capitals: words of four letters or more."""
    words = [
        match.span()
        for match in _LONG_WORD.finditer(blank_out(text, _PROTECTED))
        if not match[0].isupper()
    ]
    for _ in range(2 if chance(generator, 0.3) else 1):
        if words:
            start, end = pick(generator, words)
            text = text[:start] + _upper(text[start:end]) + text[end:]
    return text


def _lower(text: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _upper(text: str) -> str:
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)
