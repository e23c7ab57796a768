"""Seeded changes of a text that keep its labels, each by name."""

from mentionlens_data.augmentation.registry import (
    Augmentation,
    applies,
    augment,
    augmentations,
)
from mentionlens_data.augmentation.variants import augment_some, variant

__all__ = ["Augmentation", "applies", "augment", "augment_some", "augmentations", "variant"]
