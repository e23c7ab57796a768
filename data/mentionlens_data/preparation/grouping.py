"""Which rows say the same thing: duplicate keys, and groups that never cross a split.

Two keys are made of a text. The *group key* forgets case, links, handles, retweet marks,
digits, punctuation, emoji, diacritics and spaces; texts with the same group key belong
together, and so do long texts that share their beginning (a truncated retweet and its
original), and a text and the one that it quotes. The *duplicate key* is the group key of a text
of `SHORT` words or more. A shorter text keeps its punctuation and emoji there ("super" and
"super 😡" differ), and ties rows together only within its language: thousands of rows say
"polecam", and letting such a text join everything it touches would melt unrelated rows into one
group that no split can divide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from mentionlens_data.hashing import text_hash

__all__ = ["PREFIX", "QUOTED", "SHORT", "Groups", "TextKeys", "group_key", "text_keys"]

SHORT = 3
"""Texts of fewer words than this are short."""
PREFIX = 60
"""Texts whose group keys share so many first characters are near-duplicates."""
QUOTED = 6
"""A quoted part of so many words ties a text to the text that it quotes; a title is shorter."""

_LINK = re.compile(r"(?:https?://|www\.)\S+|\bt\.co/\S+")
_HANDLE = re.compile(r"[@$][\w.]+")
_RETWEET = re.compile(r"^\W*rt\b[\s:]*")
_QUOTATION = re.compile(r"„([^„“”\"]+)[”“\"]|“([^“”]+)”|«([^«»]+)»|\"([^\"]+)\"")
_COMMENTED_RETWEET = re.compile(r"\brt @\w+:?\s(.+)", re.DOTALL)
_PLACEHOLDER = re.compile(r"<[^<>]{1,20}>")
_MARKS = re.compile(r"[\u0300-\u036f]+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_FLAT = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, slots=True)
class TextKeys:
    """The keys of one text.

    Attributes:
        letters: the group key.
        words: number of words in the group key.
        duplicate: equal for rows that are the same mention.
        joins: keys that tie the text to others, whatever their split, as `<kind>|<hash>`: `text`
            (the same letters), `start` (the same beginning), `short` (a few words).
    """

    letters: str
    words: int
    duplicate: str
    joins: tuple[str, ...]

    @property
    def short(self) -> bool:
        """Whether the text has fewer than `SHORT` words."""
        return self.words < SHORT


def group_key(text: str) -> tuple[str, int]:
    """Return the letters of a text that tell it from others, and its number of words."""
    words = _NOT_LETTERS.sub(" ", _letters(text)).split()
    return "".join(words), len(words)


def text_keys(text: str, lang: str) -> TextKeys:
    """Return the keys of a text in a language."""
    key, words = group_key(text)
    if words < SHORT:
        exact = " ".join(_without_names(text.casefold()).split()) or text
        own = f"{lang}|{exact}"
        join = f"short|{text_hash(f'{lang}|{key or exact}')}"
        return TextKeys(key, words, text_hash(own), (join,))
    joins = _long_joins(key)
    for part in _quoted_parts(text):
        quoted, number = group_key(part)
        if number >= QUOTED and quoted != key:
            joins += _long_joins(quoted)
    return TextKeys(key, words, text_hash(f"{lang}|{key}"), tuple(dict.fromkeys(joins)))


def _long_joins(key: str) -> tuple[str, ...]:
    whole = f"text|{text_hash(key)}"
    return (whole,) if len(key) < PREFIX else (whole, f"start|{text_hash(key[:PREFIX])}")


def _quoted_parts(text: str) -> Iterator[str]:
    text = text.casefold()
    for pattern in (_QUOTATION, _COMMENTED_RETWEET):
        for hit in pattern.finditer(text):
            yield next(part for part in hit.groups() if part is not None)


class Groups:
    """Union-find over keys of any kind."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def join(self, keys: Iterable[Hashable]) -> None:
        """Put all keys into one group."""
        first: Hashable = None
        for key in keys:
            root = self.find(key)
            if first is None:
                first = root
            elif root != first:
                self._parent[root] = first

    def find(self, key: Hashable) -> Hashable:
        """Return the representative of the key's group, which is any one of its members."""
        parent = self._parent
        root = parent.setdefault(key, key)
        while parent[root] != root:
            root = parent[root]
        while parent[key] != root:
            parent[key], key = root, parent[key]
        return root


def _without_names(text: str) -> str:
    return _RETWEET.sub("", _HANDLE.sub(" ", _LINK.sub(" ", text)))


def _letters(text: str) -> str:
    plain = _PLACEHOLDER.sub(" ", _without_names(text.casefold()))
    if plain.isascii():
        return plain
    return _MARKS.sub("", unicodedata.normalize("NFKD", plain)).translate(_FLAT)
