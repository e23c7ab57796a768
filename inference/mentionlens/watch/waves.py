"""Near-identical texts in one burst: a wave, which is one voice and not many.

A text is the set of its runs of five letters. MinHash signatures cut into bands propose pairs, and
the true Jaccard similarity decides (Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", chapter 3). The same in small as `mentionlens_data.preparation.near_duplicates`, which
compares millions and needs another library.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["find_waves"]

_SHINGLE, _SIMILAR = 5, 0.7
_BANDS, _ROWS = 16, 4
_NO_LETTERS = re.compile(r"[\W\d_]+")
_NOT_SAID = re.compile(r"https?://\S+|www\.\S+|@\w+|^\W*rt\b", re.IGNORECASE)
_MARKS = re.compile(r"[\u0300-\u036f]+")


def find_waves(texts: Sequence[str]) -> list[list[int]]:
    """Return the positions of texts that are near-copies of one another, the largest group first.

    Args:
        texts: as they were written; case, links, handles, digits, punctuation, diacritics and
            spaces do not tell them apart.

    Returns:
        Groups of one or more; every position stands in one.
    """
    keys = [_letters(text) for text in texts]
    parents = list(range(len(texts)))
    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        # Texts without letters (emoji, numbers) are alike when they are the same.
        parents[i] = first.setdefault(key or f"\0{texts[i].strip()}", i)
    leaders = [i for i, parent in enumerate(parents) if parent == i and len(keys[i]) > 20]
    sets = {i: _shingles(keys[i]) for i in leaders}
    signatures = {i: _signature(sets[i]) for i in leaders}
    for band in range(_BANDS):
        buckets: dict[bytes, int] = {}
        for i in leaders:
            part = signatures[i][band * _ROWS : (band + 1) * _ROWS].tobytes()
            other = buckets.setdefault(part, i)
            one, two = _root(parents, i), _root(parents, other)
            if one != two and _jaccard(sets[i], sets[other]) >= _SIMILAR:
                parents[max(one, two)] = min(one, two)
    groups: dict[int, list[int]] = {}
    for i in range(len(texts)):
        groups.setdefault(_root(parents, i), []).append(i)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFD", _NOT_SAID.sub(" ", text).casefold())
    return _NO_LETTERS.sub("", _MARKS.sub("", plain))


def _shingles(key: str) -> frozenset[int]:
    data = key.encode("utf-32-le", "surrogatepass")
    width = 4 * _SHINGLE
    return frozenset(
        zlib.crc32(data[i : i + width]) for i in range(0, max(1, len(data) - width + 1), 4)
    )


def _multipliers() -> NDArray[np.uint64]:
    draw = np.random.default_rng(61)
    return draw.integers(1, 1 << 32, size=(2, _BANDS * _ROWS), dtype=np.uint64)


_A, _B = _multipliers()


def _signature(shingles: frozenset[int]) -> NDArray[np.uint32]:
    values = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
    # Multiply-shift hashing on 64 bits, whose upper half is well mixed.
    mixed = (values[:, None] * (2 * _A + 1) + (_B << np.uint64(16))) >> np.uint64(32)
    return np.asarray(mixed.min(axis=0), dtype=np.uint32)


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _root(parents: list[int], i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i
