"""The model card: a bundle's README.md, filled from its manifest and evaluation alone."""

from mentionlens_training.export.model_card.card import model_card

__all__ = ["model_card"]
