"""Cross-entropy over the tasks that a row answers, and with answers that are to be held."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from mentionlens_training.dataset import NO_LABEL

__all__ = ["NOT_HELD", "held_loss", "multi_task_loss"]

NOT_HELD = -1.0
"""In place of a probability: of a label that was new, or all labels of a task that is let go."""


def multi_task_loss(
    logits: Mapping[str, Tensor],
    labels: Tensor,
    weight: Tensor,
    excluded: Tensor | None = None,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Sum the weighted loss of everything that is known of the rows; divide by the batch size.

    A known label costs its cross-entropy; where only some labels are excluded, the cost is the
    negative logarithm of the probability of all others together.

    Args:
        logits: task to (batch, labels of the task), in the order of the label columns.
        labels: (batch, tasks) label ids; `NO_LABEL` carries no loss.
        weight: (batch,) trust in the labels of a row.
        excluded: (batch, labels of all tasks in order), true for a label that the row surely does
            not have; counts where the label is not known.
        label_smoothing: share of probability spread over the other labels.

    Returns:
        A scalar; zero where no row of the batch answers any task.
    """
    total = weight.new_zeros(())
    widths = [values.shape[1] for values in logits.values()]
    parts = [None] * len(widths) if excluded is None else torch.split(excluded, widths, dim=1)
    for column, (values, part) in enumerate(zip(logits.values(), parts, strict=True)):
        losses = functional.cross_entropy(
            values.float(),
            labels[:, column],
            ignore_index=NO_LABEL,
            reduction="none",
            label_smoothing=label_smoothing,
        )
        total = total + (losses * weight).sum()
        if part is not None:
            total = total + (_exclusion_loss(values, labels[:, column], part) * weight).sum()
    return total / len(weight)


def held_loss(logits: Mapping[str, Tensor], held: Tensor) -> Tensor:
    """Sum the cross-entropies with the held answers; divide by the batch size.

    Old labels are compared among themselves, so that new ones may take from them.

    Args:
        logits: task to (batch, labels of the task), in the order of the columns of `held`.
        held: (batch, labels of all tasks) probabilities, or `NOT_HELD`.
    """
    total = held.new_zeros(())
    parts = torch.split(held, [values.shape[1] for values in logits.values()], dim=1)
    for values, part in zip(logits.values(), parts, strict=True):
        rows = (part != NOT_HELD).any(dim=1)
        if rows.any():
            wanted = part[rows]
            new = wanted == NOT_HELD
            scores = functional.log_softmax(values[rows].float().masked_fill(new, -torch.inf), 1)
            total = total - (wanted * scores).masked_fill(new, 0.0).sum()
    return total / len(held)


def _exclusion_loss(logits: Tensor, labels: Tensor, excluded: Tensor) -> Tensor:
    """Return -log P(none of the excluded labels), (batch,); zero where nothing is excluded."""
    possible = functional.log_softmax(logits.float(), dim=1).masked_fill(excluded, -torch.inf)
    losses = -torch.logsumexp(possible, dim=1)
    return losses.masked_fill((labels != NO_LABEL) | ~excluded.any(dim=1), 0.0)
