"""One encoder, mean pooling, one head per task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mentionlens_data.tasks import Task
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from transformers import PreTrainedModel

__all__ = ["Head", "MultiTaskClassifier", "mean_pool"]


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


class Head(nn.Linear):
    """The answer to one task: linear in what the encoder gives and, where it has them, in pieces.

    An encoder that was fine-tuned for other questions has forgotten much of what a text is about,
    and its words still say it. So a head may have a weight for every piece of the vocabulary and
    label beside those of the encoder's features (Cheng and others: Wide & Deep Learning for
    Recommender Systems, DLRS 2016); see `mentionlens_training.pieces`.

    Args:
        size: of the encoder's features.
        labels: how many.

    Attributes:
        pieces: (vocabulary, labels), zero for pieces that say nothing, as special ones and
            padding; None where only the encoder's features count. They are fitted with the encoder
            frozen and no gradient changes them.
    """

    pieces: Tensor | None

    def __init__(self, size: int, labels: int) -> None:
        super().__init__(size, labels)
        self.register_buffer("pieces", None)

    @torch.no_grad()
    def put(self, weight: Tensor, bias: Tensor, pieces: Tensor | None = None) -> None:
        """Take over weights (labels, size), biases (labels,) and those of pieces."""
        self.weight.copy_(weight)
        self.bias.copy_(bias)
        self.pieces = None if pieces is None else pieces.clone()

    def answer(self, pooled: Tensor, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the logits, (batch, labels).

        Args:
            pooled: (batch, size), what the encoder gives.
            input_ids: (batch, pieces) of the same texts.
            attention_mask: (batch, pieces), 1 for a piece and 0 for padding.
        """
        logits: Tensor = self(pooled)
        if self.pieces is None:
            return logits
        mask = attention_mask.to(self.pieces.dtype)
        found = (self.pieces[input_ids] * mask.unsqueeze(-1)).sum(dim=1)
        return logits + found / mask.sum(dim=1, keepdim=True).clamp(min=1.0).sqrt()

    def answer_bags(self, pooled: Tensor, bags: csr_matrix) -> Tensor:
        """Return the logits, (texts, labels), as `answer` does.

        Args:
            pooled: (texts, size), what the encoder gives.
            bags: (texts, vocabulary) of the same texts, see `bag_of_pieces`.
        """
        logits: Tensor = self(pooled)
        if self.pieces is None:
            return logits
        said = np.asarray(bags @ self.pieces.numpy(), dtype=np.float32)
        return logits + torch.from_numpy(said)

    def _load_from_state_dict(
        self, state_dict: Mapping[str, Any], prefix: str, *args: object
    ) -> None:
        # torch loads a buffer into one that is there: room is made for what comes.
        found = state_dict.get(f"{prefix}pieces")
        self.pieces = None if found is None else torch.empty_like(found)
        super()._load_from_state_dict(state_dict, prefix, *args)


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
        self.heads = nn.ModuleDict({task.name: Head(size, len(task.labels)) for task in tasks})

    def head(self, task: str) -> Head:
        """Return the head of a task.

        Raises:
            KeyError: the model has no such task.
        """
        head = self.heads[task]
        assert isinstance(head, Head)
        return head

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """Return the logits of each task, (batch, labels of the task), in task order."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        pooled = self.dropout(mean_pool(hidden, attention_mask))
        return {
            task.name: self.head(task.name).answer(pooled, input_ids, attention_mask)
            for task in self.tasks
        }
