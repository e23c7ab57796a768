"""One labelled mention, the row of every prepared set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["SPLITS", "LabelledMention"]

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class LabelledMention:
    """A text with the answers that its source knows.

    Attributes:
        id: unique within the prepared set: `<source>/<the set's own id>`.
        text: the mention as it was written (the normaliser of the runtime is applied later).
        lang: ISO 639-1 code.
        source: name of the corpus in the ledger.
        split: `train`, `validation` or `test`.
        group: rows of one group never fall into different splits (duplicates, translations).
        labels: task name to label; a task that the source does not label is absent, and
            carries no loss.
        excluded: task to labels that the row surely does not have, where its label is not known:
            a complaint of unknown type is not `none`.
        weight: trust in the labels, in (0, 1]; scales the loss of the row.
        slices: what the mention is beyond its labels, such as `sarcasm_genuine`, where known.
    """

    id: str
    text: str
    lang: str
    source: str
    split: str
    group: str
    labels: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weight: float = 1.0
    slices: tuple[str, ...] = ()
