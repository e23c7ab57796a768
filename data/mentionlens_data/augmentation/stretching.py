"""Letters held down: "suuuper", "дооообре", "bardzooo".

Drawing a word out stresses what it says and never turns it round, so the labels hold.
"""

from __future__ import annotations

import functools
import random
import re

from mentionlens_data.augmentation.diacritics import without_marks
from mentionlens_data.augmentation.drawing import chance, pick
from mentionlens_data.augmentation.negations import is_negation
from mentionlens_data.augmentation.spans import ADDRESS, HASHTAG, blank_out
from mentionlens_data.augmentation.table_files import read_table

__all__ = ["LANGUAGES", "stretch_letters"]

LANGUAGES = frozenset(read_table("stretched"))

_PROTECTED = re.compile(f"{ADDRESS}|{HASHTAG}", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w'’\u0300-\u036f-])[^\W\d_]{2,}(?![\w'’\u0300-\u036f-])")
_ENDS = ("", "!", ".", ",", "…", "?", "\n")
_VOWELS = frozenset("aeiouyаеиоуъыэюяіїєё")


def stretch_letters(text: str, lang: str, generator: random.Random) -> str:
    """Return the text with one vowel held down, in a word that people draw out where there is one.

    Such words are data (`tables/stretched.toml`); else a word right before an exclamation mark is
    taken, unless it has a capital, like a name.
    """
    if lang not in LANGUAGES:
        return text
    words = [w for w in _WORD.finditer(blank_out(text, _PROTECTED)) if _vowels(w[0])]
    usual = [
        w
        for w in words
        if without_marks(w[0].lower()) in _usual(lang)
        # "Nieee!" is drawn out, the "nie" of "nie jest" is not.
        and (not is_negation(w[0], lang) or text[w.end() : w.end() + 1] in _ENDS)
    ]
    exclaimed = [w for w in words if text[w.end() : w.end() + 1] == "!" and w[0].islower()]
    if not usual and not exclaimed:
        return text
    word = pick(generator, usual or exclaimed)
    place = word.start() + _place(word[0], generator)
    extra = min(1 + int(generator.random() * 4), max(1, len(text) // 2))
    held = text[place] if word[0].isupper() else text[place].lower()
    return text[: place + 1] + held * extra + text[place + 1 :]


@functools.cache
def _usual(lang: str) -> frozenset[str]:
    return frozenset(without_marks(word) for word in read_table("stretched")[lang])


def _vowels(word: str) -> list[int]:
    return [i for i, c in enumerate(without_marks(word.lower())[: len(word)]) if c in _VOWELS]


def _place(word: str, generator: random.Random) -> int:
    """Return which letter is held down: mostly a vowel at the end, else the last or the first."""
    vowels = _vowels(word)
    if vowels[-1] == len(word) - 1 and len(vowels) > 1 and chance(generator, 0.6):
        return vowels[-1]
    return vowels[0] if chance(generator, 0.5) else vowels[-1]
