"""Augmentations of whole sets of rows: a share of a training part, or a robustness variant."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mentionlens_data.augmentation.registry import applies, augment
from mentionlens_data.hashing import unit_hash
from mentionlens_data.schema import LabelledMention

__all__ = ["augment_some", "variant"]


def augment_some(
    rows: Sequence[LabelledMention], shares: Mapping[str, float], *, seed: int, epoch: int = 0
) -> list[LabelledMention]:
    """Return the rows of an epoch, some of them augmented, each by one augmentation at most.

    Every row is drawn for alone, by seed, epoch, id, and how often the id came before: the same
    rows give the same texts, whatever else is in the list.

    Args:
        rows: of the training part, in the order of the epoch.
        shares: name of an augmentation to the share of rows, among those of the languages that it
            is for, that it is applied to.
        seed: of the run.
        epoch: number of the epoch.

    Raises:
        AugmentationError: no augmentation has one of the names.
    """
    seen: Counter[str] = Counter()
    augmented = []
    for row in rows:
        key = f"{epoch}/{seen[row.id]}/{row.id}"
        seen[row.id] += 1
        left = unit_hash("augmentation", seed, key)
        for name, share in shares.items():
            if applies(name, row.lang):
                left -= share
                if left < 0:
                    text = augment(row.text, row.lang, name, seed=seed, key=key)
                    row = dataclasses.replace(row, text=text)  # noqa: PLW2901
                    break
        augmented.append(row)
    return augmented


def variant(
    rows: Iterable[LabelledMention], names: Sequence[str], *, seed: int
) -> Iterator[tuple[LabelledMention, bool]]:
    """Yield each row with all augmentations applied in turn, and whether its text changed.

    Raises:
        AugmentationError: no augmentation has one of the names.
    """
    for row in rows:
        text = row.text
        for name in names:
            text = augment(text, row.lang, name, seed=seed, key=row.id)
        yield dataclasses.replace(row, text=text), text != row.text
