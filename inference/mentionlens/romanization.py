"""Reads Cyrillic languages that were typed in Latin letters back into Cyrillic.

"4akam vtora sedmica kuriera" is Bulgarian, and a model that learned Bulgarian in Cyrillic reads it
badly. A word is read back as the likeliest of all words that its letters may stand for (the noisy
channel of M. Kernighan and others, "A spelling correction program based on a noisy channel model",
COLING 1990), by the unigram model of the tokenizer. A text is read back where its words become
likelier by that on the whole; `tests/benchmarks/romanized.py` tells how often that is right.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from mentionlens.errors import BundleFormatError
from mentionlens.unigram_words import UnigramWords

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Reading", "RomanizationReader", "romanized_languages"]

_OTHER_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
# Handles, hashtags, masked links and e-mail addresses are no words of the writer's.
_NO_WORD = r"[@#]\w+|\bhttp\b|[\w.+-]{1,64}@[\w.-]+"
_WORD = re.compile(rf"(?P<other>{_NO_WORD})|(?<![\w'])(?=[46']*[A-Za-z])[A-Za-z46][A-Za-z46']*")
# The words at the start that tell what a text is: a few say when it is surely not romanized.
_FIRST_WORDS, _DECIDING_WORDS = 6, 24
_HOPELESS = -3.0
# A word or two may be a name, or of another language.
_LEAST_WORDS = 3
_LONGEST_WORD = 40
# Nats by which the words must become likelier on average, and by how much less they may where the
# caller names the language.
_LEAST_GAIN = 0.0
_LEAST_GAIN_NAMED = -2.0
# A word that becomes less likely than by this is a foreign one (a brand): it stays, and says no
# more against its text than that.
_FOREIGN = -6.0
# Pieces in Cyrillic for each piece in Latin letters: above this a text is surely not romanized.
_MOST_PIECES = 1.3
_WORDS_KEPT = 1 << 15
# What letters stand for less often costs so many nats.
_UNUSUAL = -1.0


class Reading(NamedTuple):
    """A text that was read back: its language (ISO 639-1), and itself in Cyrillic."""

    lang: str
    text: str


class _Table(NamedTuple):
    prior: float
    letters: Mapping[str, Mapping[str, float]]


def romanized_languages() -> tuple[str, ...]:
    """Return the ISO 639-1 codes of the languages that can be read back."""
    return tuple(_tables())


class RomanizationReader:
    """Reads texts back; safe to call from many threads.

    Args:
        tokenizer: a unigram tokenizer with pieces of the Cyrillic script.
        languages: ISO 639-1 codes, some of `romanized_languages()`.

    Raises:
        BundleFormatError: the tokenizer is of another kind.
        KeyError: a language that cannot be read back.
    """

    def __init__(self, tokenizer: Tokenizer, languages: Iterable[str]) -> None:
        self._languages = tuple(languages)
        kind = type(tokenizer.model).__name__
        if self._languages and kind != "Unigram":
            raise BundleFormatError(
                f"romanization.languages: reading back needs a unigram tokenizer, found {kind}"
            )
        self._tokenizer = tokenizer
        options = (each for lang in self._languages for each in _tables()[lang].letters.values())
        self._words = UnigramWords(tokenizer, "".join("".join(each) for each in options))
        # Mentions repeat most of their words.
        self._read_word = functools.lru_cache(_WORDS_KEPT)(self._find_word)

    def read(self, text: str, lang: str | None = None) -> Reading | None:
        """Return a text in Cyrillic where it was typed in Latin letters, otherwise None.

        Args:
            text: a normalised mention.
            lang: ISO 639-1 code, where the caller knows it: a text of another language is never
                read back, and one of this language more readily.
        """
        languages = self._languages if lang is None else {lang}.intersection(self._languages)
        if not languages or _OTHER_LETTER.search(text):
            return None
        found = (match[0] for match in _WORD.finditer(text) if match["other"] is None)
        words = [word.lower() for word in islice(found, _DECIDING_WORDS)]
        if len(words) < (_LEAST_WORDS if lang is None else 1):
            return None
        gains = self._gains(words, languages)
        best = max(gains, key=lambda code: gains[code], default=None)
        if best is None or gains[best] <= (_LEAST_GAIN if lang is None else _LEAST_GAIN_NAMED):
            return None

        def replace(match: re.Match[str]) -> str:
            written = match[0]
            if match["other"] is not None:
                return written
            word, gain = self._read_word(best, written.lower())
            return written if gain < _FOREIGN else _with_case(word, written)

        return Reading(best, _WORD.sub(replace, text))

    def _gains(self, words: Sequence[str], languages: Iterable[str]) -> dict[str, float]:
        """Return the mean gain of the words in each language that they may be of."""
        latin = " ".join(words)
        most = _MOST_PIECES * self._count_pieces(latin) + 1
        left = [lang for lang in languages if self._is_plausible(latin, lang, most)]
        gains: dict[str, float] = {}
        for few in (words[:_FIRST_WORDS], words):
            gains = {lang: self._mean_gain(few, lang) for lang in left}
            left = [lang for lang in left if gains[lang] > _HOPELESS]
        return gains

    def _is_plausible(self, latin: str, lang: str, most: float) -> bool:
        """Say whether a rough reading has hardly more pieces: a look that costs next to nothing."""
        rough, pattern = _rough(lang)
        return self._count_pieces(pattern.sub(lambda match: rough[match[0]], latin)) <= most

    def _count_pieces(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _mean_gain(self, words: Sequence[str], lang: str) -> float:
        gains = [max(self._read_word(lang, word)[1], _FOREIGN) for word in words]
        return sum(gains) / len(gains) + _tables()[lang].prior

    def _find_word(self, lang: str, word: str) -> tuple[str, float]:
        """Return a word in Cyrillic, and by how many nats it is likelier than in Latin letters."""
        if len(word) > _LONGEST_WORD:
            return word, 2 * _FOREIGN
        cyrillic, score = self._words.likeliest(word, _tables()[lang].letters)
        return cyrillic, score - self._words.log_probability(word)


def _with_case(word: str, like: str) -> str:
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[0].isupper() else word


@functools.cache
def _tables() -> Mapping[str, _Table]:
    text = files("mentionlens").joinpath("romanization.toml").read_text(encoding="utf-8")
    return {
        lang: _Table(
            float(table["prior"]),
            {
                latin: {option: _UNUSUAL if place else 0.0 for place, option in enumerate(options)}
                for latin, options in table["letters"].items()
            },
        )
        for lang, table in tomllib.loads(text).items()
    }


@functools.cache
def _rough(lang: str) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """Return the first option of each spelling, and the pattern that finds the longest one."""
    first = {latin: next(iter(options)) for latin, options in _tables()[lang].letters.items()}
    longest_first = sorted(first, key=len, reverse=True)
    return first, re.compile("|".join(map(re.escape, longest_first)))
