"""Draws that are the same on every machine and in every version of Python.

`random.Random.random` is the one method whose values are promised never to change, so every
choice is made of it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["chance", "pick", "pick_weighted"]

_Item = TypeVar("_Item")


def chance(generator: random.Random, probability: float) -> bool:
    """Return True with a probability."""
    return generator.random() < probability


def pick(generator: random.Random, items: Sequence[_Item]) -> _Item:
    """Return one of the items, each as likely as the others."""
    return items[int(generator.random() * len(items))]


def pick_weighted(
    generator: random.Random, items: Sequence[_Item], weights: Sequence[float]
) -> _Item:
    """Return one of the items, each as likely as its weight says."""
    left = generator.random() * sum(weights)
    for item, weight in zip(items, weights, strict=True):
        left -= weight
        if left < 0:
            return item
    return items[-1]
