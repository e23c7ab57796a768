"""Cross-entropy over the tasks that a row answers."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor
from torch.nn import functional

from mentionlens_training.dataset import NO_LABEL

__all__ = ["multi_task_loss"]


def multi_task_loss(
    logits: Mapping[str, Tensor], labels: Tensor, weight: Tensor, label_smoothing: float = 0.0
) -> Tensor:
    """Sum the weighted cross-entropy of every known answer and divide by the batch size.

    Args:
        logits: task to (batch, labels of the task), in the order of the label columns.
        labels: (batch, tasks) label ids; `NO_LABEL` carries no loss.
        weight: (batch,) trust in the labels of a row.
        label_smoothing: share of probability spread over the other labels.

    Returns:
        A scalar; zero where no row of the batch answers any task.
    """
    total = weight.new_zeros(())
    for column, values in enumerate(logits.values()):
        losses = functional.cross_entropy(
            values.float(),
            labels[:, column],
            ignore_index=NO_LABEL,
            reduction="none",
            label_smoothing=label_smoothing,
        )
        total = total + (losses * weight).sum()
    return total / len(weight)
