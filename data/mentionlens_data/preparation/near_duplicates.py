"""Pairs of texts that are almost the same, found by MinHash.

A text is the set of its runs of `SHINGLE` letters (of its group key, which forgets case, links,
handles, punctuation, diacritics and spaces). MinHash signatures cut into bands propose pairs
(Broder, "On the resemblance and containment of documents", 1997; Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", chapter 3); the true Jaccard similarity of the two sets decides, so
that a proposal never joins what is not alike.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_LETTERS", "SHINGLE", "SIMILAR", "near_duplicates"]

SHINGLE = 5
"""Letters of a shingle."""
SIMILAR = 0.7
"""Two texts of at least this Jaccard similarity are near-duplicates."""
LEAST_LETTERS = 25
"""Shorter keys are compared as a whole only: a few letters are alike by chance."""

_BANDS, _ROWS = 16, 4
"""A pair of similarity s is proposed with probability 1 - (1 - s^4)^16: 0.99 at 0.7."""
_LEADERS = 20
"""Members of one bucket that newcomers are compared with at most."""


def near_duplicates(
    keys: Sequence[str], *, progress: Callable[[int], None] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions in `keys` whose keys are near-duplicates.

    Every near-duplicate of a text is reached over one pair or several. Equal keys are not
    reported as pairs of all their copies: pass every key once.

    Args:
        keys: group keys, all different.
        progress: called with the number of keys read, now and then.
    """
    positions = np.array([i for i, key in enumerate(keys) if len(key) >= LEAST_LETTERS], dtype=int)
    signatures = _signatures([keys[i] for i in positions], progress)
    for band in range(_BANDS):
        part = np.ascontiguousarray(signatures[:, band * _ROWS : (band + 1) * _ROWS])
        for bucket in _equal_rows(part):
            yield from _pairs(positions[bucket].tolist(), keys)


def _signatures(keys: Sequence[str], progress: Callable[[int], None] | None) -> NDArray[np.uint32]:
    from datasketch import MinHash

    empty = MinHash(num_perm=_BANDS * _ROWS, hashfunc=zlib.crc32, scheme="affine32")
    signatures = np.empty((len(keys), _BANDS * _ROWS), dtype=np.uint32)
    for i, key in enumerate(keys):
        sketch = empty.copy()
        sketch.update_batch(shingle.encode() for shingle in _shingles(key))
        signatures[i] = sketch.hashvalues
        if progress is not None and i % 10_000 == 0:
            progress(i)
    return signatures


def _equal_rows(part: NDArray[np.uint32]) -> Iterator[NDArray[np.intp]]:
    """Yield the positions of rows that are equal, two or more each."""
    if not len(part):
        return
    whole = part.view(np.dtype((np.void, part.dtype.itemsize * part.shape[1]))).ravel()
    order = np.argsort(whole, kind="stable")
    ordered = whole[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    for start, end in zip(starts, np.r_[starts[1:], len(order)], strict=True):
        if end - start > 1:
            yield order[start:end]


def _pairs(bucket: list[int], keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    leaders: list[tuple[int, frozenset[str]]] = []
    for member in bucket:
        shingles = _shingles(keys[member])
        for leader, others in leaders:
            if _jaccard(shingles, others) >= SIMILAR:
                yield leader, member
                break
        else:
            if len(leaders) < _LEADERS:
                leaders.append((member, shingles))


def _shingles(key: str) -> frozenset[str]:
    return frozenset(key[i : i + SHINGLE] for i in range(max(1, len(key) - SHINGLE + 1)))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
