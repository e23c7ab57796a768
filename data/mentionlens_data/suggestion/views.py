"""What mentions are compared by when they should be unlike one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["answers_view", "letters_view"]

_SIZE = 32
_BUCKETS = 2**14
_LONGEST = 1_000
"""Letters that are read of a text."""


def answers_view(probabilities: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return unit rows from the log-odds of every label of every task, each of equal weight.

    Args:
        probabilities: for each task (mentions, labels).

    Returns:
        (mentions, labels of all tasks).
    """
    whole = np.concatenate(probabilities, axis=1).clip(1e-4, 1 - 1e-4)
    odds = np.log(whole) - np.log1p(-whole)
    spread = odds.std(axis=0)
    return _unit((odds - odds.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def letters_view(keys: Sequence[str], *, seed: int) -> NDArray[np.float32]:
    """Return unit rows from the character n-grams of texts: hashed TF-IDF, reduced to few numbers.

    Args:
        keys: letters of the texts.
        seed: of the reduction.

    Returns:
        (mentions, 32), fewer columns for fewer mentions; a row of zeros for a text without letters.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    hashing = HashingVectorizer(
        analyzer="char",
        ngram_range=(2, 4),
        n_features=_BUCKETS,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    counts = hashing.transform(key[:_LONGEST] for key in keys)
    weights = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    size = min(_SIZE, len(keys) - 1)
    if size < 1:
        return np.ones((len(keys), 1), dtype=np.float32)
    return _unit(TruncatedSVD(size, n_iter=2, random_state=seed).fit_transform(weights))


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, 1e-9)).astype(np.float32)  # type: ignore[no-any-return]
