"""Signs: words and marks of a playbook that are looked for in the text of a mention.

A sign is no classifier. It tells a question from a statement, or names words that a person should
see; the playbook decides what follows, and the reason shows the words that were found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

__all__ = ["ANY_LANGUAGE", "Sign", "fold"]

ANY_LANGUAGE = "any"
"""The key of what is looked for in every language."""

_START = r"(?:\A|[.!?…\n])[^\w.!?…\n]*"
# Of Latin, Greek and Cyrillic letters, which is much faster to ask than every character's class.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "’": "'"})


def fold(text: str) -> str:
    """Return a text in lower case and without diacritics, as people type in a hurry."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_STROKES)


class Sign:
    """One sign.

    A word stands for itself, whole, whatever its case and diacritics; `word*` also stands for
    longer words that begin with it, and `^word` counts only at the beginning of a sentence. Several
    words may have commas and any blanks between them. Marks such as `?` count anywhere.

    Args:
        name: of the sign.
        words: language, or `any`, to what is looked for: in a mention of a known language what is
            its own or `any`, else everything.
    """

    def __init__(self, name: str, words: Mapping[str, Sequence[str]]) -> None:
        self.name = name
        self.words = words
        everywhere = list(words.get(ANY_LANGUAGE, ()))
        self._patterns = {
            lang: _pattern([*everywhere, *of]) for lang, of in words.items() if lang != ANY_LANGUAGE
        }
        self._every = _pattern([word for of in words.values() for word in of])
        self._any = _pattern(everywhere) if everywhere else None

    def find(self, folded: str, lang: str | None) -> str | None:
        """Return what was found first in a text that `fold` has made, or None."""
        pattern = self._every if lang is None else self._patterns.get(lang, self._any)
        found = None if pattern is None else pattern.search(folded)
        return None if found is None else next(group for group in found.groups() if group)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    alone: list[str] = []
    first: list[str] = []
    for word in dict.fromkeys(words):
        (first if word.startswith("^") else alone).append(_literal(word.removeprefix("^")))
    parts = [f"({'|'.join(alone)})"] if alone else []
    parts += [f"{_START}({'|'.join(first)})"] if first else []
    return re.compile("|".join(parts))


def _literal(word: str) -> str:
    # People leave commas out, and double the blanks.
    parts = re.split(r",?\s+", fold(word))
    before = r"(?<!\w)" if parts[0][0].isalnum() else ""
    after = r"(?!\w)" if parts[-1][-1].isalnum() else ""
    return before + r",?\s+".join(map(_part, parts)) + after


def _part(part: str) -> str:
    if part.endswith("*") and len(part) > 1:
        return re.escape(part.rstrip("*")) + r"\w*"
    return re.escape(part)
