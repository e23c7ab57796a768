"""The texts of the mentions whose answer changed, where the rows are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.comparison.pairing import Pairing

__all__ = ["Texts", "texts_of_changed"]


@dataclass(frozen=True)
class Texts:
    """Texts of changed mentions.

    Attributes:
        by_id: id of a row to its text.
        matched: whether the rows hold any of the answered ones at all.
    """

    by_id: dict[str, str]
    matched: bool


def texts_of_changed(pairing: Pairing, rows: Sequence[LabelledMention]) -> Texts:
    """Pick the texts of the rows with another answer to any task."""
    changed = np.zeros(len(pairing.facts), dtype=bool)
    for paired in pairing.tasks.values():
        changed[paired.a.rows[paired.a.predicted != paired.b.predicted]] = True
    wanted = {facts.id: bool(here) for facts, here in zip(pairing.facts, changed, strict=True)}
    found = {row.id: row.text for row in rows if wanted.get(row.id)}
    return Texts(found, any(row.id in wanted for row in rows))
