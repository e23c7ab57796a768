"""Every augmentation by name, and the one function that applies them."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mentionlens_data.augmentation import (
    diacritics,
    dropping,
    emoticons,
    letter_case,
    stretching,
    typos,
)
from mentionlens_data.augmentation.transliteration import by_scheme
from mentionlens_data.errors import AugmentationError
from mentionlens_data.hashing import text_hash

__all__ = ["Augmentation", "applies", "augment", "augmentations"]

# A variant may be so many times as long as its text.
_LONGEST = 2


@dataclass(frozen=True)
class Augmentation:
    """A change of a text that keeps its labels.

    Attributes:
        name: in configurations and on the command line.
        title: what it does, in a few words.
        languages: ISO 639-1 codes that it is for; None: every one.
        apply: text, language and generator to the changed text.
    """

    name: str
    title: str
    languages: frozenset[str] | None
    apply: Callable[[str, str, random.Random], str]


@functools.cache
def augmentations() -> Mapping[str, Augmentation]:
    """Return every augmentation by name."""
    bg, ru, uk, sr = (frozenset({code}) for code in ("bg", "ru", "uk", "sr"))
    entries = (
        Augmentation(
            "strip_diacritics",
            "diacritics left out",
            diacritics.LANGUAGES,
            diacritics.strip_diacritics,
        ),
        Augmentation(
            "bg_latin_informal",
            "Bulgarian in Latin letters as people type it",
            bg,
            by_scheme("bg_latin_informal"),
        ),
        Augmentation(
            "bg_latin_official",
            "Bulgarian in Latin letters by the law of 2009",
            bg,
            by_scheme("bg_latin_official"),
        ),
        Augmentation(
            "ru_latin_informal",
            "Russian in Latin letters as people type it",
            ru,
            by_scheme("ru_latin_informal"),
        ),
        Augmentation(
            "uk_latin_informal",
            "Ukrainian in Latin letters as people type it",
            uk,
            by_scheme("uk_latin_informal"),
        ),
        Augmentation(
            "uk_latin_official",
            "Ukrainian in Latin letters by the resolution of 2010",
            uk,
            by_scheme("uk_latin_official"),
        ),
        Augmentation("sr_latin", "Serbian Cyrillic as Latin", sr, by_scheme("sr_latin")),
        Augmentation("sr_cyrillic", "Serbian Latin as Cyrillic", sr, by_scheme("sr_cyrillic")),
        Augmentation("lower_case", "no capitals", letter_case.LANGUAGES, letter_case.lower_case),
        Augmentation("upper_case", "all capitals", letter_case.LANGUAGES, letter_case.upper_case),
        Augmentation(
            "lower_sentence_starts",
            "sentences start with small letters",
            letter_case.LANGUAGES,
            letter_case.lose_sentence_starts,
        ),
        Augmentation(
            "caps_lock_word",
            "a word or two in capitals",
            letter_case.LANGUAGES,
            letter_case.caps_lock_word,
        ),
        Augmentation(
            "typos",
            "slips on the keyboards of the language",
            typos.LANGUAGES,
            typos.add_typos,
        ),
        Augmentation(
            "stretch_letters",
            "a vowel held down",
            stretching.LANGUAGES,
            stretching.stretch_letters,
        ),
        Augmentation("emoji_to_emoticon", "emoji as emoticons", None, emoticons.emoji_to_emoticon),
        Augmentation("emoticon_to_emoji", "emoticons as emoji", None, emoticons.emoticon_to_emoji),
        Augmentation("drop_punctuation", "punctuation left out", None, dropping.drop_punctuation),
        Augmentation("drop_handles", "handles left out", None, dropping.drop_handles),
        Augmentation("drop_links", "links left out", None, dropping.drop_links),
    )
    return MappingProxyType({entry.name: entry for entry in entries})


def applies(name: str, lang: str) -> bool:
    """Tell whether an augmentation is for a language.

    Raises:
        AugmentationError: no augmentation has that name.
    """
    languages = _named(name).languages
    return languages is None or lang in languages


def augment(text: str, lang: str, name: str, *, seed: int, key: str) -> str:
    """Return a text as an augmentation changes it.

    The result depends on the arguments alone: it is the same on every machine. The text comes
    back unchanged where the augmentation is not for the language, finds nothing to change, would
    leave nothing, or would make it more than twice as long.

    Args:
        text: any text.
        lang: ISO 639-1.
        name: of the augmentation.
        seed: of the whole set.
        key: of the text within the set, for example its id.

    Raises:
        AugmentationError: no augmentation has that name.
    """
    augmentation = _named(name)
    if not applies(name, lang):
        return text
    generator = random.Random(int(text_hash(f"{seed}\x1f{name}\x1f{key}\x1f{text}"), 16))
    changed = augmentation.apply(text, lang, generator)
    return changed if changed.strip() and len(changed) <= _LONGEST * len(text) else text


def _named(name: str) -> Augmentation:
    try:
        return augmentations()[name]
    except KeyError as error:
        raise AugmentationError(
            f"no augmentation {name!r}; possible: {', '.join(augmentations())}"
        ) from error
