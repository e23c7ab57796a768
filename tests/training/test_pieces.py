"""Texts as bags of pieces, and what a piece tells."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from mentionlens_training.encoder.tokenizer import build_tokenizer
from mentionlens_training.model import Head
from mentionlens_training.pieces import bag_of_pieces, piece_information
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

WINDOWS = st.lists(st.lists(st.integers(0, 29), max_size=12), max_size=6)


@given(WINDOWS)
def test_a_bag_holds_counts_over_the_square_root_of_the_length(windows: list[list[int]]) -> None:
    bag = bag_of_pieces(windows, 30).toarray()
    assert bag.shape == (len(windows), 30)
    for row, window in zip(bag, windows, strict=True):
        counts = Counter(window)
        expected = [counts[piece] / max(1, len(window)) ** 0.5 for piece in range(30)]
        np.testing.assert_allclose(row, expected, rtol=1e-5)


@given(WINDOWS.filter(any))
def test_a_batch_says_what_its_bags_say(windows: list[list[int]]) -> None:
    windows = [window for window in windows if window]
    generator = torch.Generator().manual_seed(1)
    head = Head(4, 3)
    head.pieces = torch.randn((30, 3), generator=generator)
    pooled = torch.randn((len(windows), 4), generator=generator)
    ids = torch.zeros((len(windows), max(map(len, windows))), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, window in enumerate(windows):
        ids[row, : len(window)], mask[row, : len(window)] = torch.tensor(window), 1
    with torch.inference_mode():
        batch = head.answer(pooled, ids, mask)
        bags = head.answer_bags(pooled, bag_of_pieces(windows, 30))
    torch.testing.assert_close(batch, bags, atol=1e-4, rtol=1e-4)


def test_rare_pieces_tell_more_and_those_of_every_text_nothing() -> None:
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    tokenizer = build_tokenizer([*pieces, ("▁a", -2.0), ("▁rare", -9.0), ("▁query", -8.0)])
    found = piece_information(tokenizer, 7, everywhere={0, 2, 6})
    assert found.tolist() == [0, 0, 0, 0, 2, 9, 0]


def test_without_a_unigram_model_every_piece_tells_the_same() -> None:
    tokenizer = Tokenizer(WordLevel({"a": 0, "b": 1, "[UNK]": 2}, unk_token="[UNK]"))
    assert piece_information(tokenizer, 3, everywhere={2}).tolist() == [1, 1, 0]


def test_a_saved_head_comes_back_with_its_pieces_and_without() -> None:
    rich, poor = Head(4, 3), Head(4, 3)
    rich.pieces = torch.ones(30, 3)
    poor.load_state_dict(rich.state_dict())
    assert poor.pieces is not None
    assert torch.equal(poor.pieces, rich.pieces)
    poor.load_state_dict(Head(4, 3).state_dict())
    assert poor.pieces is None
