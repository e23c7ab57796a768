"""What can be seen of a text without understanding it: script, emoji, diacritics, capitals."""

from __future__ import annotations

import functools
import re

from mentionlens.normalization import TextNormalizer

from mentionlens_data.languages import target_languages

__all__ = [
    "SCRIPTS",
    "has_emoji",
    "has_handle",
    "has_link",
    "in_capitals",
    "lacks_diacritics",
    "prose",
    "script_of",
]

SCRIPTS = ("Latin", "Cyrillic", "mixed", "other")
"""`mixed`: at least a tenth of the letters are of the other script; `other`: of neither."""

LEAST_LETTERS = 40
"""Letters that a text needs before missing diacritics mean anything."""

LEAST_CAPITALS = 10
"""Letters that a text needs before capitals mean anything: fewer may be a name or a model."""

_LINK = re.compile(r"\bhttp\b")
_HANDLE = re.compile(r"(?<!\w)@user\b")
_NOT_PROSE = re.compile(r"\bhttp\b|@user\b|#\w+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
_EMOJI = re.compile("[\u231a-\u23ff\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff]")


def prose(text: str) -> str:
    """Return a text without links, handles and hashtags, whose letters tell no language."""
    return _NOT_PROSE.sub(" ", _normalized(text))


def has_link(text: str) -> bool:
    """Say whether a text has an address of the web."""
    return _LINK.search(_normalized(text)) is not None


def has_handle(text: str) -> bool:
    """Say whether a text names an account, as in `@name`."""
    return _HANDLE.search(_normalized(text)) is not None


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


def in_capitals(text: str) -> bool:
    """Say whether all letters of a text are capitals, and at least `LEAST_CAPITALS` of them.

    One letter in twenty may be small: keyboards and names slip one in.
    """
    small = sum(map(str.islower, text))
    return 20 * small <= (large := sum(map(str.isupper, text))) and large >= LEAST_CAPITALS


@functools.lru_cache(maxsize=1)
def _normalized(text: str) -> str:
    # The last text only: who asks several things of a text asks them in a row.
    return _normalizer().normalize(text)


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
