"""The mentions whose answer changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.answers import RowFacts
from mentionlens_training.evaluation.comparison.pairing import PairedAnswers
from mentionlens_training.evaluation.comparison.schema import Change, ChangedMention

__all__ = ["CHANGES", "changed_mentions", "changed_rows"]

CHANGES: tuple[Change, ...] = get_args(Change)


def changed_rows(paired: PairedAnswers) -> dict[Change, npt.NDArray[np.int64]]:
    """Return the positions of the changed answers by what became of them, the surest first.

    The surest is the one whose new answer has the highest probability: of what broke, the mistakes
    that no threshold would catch.
    """
    was, is_, other = paired.a.correct, paired.b.correct, paired.a.predicted != paired.b.predicted
    masks = {"broken": was & ~is_, "fixed": ~was & is_, "other": ~was & ~is_ & other}
    found = {}
    for change in CHANGES:
        positions = np.flatnonzero(masks[change])
        order = np.argsort(-paired.b.confidence[positions], kind="stable")
        found[change] = positions[order]
    return found


def changed_mentions(
    paired: PairedAnswers,
    facts: Sequence[RowFacts],
    texts: Mapping[str, str],
    *,
    most: int | None = None,
) -> Iterator[ChangedMention]:
    """Yield the mentions with another answer to one task: broken, fixed, other; the surest first.

    Args:
        paired: answers to the task.
        facts: of the common rows.
        texts: id to text, where it is known.
        most: of each kind of change; all by default.
    """
    a, b = paired.a, paired.b
    labels = a.labels
    for change, positions in changed_rows(paired).items():
        for position in positions[:most]:
            row = facts[a.rows[position]]
            yield ChangedMention(
                id=row.id,
                text=texts.get(row.id),
                lang=row.lang,
                source=row.source,
                task=a.task,
                change=change,
                gold=labels[a.gold[position]],
                a=labels[a.predicted[position]],
                a_score=float(a.probabilities[position, a.predicted[position]]),
                b=labels[b.predicted[position]],
                b_score=float(b.probabilities[position, b.predicted[position]]),
                slices=row.slices,
            )
