"""The cost of a head on some rows, and the head that has the least."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor
from torch.nn import functional

from mentionlens_training.config import HeadsConfig
from mentionlens_training.dataset import NO_LABEL
from mentionlens_training.retraining.head_rows import HeadRows, HeadStart

__all__ = ["Problem", "Solution", "label_tensors", "minimise", "row_losses"]

# Keeps a bias finite where a label has no row at all.
_BIAS_L2 = 1e-2
_NO_PLACES = torch.empty(0, dtype=torch.long)


@dataclass(frozen=True)
class Solution:
    """A head that was found.

    Attributes:
        weight: (labels, size).
        bias: (labels,).
        change: (columns, labels) of the weights of the problem's pieces, in its units.
        pieces: (vocabulary, labels); None where only the encoder's features count.
    """

    weight: Tensor
    bias: Tensor
    change: Tensor
    pieces: Tensor | None

    def logits(self, rows: HeadRows) -> Tensor:
        """Return (rows, labels)."""
        found = torch.from_numpy(np.asarray(rows.features, dtype=np.float32)) @ self.weight.T
        return found + self.bias + _said_by_pieces(rows, self.pieces)


@dataclass(frozen=True)
class Problem:
    """Rows as tensors, their features centred: the optimiser needs fewer steps.

    Of the pieces only the change of their weights is looked for, in units in which their mean
    squared norm is the scale times that of the features; what they say where the head starts is
    added.
    """

    features: Tensor
    labels: Tensor
    excluded: Tensor
    weight: Tensor
    middle: Tensor
    start: HeadStart
    held: Tensor  # places of the rows whose answers are held
    answers: Tensor  # (held, labels) probabilities where the head starts, among old labels
    said: Tensor  # (rows, labels) by pieces where the head starts
    bag: Tensor  # (rows, columns) sparse, in the problem's units
    columns: NDArray[np.int64]  # pieces whose weights change
    unit: Tensor  # (columns,) a change of 1 in units of the head's own weights

    @classmethod
    def of(cls, rows: HeadRows, start: HeadStart, scale: float) -> Problem:
        """Pose the problem.

        Args:
            rows: to learn from.
            start: what the head is drawn to.
            scale: how loud pieces are beside the features; 0 leaves their weights as they are.
        """
        features = torch.from_numpy(np.asarray(rows.features, dtype=np.float32))
        middle = features.mean(0)
        said = _said_by_pieces(rows, start.pieces)
        old = any(start.known)
        held = torch.from_numpy(np.flatnonzero(rows.rehearsed)) if old else _NO_PLACES
        at_start = features[held] @ start.weight.T + start.bias + said[held]
        answers = start.scores(at_start).exp()
        centred = replace(start, bias=start.bias + start.weight @ middle)
        centred_features = features - middle
        loudness = float(centred_features.square().sum(1).mean())
        return cls(
            centred_features,
            *label_tensors(rows),
            middle,
            centred,
            held,
            answers,
            said,
            *_scaled_bag(rows, start, scale * loudness),
        )

    @property
    def nothing(self) -> Tensor:
        """(columns, labels) no change of the weights of pieces."""
        return torch.zeros(len(self.columns), len(self.start.bias))

    def departure(self, logits: Tensor) -> Tensor:
        """Return the cross-entropy of the held answers with `logits` (rows, labels), summed."""
        scores = self.start.scores(logits[self.held])
        return -(self.answers * scores.masked_fill(~self.start.old, 0.0)).sum()

    def solution(self, weight: Tensor, bias: Tensor, change: Tensor) -> Solution:
        """Return the head for features as they are, not centred."""
        weight, bias, change = weight.detach(), bias.detach(), change.detach()
        pieces = self.start.pieces
        if len(self.columns):
            assert self.start.information is not None
            size = len(self.start.information), len(bias)
            pieces = torch.zeros(size) if pieces is None else pieces.clone()
            pieces[torch.from_numpy(self.columns)] += self.unit[:, None] * change
        return Solution(weight, bias - weight @ self.middle, change, pieces)


def _scaled_bag(
    rows: HeadRows, start: HeadStart, loudness: float
) -> tuple[Tensor, NDArray[np.int64], Tensor]:
    """Return the bag of the pieces that tell something, their ids, and the unit of their weights.

    Args:
        rows: their bags.
        start: what each piece tells.
        loudness: mean squared norm that the bags shall have; 0 gives one without columns.
    """
    if rows.pieces is not None and start.information is not None and loudness > 0:
        told = rows.pieces.multiply(start.information[None, :]).tocsr()
        told.eliminate_zeros()
        columns = np.unique(told.indices).astype(np.int64)
        if len(columns):
            unit = float(np.sqrt(loudness / (np.square(told.data).sum() / len(rows))))
            bag = _sparse(told[:, columns] * unit)
            return bag, columns, torch.from_numpy(start.information[columns] * np.float32(unit))
    empty = csr_matrix((len(rows), 0), dtype=np.float32)
    return _sparse(empty), np.empty(0, np.int64), torch.empty(0)


def _sparse(bag: csr_matrix) -> Tensor:
    found = bag.tocoo()
    places = torch.from_numpy(np.stack([found.row, found.col]).astype(np.int64))
    values = torch.from_numpy(found.data.astype(np.float32))
    return torch.sparse_coo_tensor(places, values, found.shape, check_invariants=False).coalesce()


def _said_by_pieces(rows: HeadRows, pieces: Tensor | None) -> Tensor:
    """Return (rows, labels); (rows, 1) of zeros where pieces say nothing."""
    if pieces is None or rows.pieces is None:
        return torch.zeros(len(rows), 1)
    return torch.from_numpy(np.asarray(rows.pieces @ pieces.numpy(), dtype=np.float32))


def minimise(
    problem: Problem, l2: float, options: HeadsConfig, known: Solution | None = None
) -> Solution:
    """Return the best head, from one that is known to be near."""
    first_weight, first_bias = problem.start.weight, problem.start.bias
    if known is None:
        weight, bias, change = first_weight.clone(), first_bias.clone(), problem.nothing
    else:
        weight, bias = known.weight.clone(), known.bias + known.weight @ problem.middle
        change = known.change.clone()
    looked_for = [weight, bias, change] if len(change) else [weight, bias]
    for tensor in looked_for:
        tensor.requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        looked_for, max_iter=options.iterations, line_search_fn="strong_wolfe"
    )
    scale = 1.0 / float(problem.weight.sum())

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = problem.features @ weight.T + bias + problem.said
        distance = (weight - first_weight).square().sum()
        if len(change):
            logits = logits + torch.sparse.mm(problem.bag, change)
            distance = distance + change.square().sum()
        cost = row_losses(logits, problem.labels, problem.excluded, problem.weight).sum()
        if len(problem.held) and options.hold:
            cost = cost + options.hold * problem.departure(logits)
        cost = cost + 0.5 * l2 * distance
        cost = (cost + 0.5 * _BIAS_L2 * (bias - first_bias).square().sum()) * scale
        cost.backward()  # type: ignore[no-untyped-call]
        return cost

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return problem.solution(weight, bias, change)


def row_losses(logits: Tensor, labels: Tensor, excluded: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted loss of each row, (rows,): see `mentionlens_training.loss`."""
    scores = functional.log_softmax(logits, dim=1)
    known = functional.nll_loss(scores, labels, ignore_index=NO_LABEL, reduction="none")
    possible = -torch.logsumexp(scores.masked_fill(excluded, -torch.inf), dim=1)
    return torch.where(labels != NO_LABEL, known, possible) * weight


def label_tensors(rows: HeadRows) -> tuple[Tensor, Tensor, Tensor]:
    """Return labels (rows,), excluded labels (rows, labels) and weights (rows,)."""
    return (
        torch.from_numpy(rows.labels),
        torch.from_numpy(rows.excluded),
        torch.from_numpy(rows.weight),
    )
