"""One encoder, mean pooling, one linear head per task."""

from __future__ import annotations

from collections.abc import Sequence

from mentionlens_data.tasks import Task
from torch import Tensor, nn
from transformers import PreTrainedModel

__all__ = ["MultiTaskClassifier", "mean_pool"]


def mean_pool(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    """Average the hidden states of the pieces that are not padding.

    Args:
        hidden: (batch, pieces, size) hidden states.
        attention_mask: (batch, pieces), 1 for a piece and 0 for padding.

    Returns:
        (batch, size) means; a row of padding alone gives zeros.
    """
    mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1.0)


class MultiTaskClassifier(nn.Module):
    """Answers every task from one pass of the encoder.

    Args:
        encoder: any transformers encoder whose output has `last_hidden_state`.
        tasks: the tasks in the order of the outputs.
        dropout: probability of dropping a pooled feature in training.
    """

    def __init__(
        self, encoder: PreTrainedModel, tasks: Sequence[Task], dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.tasks = tuple(tasks)
        self.dropout = nn.Dropout(dropout)
        size = encoder.config.hidden_size
        self.heads = nn.ModuleDict({task.name: nn.Linear(size, len(task.labels)) for task in tasks})

    def head(self, task: str) -> nn.Linear:
        """Return the head of a task.

        Raises:
            KeyError: the model has no such task.
        """
        head = self.heads[task]
        assert isinstance(head, nn.Linear)
        return head

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """Return the logits of each task, (batch, labels of the task), in task order."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        pooled = self.dropout(mean_pool(hidden, attention_mask))
        return {task.name: self.heads[task.name](pooled) for task in self.tasks}
