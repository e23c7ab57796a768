"""What can be seen of a text without understanding it: script, emoji, diacritics."""

from __future__ import annotations

import functools
import re

from mentionlens.normalization import TextNormalizer

from mentionlens_data.languages import target_languages

__all__ = ["SCRIPTS", "has_emoji", "lacks_diacritics", "prose", "script_of"]

SCRIPTS = ("Latin", "Cyrillic", "mixed", "other")
"""`mixed`: at least a tenth of the letters are of the other script; `other`: of neither."""

LEAST_LETTERS = 40
"""Letters that a text needs before missing diacritics mean anything."""

_NOT_PROSE = re.compile(r"\bhttp\b|@user\b|#\w+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
_EMOJI = re.compile("[\u231a-\u23ff\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff]")


def prose(text: str) -> str:
    """Return a text without links, handles and hashtags, whose letters tell no language."""
    return _NOT_PROSE.sub(" ", _normalizer().normalize(text))


def script_of(text: str) -> str:
    """Return which of `SCRIPTS` a text is written in."""
    latin = len(_LATIN.findall(text))
    cyrillic = 0 if text.isascii() else len(_CYRILLIC.findall(text))
    if not latin + cyrillic:
        return "other"
    if 10 * min(latin, cyrillic) >= latin + cyrillic:
        return "mixed"
    return "Latin" if latin > cyrillic else "Cyrillic"


def has_emoji(text: str) -> bool:
    """Say whether a text has an emoji or a pictograph of its kind."""
    return not text.isascii() and _EMOJI.search(text) is not None


def lacks_diacritics(text: str, lang: str) -> bool | None:
    """Say whether a text has none of the diacritics of its language.

    Returns:
        None where that says nothing: the language has none in Latin letters, the text is not in
        Latin letters, or it has fewer than `LEAST_LETTERS` letters.
    """
    pattern = _diacritics().get(lang)
    if pattern is None or len(_LATIN.findall(text)) < LEAST_LETTERS or script_of(text) != "Latin":
        return None
    return pattern.search(text) is None


@functools.cache
def _normalizer() -> TextNormalizer:
    return TextNormalizer()


@functools.cache
def _diacritics() -> dict[str, re.Pattern[str]]:
    found = {}
    for language in target_languages():
        letters = [c for c in language.letters if not c.isascii() and _LATIN.match(c)]
        if letters:
            # Old Romanian texts write a cedilla where the alphabet has a comma.
            old = "ŞşŢţ" if language.code == "ro" else ""
            found[language.code] = re.compile(f"[{''.join(sorted(letters))}{old}]")
    return found
