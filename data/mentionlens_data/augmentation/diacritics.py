"""Diacritics left out, as on a keyboard or a phone that makes them slow to type.

The words stay the same words to every reader of the language, so the labels hold. Handles, links
and e-mail addresses stay; hashtags lose their diacritics with the rest.
"""

from __future__ import annotations

import random
import re
import unicodedata

from mentionlens_data.augmentation.drawing import pick_weighted
from mentionlens_data.augmentation.spans import ADDRESS, change_outside

__all__ = ["LANGUAGES", "strip_diacritics", "without_marks"]

LANGUAGES = frozenset(("pl", "ro", "es", "cs", "sk", "hr", "sr", "sl", "pt", "fr", "it", "de"))

_ADDRESS = re.compile(ADDRESS, re.IGNORECASE)
# A Latin letter that Unicode composes with a mark, or one that is followed by marks.
_MARKED = re.compile("[A-Za-z][\u0300-\u036f]+|[\u00c0-\u024f\u1e00-\u1eff][\u0300-\u036f]*")
# Letters that Unicode does not take apart.
_WHOLE = {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
# Habits of a writer: what the letter becomes, and how common that is.
_HABITS: dict[str, tuple[tuple[dict[str, str], float], ...]] = {
    "de": (({"ä": "ae", "ö": "oe", "ü": "ue"}, 3), ({}, 1)),
    "hr": (({"đ": "dj"}, 3), ({}, 2)),
    "sr": (({"đ": "dj"}, 4), ({}, 1)),
}


def strip_diacritics(text: str, lang: str, generator: random.Random) -> str:
    """Return the text with plain Latin letters; other scripts are not touched.

    German ä, ö, ü become ae, oe, ue or a, o, u, Croatian and Serbian đ becomes dj or d: one habit
    for the whole text, drawn from `generator`.
    """
    habits: dict[str, str] = {}
    if lang in _HABITS:
        options = _HABITS[lang]
        habits = pick_weighted(generator, [o for o, _ in options], [w for _, w in options])
    return change_outside(text, _ADDRESS, lambda part: without_marks(part, habits))


def without_marks(text: str, habits: dict[str, str] | None = None) -> str:
    """Return the text with every Latin letter in its plain form.

    Args:
        text: any text.
        habits: lower-case letters that become something else than their plain form.
    """
    if text.isascii():
        return text
    wholes = {**_WHOLE, **(habits or {})}

    def plain(match: re.Match[str]) -> str:
        letter = unicodedata.normalize("NFC", match[0])
        lower = letter.lower()
        if lower not in wholes:
            lower = unicodedata.normalize("NFD", lower)[0]
        bare = wholes.get(lower, lower)
        if not letter.isupper():
            return bare
        after = text[match.end() : match.end() + 1]
        before = text[max(0, match.start() - 1) : match.start()]
        shouted = after.isupper() or (not after.isalpha() and before.isupper())
        return bare.upper() if shouted else bare.capitalize()

    return _MARKED.sub(plain, text)
