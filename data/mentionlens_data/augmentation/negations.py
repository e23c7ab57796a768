"""Words that turn a meaning round, for augmentations that must not break one or make one."""

from __future__ import annotations

import functools

from mentionlens_data.augmentation.diacritics import without_marks
from mentionlens_data.augmentation.table_files import read_table

__all__ = ["is_negation", "negating_prefix"]


@functools.cache
def _words(lang: str) -> frozenset[str]:
    return frozenset(without_marks(word) for word in read_table("negations")[lang]["words"])


def is_negation(word: str, lang: str) -> bool:
    """Tell whether a word of a language negates; capitals and diacritics do not matter.

    A word with an apostrophe counts where one of its halves does (`n'est`, `don't`).
    """
    if lang not in read_table("negations"):
        return False
    plain = without_marks(word.lower()).replace("’", "'")
    if plain in _words(lang) or plain.endswith("n't"):
        return True
    return "'" in plain and any(half in _words(lang) for half in plain.split("'"))


def negating_prefix(word: str, lang: str) -> str:
    """Return the longest prefix of a word that may negate it, in the word's own letters, or ''."""
    table = read_table("negations").get(lang, {"prefixes": []})
    plain = without_marks(word.lower())
    if len(plain) != len(word):
        return ""
    fitting = [len(prefix) for prefix in table["prefixes"] if plain.startswith(prefix)]
    return word[: max(fitting, default=0)]
