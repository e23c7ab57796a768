"""Slips of the finger, as many as hurried people leave standing.

A word keeps its first letter, gets one slip at most and stays readable, and the label holds as
long as no negation comes or goes: negations are left alone, so are the prefixes that negate, and a
slip that would make a negation is not made. Links, handles, e-mail addresses, hashtags, numbers
and words with digits, emoji and capitals-only words (names of firms) stay.
"""

from __future__ import annotations

import random
import re

from mentionlens_data.augmentation.drawing import chance, pick, pick_weighted
from mentionlens_data.augmentation.keyboards import LANGUAGES, layouts, slip_of
from mentionlens_data.augmentation.negations import is_negation, negating_prefix
from mentionlens_data.augmentation.spans import ADDRESS, HASHTAG, blank_out

__all__ = ["LANGUAGES", "RATE", "add_typos"]

# Slips a letter: one in eight words of six letters.
RATE = 0.02

_PROTECTED = re.compile(f"{ADDRESS}|{HASHTAG}", re.IGNORECASE)
# Four letters or more, with nothing that would make them part of something else.
_WORD = re.compile(r"(?<![\w'’\u0300-\u036f-])[^\W\d_]{4,}(?![\w'’\u0300-\u036f-])")
_SLIPS = ("substitution", "omission", "transposition", "doubling")
_WEIGHTS = (5, 4, 3, 2)


def add_typos(text: str, lang: str, generator: random.Random, rate: float = RATE) -> str:
    """Return the text with slips: a neighbouring key, a letter left out, two swapped, one doubled.

    Args:
        text: any text; one with a word that may have a slip gets one at least.
        lang: says which keyboards; a language without one leaves the text as it is.
        generator: draws.
        rate: slips a letter.
    """
    names = layouts(lang, text)
    words = [
        match
        for match in _WORD.finditer(blank_out(text, _PROTECTED))
        # Raised figures and Roman numerals are word characters, but no letters.
        if match[0].isalpha() and not match[0].isupper() and not is_negation(match[0], lang)
    ]
    if not names or not words:
        return text
    layout = pick(generator, names)
    chosen = [word for word in words if chance(generator, rate * len(word[0]))]
    parts = []
    end = 0
    for word in chosen or [pick(generator, words)]:
        parts += [text[end : word.start()], _slip(word[0], lang, layout, generator)]
        end = word.end()
    return "".join(parts) + text[end:]


def _slip(word: str, lang: str, layout: str, generator: random.Random) -> str:
    """Return a word with one slip, or as it was where a few tries change or make a negation."""
    negating = len(negating_prefix(word, lang))
    first = max(1, negating)
    if first >= len(word) - 1:
        return word
    for _ in range(4):
        place = first + int(generator.random() * (len(word) - first))
        kind = pick_weighted(generator, _SLIPS, _WEIGHTS)
        if kind == "substitution":
            slipped = _other_key(word, place, slip_of(word[place].lower(), layout, lang), generator)
        else:
            slipped = _same_keys(word, place, kind)
        if (
            slipped != word
            and not is_negation(slipped, lang)
            and len(negating_prefix(slipped, lang)) == negating
        ):
            return slipped
    return word


def _other_key(word: str, place: int, letters: str, generator: random.Random) -> str:
    if not letters:
        return word
    letter = pick(generator, letters)
    return word[:place] + (letter.upper() if word[place].isupper() else letter) + word[place + 1 :]


def _same_keys(word: str, place: int, kind: str) -> str:
    letter = word[place]
    before, after = word[:place], word[place + 1 :]
    if kind == "omission":
        return before + after
    if kind == "doubling":
        return before + 2 * letter + after
    return before + after[:1] + letter + after[1:]
