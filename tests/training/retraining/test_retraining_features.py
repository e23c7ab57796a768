"""Features are computed once: a run that was stopped goes on, and gets the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

from mentionlens.bundle import Bundle
from mentionlens_training.config import TextConfig
from mentionlens_training.dataset import TextPreparer
from mentionlens_training.export.heads import pooled_graph
from mentionlens_training.export.pooled import EncoderPooler, GraphPooler
from mentionlens_training.retraining.features import cached_features
from tiny import TEXTS, tiny_classifier, tiny_tokenizer

PREPARER = TextPreparer(tiny_tokenizer(), TextConfig(train_length=32, max_length=32))
WORDS = [text for texts in TEXTS.values() for text in texts]
MANY = [f"{WORDS[i % len(WORDS)]} {i}" for i in range(1200)]


class Counted:
    """Passes windows on to a real encoder, and breaks off after some of them."""

    def __init__(self, inner: EncoderPooler, stop_after: int | None = None) -> None:
        self.inner, self.stop_after, self.seen = inner, stop_after, 0
        self.size = inner.size

    def __call__(self, windows: Sequence[Sequence[int]]) -> np.ndarray:
        if self.stop_after is not None and self.seen >= self.stop_after:
            raise KeyboardInterrupt
        self.seen += len(windows)
        return self.inner(windows)


@pytest.fixture(scope="module")
def encoder() -> EncoderPooler:
    return EncoderPooler(tiny_classifier().encoder, padding_id=1, bfloat16=False)


def test_a_stopped_run_computes_only_what_is_missing(
    encoder: EncoderPooler, tmp_path: Path
) -> None:
    path = tmp_path / "features" / "train.npy"
    stopped = Counted(encoder, stop_after=512)
    with pytest.raises(KeyboardInterrupt):
        cached_features(MANY, PREPARER, stopped, path, encoder="tiny")
    rest = Counted(encoder)
    resumed = cached_features(MANY, PREPARER, rest, path, encoder="tiny")
    assert (stopped.seen, rest.seen) == (512, 688)
    whole = cached_features(MANY, PREPARER, encoder, tmp_path / "whole.npy", encoder="tiny")
    np.testing.assert_array_equal(resumed, whole)
    again = Counted(encoder)
    np.testing.assert_array_equal(
        cached_features(MANY, PREPARER, again, path, encoder="tiny"), whole
    )
    assert again.seen == 0


def test_other_texts_or_another_encoder_begin_anew(encoder: EncoderPooler, tmp_path: Path) -> None:
    path = tmp_path / "train.npy"
    cached_features(WORDS, PREPARER, encoder, path, encoder="tiny")
    for texts, name in ((WORDS[::-1], "tiny"), (WORDS, "other")):
        counted = Counted(encoder)
        found = cached_features(texts, PREPARER, counted, path, encoder=name)
        assert counted.seen == len(WORDS)
        assert found.shape == (len(WORDS), encoder.size)


def test_the_order_of_the_texts_is_kept(encoder: EncoderPooler, tmp_path: Path) -> None:
    found = cached_features(WORDS, PREPARER, encoder, tmp_path / "a.npy", encoder="tiny")
    for text, row in zip(WORDS, found, strict=True):
        alone = encoder(PREPARER.ids([text]))[0]
        np.testing.assert_allclose(row, alone, atol=1e-5)


def test_the_shipped_graph_gives_what_its_heads_read(tiny_shipped: Path) -> None:
    bundle = Bundle.load(tiny_shipped)
    graph = pooled_graph(onnx.load(str(bundle.graph_path)))
    with GraphPooler(graph, max_batch=bundle.manifest.graph.max_batch, padding_id=1) as pooler:
        shipped = pooler(PREPARER.ids(WORDS))
    torch_encoder = EncoderPooler(tiny_classifier().encoder, padding_id=1, bfloat16=False)
    exact = torch_encoder(PREPARER.ids(WORDS))
    assert shipped.shape == exact.shape
    # int8 against float32: near, and never the same.
    assert 0 < np.abs(shipped - exact).mean() < 0.2
