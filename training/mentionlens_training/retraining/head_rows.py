"""What a head learns from, and what it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor
from torch.nn import functional

__all__ = ["HeadRows", "HeadStart"]


@dataclass(frozen=True)
class HeadRows:
    """What is known of some rows for one task.

    Attributes:
        features: (rows, size).
        labels: (rows,) ids; `NO_LABEL` where only `excluded` says something.
        excluded: (rows, labels), true for a label that the row surely does not have.
        weight: (rows,) trust.
        rehearsed: (rows,) true for what the model knew before; false for one's own rows.
        groups: name of each row's group; a group is never divided by the cross-validation.
        pieces: (rows, vocabulary), see `bag_of_pieces`; None where there are none to learn from.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    excluded: NDArray[np.bool_]
    weight: NDArray[np.float32]
    rehearsed: NDArray[np.bool_]
    groups: Sequence[str] = field(repr=False)
    pieces: csr_matrix | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.labels)

    def take(self, places: NDArray[np.int64]) -> HeadRows:
        """Return some of the rows."""
        return HeadRows(
            self.features[places],
            self.labels[places],
            self.excluded[places],
            self.weight[places],
            self.rehearsed[places],
            [self.groups[i] for i in places],
            None if self.pieces is None else self.pieces[places],
        )


@dataclass(frozen=True)
class HeadStart:
    """Where a head starts from, and what it is drawn to.

    Attributes:
        weight: (labels, size).
        bias: (labels,).
        pieces: (vocabulary, labels); None where it has none yet.
        information: (vocabulary,) what a piece tells by occurring; needed for rows with pieces.
        known: (labels,) whether the head knows the label; empty where it knows none, so that there
            are no answers to hold.
    """

    weight: Tensor
    bias: Tensor
    pieces: Tensor | None = None
    information: NDArray[np.float32] | None = None
    known: Sequence[bool] = ()

    @property
    def old(self) -> Tensor:
        """(labels,) true for those that it knows."""
        return torch.tensor([*self.known], dtype=torch.bool)

    def scores(self, logits: Tensor) -> Tensor:
        """Return log-probabilities among the old labels, (rows, labels); of new ones -inf."""
        if not any(self.known):
            return logits
        return functional.log_softmax(logits.masked_fill(~self.old, -torch.inf), dim=1)
