"""Mentions that repeat another one, or one that is labelled already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentionlens_data.preparation.grouping import Groups, group_key
from mentionlens_data.preparation.near_duplicates import near_duplicates

__all__ = ["Copies", "copy_key", "find_copies"]


@dataclass(frozen=True)
class Copies:
    """Which mentions are left when repetitions are left aside.

    Attributes:
        kept: (mentions,), False where a mention is left aside.
        of_labelled: mentions left aside because a labelled one says the same.
        of_others: mentions left aside because one before them says the same.
    """

    kept: NDArray[np.bool_]
    of_labelled: int
    of_others: int


def copy_key(text: str) -> str:
    """Return what two copies of a text have in common: its letters, or all of it without any."""
    return group_key(text)[0] or " ".join(text.split())


def find_copies(keys: Sequence[str], labelled: Sequence[str] = ()) -> Copies:
    """Find equal keys and near-duplicates (see `preparation.near_duplicates`).

    Of mentions that are near-duplicates, directly or over others, the first one is kept; none
    where a labelled text is among them.

    Args:
        keys: `copy_key` of each mention that may be suggested.
        labelled: `copy_key` of each text that is labelled already, in any order.
    """
    different = list(dict.fromkeys((*labelled, *keys)))
    groups = Groups()
    for one, other in near_duplicates(different):
        groups.join((different[one], different[other]))
    del different
    taken = {groups.find(key) for key in labelled}
    kept = np.zeros(len(keys), dtype=np.bool_)
    seen = set()
    of_labelled = 0
    for i, key in enumerate(keys):
        group = groups.find(key)
        if group in taken:
            of_labelled += 1
        elif group not in seen:
            seen.add(group)
            kept[i] = True
    return Copies(kept, of_labelled, len(keys) - int(kept.sum()) - of_labelled)
