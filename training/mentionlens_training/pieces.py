"""Texts as bags of pieces: what a head reads beside the features of the encoder.

A text is the number of times that each piece of the vocabulary occurs in it, over the square root
of its length in pieces, so that a long text does not speak louder than a short one. The runtime's
graph sums rows of a table by the same rule, see `mentionlens_training.export.heads`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from tokenizers import Tokenizer

__all__ = ["bag_of_pieces", "piece_information"]


def bag_of_pieces(windows: Sequence[Sequence[int]], vocabulary: int) -> csr_matrix:
    """Return (windows, vocabulary), float32: counts over the square root of the length.

    Args:
        windows: ids of each text, special pieces included.
        vocabulary: number of pieces.
    """
    lengths = np.array([len(window) for window in windows], dtype=np.int64)
    ids = np.fromiter((i for window in windows for i in window), np.int64, int(lengths.sum()))
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    bag = csr_matrix((values, ids, ends), shape=(len(windows), vocabulary))
    bag.sum_duplicates()
    return bag


def piece_information(
    tokenizer: Tokenizer, vocabulary: int, everywhere: Collection[int]
) -> NDArray[np.float32]:
    """Return (vocabulary,) nats that a piece tells by occurring: rare ones count more.

    It takes the place of the inverse document frequency, which a few dozen texts do not know.

    Args:
        tokenizer: with a unigram model, which knows how likely each piece is; of any other model
            every piece tells the same.
        vocabulary: number of pieces.
        everywhere: ids that every text has, as of the prefix: they tell nothing.
    """
    model = json.loads(tokenizer.to_str())["model"]
    found = np.ones(vocabulary, np.float32)
    if model.get("type") == "Unigram":
        scores = np.array([score for _, score in model["vocab"]][:vocabulary], np.float32)
        found[: len(scores)] = np.maximum(0.0, -scores)
    found[list(everywhere)] = 0.0
    return found
