"""Which parts of an encoder are trained."""

from __future__ import annotations

from mentionlens.errors import MentionlensError
from torch import nn
from transformers import PreTrainedModel

__all__ = ["FreezingError", "freeze"]


class FreezingError(MentionlensError):
    """The encoder has not the layers that are to be trained."""


def freeze(
    encoder: PreTrainedModel, *, embeddings: bool, trainable_layers: int | None = None
) -> None:
    """Let only some parts of an encoder be trained.

    Args:
        encoder: changed in place.
        embeddings: whether the word embeddings stay as they are.
        trainable_layers: uppermost layers that are trained, all embeddings and what is below being
            frozen, so that no gradient has to pass there; None trains every layer.

    Raises:
        FreezingError: the encoder has fewer layers, or keeps them where nobody knows.
    """
    if trainable_layers is None:
        encoder.requires_grad_(True)
        encoder.get_input_embeddings().requires_grad_(not embeddings)
        return
    layers = getattr(getattr(encoder, "encoder", None), "layer", None)
    if not isinstance(layers, nn.ModuleList) or not trainable_layers <= len(layers):
        found = f"{len(layers)} layers" if isinstance(layers, nn.ModuleList) else "no list of them"
        raise FreezingError(
            f"encoder.trainable_layers is {trainable_layers}, but the encoder "
            f"({encoder.config.model_type}) has {found}; name fewer, or leave the field "
            "out to train the whole encoder"
        )
    encoder.requires_grad_(False)
    for layer in layers[-trainable_layers:]:
        layer.requires_grad_(True)
