"""Only the layers that are named are trained."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from mentionlens_training.freezing import FreezingError, freeze
from tiny import tiny_classifier


def trained_parts(encoder) -> set[str]:
    return {
        ".".join(name.split(".")[:3])
        for name, value in encoder.named_parameters()
        if value.requires_grad
    }


def test_the_uppermost_layers_alone_are_trained() -> None:
    encoder = tiny_classifier().encoder
    freeze(encoder, embeddings=True, trainable_layers=1)
    assert trained_parts(encoder) == {"encoder.layer.1"}


def test_without_a_number_all_but_the_word_embeddings_are_trained() -> None:
    encoder = tiny_classifier().encoder
    freeze(encoder, embeddings=True, trainable_layers=1)
    freeze(encoder, embeddings=True)
    frozen = [name for name, value in encoder.named_parameters() if not value.requires_grad]
    assert frozen == ["embeddings.word_embeddings.weight"]
    freeze(encoder, embeddings=False)
    assert all(value.requires_grad for value in encoder.parameters())


def test_more_layers_than_there_are_is_named() -> None:
    with pytest.raises(FreezingError, match=r"trainable_layers is 3.*has 2 layers"):
        freeze(tiny_classifier().encoder, embeddings=True, trainable_layers=3)
