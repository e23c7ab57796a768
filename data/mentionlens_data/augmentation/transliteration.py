"""Writes a text in another alphabet by a scheme: a table, with habits that writers differ in.

Another alphabet changes no word, so the labels hold. Handles, links and e-mail addresses stay.
"""

from __future__ import annotations

import functools
import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mentionlens_data.augmentation.drawing import pick_weighted
from mentionlens_data.augmentation.spans import ADDRESS, change_outside
from mentionlens_data.augmentation.table_files import read_table

__all__ = ["Scheme", "by_scheme", "read_scheme"]

_ADDRESS = re.compile(ADDRESS, re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")


@dataclass(frozen=True)
class Scheme:
    """How words are written in another alphabet; all keys are lower case.

    Attributes:
        letters: a letter or several to what is written for them; the longest that fits wins.
        initial: the same at the start of a word.
        final: the same at the end of a word.
        words: whole words that follow no rule.
        foreign: letters of words that stay as they are.
    """

    letters: Mapping[str, str]
    initial: Mapping[str, str] = field(default_factory=dict)
    final: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()

    def write(self, text: str) -> str:
        """Return the text in the other alphabet; characters of no rule stay."""
        return _WORD.sub(lambda match: self._word(match[0]), text)

    def _word(self, word: str) -> str:
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in word)
        if self.foreign & set(lower):
            return word
        if lower in self.words:
            return _with_case(self.words[lower], word, "", "")
        written = []
        start = 0
        while start < len(word):
            source, target = self._rule(lower, start)
            end = start + len(source)
            # Without a rule the character itself, whatever its case.
            written.append(
                word[start:end]
                if target is None
                else _with_case(
                    target,
                    word[start:end],
                    word[max(0, start - 1) : start],
                    word[end : end + 1],
                )
            )
            start = end
        return "".join(written)

    def _rule(self, lower: str, start: int) -> tuple[str, str | None]:
        near = lower[start : start + self._longest + 1]
        if near in self.final and start + len(near) == len(lower):
            return near, self.final[near]
        for length in range(min(self._longest, len(near)), 0, -1):
            key = near[:length]
            if start == 0 and key in self.initial:
                return key, self.initial[key]
            if key in self.letters:
                return key, self.letters[key]
        return near[0], None

    @functools.cached_property
    def _longest(self) -> int:
        return max(map(len, (*self.letters, *self.initial, *self.final)))


def _with_case(target: str, source: str, before: str, after: str) -> str:
    """Give `target` the case of its source, between two letters: Я is YA in a shouted word."""
    if not source[0].isupper():
        return target
    if len(target) == 1:
        return target.upper()
    shouted = source.isupper() and (
        len(source) > 1 or after.isupper() or (not after and before.isupper())
    )
    return target.upper() if shouted else target[:1].upper() + target[1:]


def read_scheme(name: str, generator: random.Random) -> Scheme:
    """Return a scheme of `tables/schemes/`, with one option drawn for each habit of a writer."""
    table = read_table(f"schemes/{name}")
    letters = dict(table["letters"])
    for habit in table.get("habit", ()):
        options = habit["options"]
        drawn = pick_weighted(generator, options, [option["weight"] for option in options])
        letters |= {key: value for key, value in drawn.items() if key != "weight"}
    return Scheme(
        letters,
        table.get("initial", {}),
        table.get("final", {}),
        table.get("words", {}),
        frozenset(table.get("foreign", "")),
    )


def by_scheme(name: str) -> Callable[[str, str, random.Random], str]:
    """Return the augmentation that writes a text by a scheme of `tables/schemes/`.

    A text without any letter of the scheme's table `needs` (where it has one) stays.
    """

    def write(text: str, lang: str, generator: random.Random) -> str:
        needed = set(read_table(f"schemes/{name}").get("needs", ""))
        if needed and not needed & set(text.lower()):
            return text
        scheme = read_scheme(name, generator)
        # Letters that come as a base and a mark are in the tables as one.
        return change_outside(
            text, _ADDRESS, lambda part: scheme.write(unicodedata.normalize("NFC", part))
        )

    return write
