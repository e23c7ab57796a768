"""Answers that a model gave before its layers are trained, and that it shall go on giving.

Held are the answers to rehearsed mentions, and those to one's own mentions in the tasks that these
say nothing about: who brings sentiments alone keeps trolls and complaints as they were (Li, Hoiem:
Learning without Forgetting, ECCV 2016). As probabilities they say more than labels would, which the
model learned long ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from numpy.typing import NDArray
from scipy.special import softmax

from mentionlens_training.loss import NOT_HELD

__all__ = ["held_answers"]


def held_answers(
    rows: Sequence[LabelledMention],
    own: AbstractSet[str],
    old: Sequence[Task],
    logits: Mapping[str, NDArray[np.float32]],
    tasks: Sequence[Task],
) -> NDArray[np.float32]:
    """Return (rows, labels of all tasks) probabilities, `NOT_HELD` where nothing is held.

    Args:
        rows: that are trained on.
        own: names of the sources that are one's own.
        old: tasks that the model answered, with the labels that it knew.
        logits: its answers: task to (rows, labels that it knew).
        tasks: that it shall answer.
    """
    known = {task.name: task for task in old}
    mine = np.array([row.source in own for row in rows], dtype=bool)
    parts = []
    for task in tasks:
        part = np.full((len(rows), len(task.labels)), NOT_HELD, np.float32)
        before = known.get(task.name)
        if before is not None and set(before.labels) <= set(task.labels):
            said = np.array(
                [task.name in row.labels or task.name in row.excluded for row in rows], dtype=bool
            )
            held = np.flatnonzero(~(mine & said))
            columns = np.array([task.labels.index(label) for label in before.labels])
            part[np.ix_(held, columns)] = softmax(logits[task.name][held], axis=1)
        parts.append(part)
    return np.concatenate(parts, axis=1)
