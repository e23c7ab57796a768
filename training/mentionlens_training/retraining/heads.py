"""Heads on fixed features: multinomial logistic regression, drawn to the head it starts from.

The head stays near to where it was in two ways: its weights are drawn to the old ones, and its
answers to rehearsed mentions are held near to the old answers. The labels of those mentions would
not do: the model was trained on most of them, and says them with a head that is spoilt, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from mentionlens_data.hashing import unit_hash
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mentionlens_training.config import HeadsConfig
from mentionlens_training.dataset import NO_LABEL

__all__ = ["FittedHead", "HeadRows", "fit_head"]

# Keeps a bias finite where a label has no row at all.
_BIAS_L2 = 1e-2
# Fewer rows say nothing about how strongly a head should be held.
_LEAST_TO_CHOOSE = 24
_NO_PLACES = torch.empty(0, dtype=torch.long)


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
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    excluded: NDArray[np.bool_]
    weight: NDArray[np.float32]
    rehearsed: NDArray[np.bool_]
    groups: Sequence[str] = field(repr=False)

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
        )


@dataclass(frozen=True)
class FittedHead:
    """A trained head.

    Attributes:
        weight: (labels, size).
        bias: (labels,).
        l2: strength that was chosen.
        losses: strength to the mean loss of left-out rows; empty where there were too few rows.
        held_out: places of the labelled rows that the cross-validation answered, among all rows.
        held_out_logits: (those, labels) answers of heads that did not see them.
    """

    weight: Tensor
    bias: Tensor
    l2: float
    losses: dict[float, float]
    held_out: NDArray[np.int64]
    held_out_logits: NDArray[np.float32]


def fit_head(
    rows: HeadRows,
    start: tuple[Tensor, Tensor],
    options: HeadsConfig,
    *,
    seed: int,
    known: Sequence[bool] = (),
) -> FittedHead:
    """Train a head; equal arguments give equal heads.

    The cost is the loss of every row, weighted by its trust and the rarity of its label, plus half
    of `l2` times the squared distance of the weights from where they start, plus `hold` times the
    cross-entropy of every rehearsed row with the answer that the head gives where it starts. There
    the old labels are compared among themselves, so that new ones may take from them.

    Args:
        rows: at least one.
        start: weight (labels, size) and bias (labels,) that the head is drawn to.
        options: strengths to choose from, and how.
        seed: of the folds.
        known: (labels,) whether the head knows the label where it starts; empty where it knows
            none, so that there are no answers to hold.
    """
    rows = replace(rows, weight=rows.weight * _rarity(rows, options.class_weight_exponent))
    strengths = sorted(options.l2)
    first = _Start(*start, torch.tensor([*known], dtype=torch.bool))
    with _one_thread():
        losses, held_out, logits = _cross_validate(rows, first, strengths, options, seed)
        # Without a word from the rows the head stays near to where it was.
        chosen = min(losses, key=lambda l2: losses[l2]) if losses else strengths[-1]
        weight, bias = _minimise(_Problem.of(rows, first), chosen, options)
    nothing = np.empty((0, len(bias)), np.float32)
    return FittedHead(weight, bias, chosen, losses, held_out, logits.get(chosen, nothing))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep torch on one thread: for steps so small, threads that wait for each other cost more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _cross_validate(
    rows: HeadRows,
    start: _Start,
    strengths: Sequence[float],
    options: HeadsConfig,
    seed: int,
) -> tuple[dict[float, float], NDArray[np.int64], dict[float, NDArray[np.float32]]]:
    """Return the loss of each strength on left-out rows, and the answers to labelled ones."""
    generator = np.random.default_rng(seed)
    size = min(len(rows), options.selection_rows)
    chosen = np.sort(generator.choice(len(rows), size, replace=False))
    folds = np.array([int(unit_hash("fold", seed, rows.groups[i]) * options.folds) for i in chosen])
    if size < _LEAST_TO_CHOOSE or len(np.unique(folds)) < 2:
        return {}, np.empty(0, np.int64), {}
    totals = dict.fromkeys(strengths, 0.0)
    places: list[NDArray[np.int64]] = []
    answers: dict[float, list[NDArray[np.float32]]] = {l2: [] for l2 in strengths}
    for fold in np.unique(folds):
        inside, outside = chosen[folds != fold], chosen[folds == fold]
        problem = _Problem.of(rows.take(inside), start)
        left_out = rows.take(outside)
        labelled = left_out.labels != NO_LABEL
        places.append(outside[labelled])
        known: tuple[Tensor, Tensor] | None = None
        # From the strongest pull to the weakest: each solution is near to the one before.
        for l2 in reversed(strengths):
            known = _minimise(problem, l2, options, known)
            logits = _logits(left_out.features, *known)
            totals[l2] += float(_losses(logits, *_tensors(left_out)).sum())
            answers[l2].append(logits.numpy()[labelled])
    total = float(rows.weight[chosen].sum())
    return (
        {l2: value / total for l2, value in totals.items()},
        np.concatenate(places),
        {l2: np.concatenate(values) for l2, values in answers.items()},
    )


@dataclass(frozen=True)
class _Start:
    """The head that another one is drawn to."""

    weight: Tensor
    bias: Tensor
    old: Tensor  # (labels,) true for those that it knows; empty where it knows none

    def scores(self, logits: Tensor) -> Tensor:
        """Return log-probabilities among the old labels, (rows, labels); of new ones -inf."""
        if not self.old.any():
            return logits
        return functional.log_softmax(logits.masked_fill(~self.old, -torch.inf), dim=1)


@dataclass(frozen=True)
class _Problem:
    """Rows as tensors, their features centred: the optimiser needs fewer steps."""

    features: Tensor
    labels: Tensor
    excluded: Tensor
    weight: Tensor
    middle: Tensor
    start: _Start
    held: Tensor  # places of the rows whose answers are held
    answers: Tensor  # (held, labels) probabilities where the head starts, among old labels

    @classmethod
    def of(cls, rows: HeadRows, start: _Start) -> _Problem:
        features = torch.from_numpy(np.asarray(rows.features, dtype=np.float32))
        middle = features.mean(0)
        held = torch.from_numpy(np.flatnonzero(rows.rehearsed)) if start.old.any() else _NO_PLACES
        answers = start.scores(features[held] @ start.weight.T + start.bias).exp()
        centred = replace(start, bias=start.bias + start.weight @ middle)
        return cls(features - middle, *_tensors(rows), middle, centred, held, answers)

    def departure(self, logits: Tensor) -> Tensor:
        """Return the cross-entropy of the held answers with `logits` (rows, labels), summed."""
        scores = self.start.scores(logits[self.held])
        return -(self.answers * scores.masked_fill(~self.start.old, 0.0)).sum()


def _minimise(
    problem: _Problem,
    l2: float,
    options: HeadsConfig,
    known: tuple[Tensor, Tensor] | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the best weight and bias for features as they are, not centred."""
    first_weight, first_bias = problem.start.weight, problem.start.bias
    if known is None:
        weight, bias = first_weight.clone(), first_bias.clone()
    else:
        weight, bias = known[0].clone(), known[1] + known[0] @ problem.middle
    weight.requires_grad_(True)
    bias.requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [weight, bias], max_iter=options.iterations, line_search_fn="strong_wolfe"
    )
    scale = 1.0 / float(problem.weight.sum())

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = problem.features @ weight.T + bias
        cost = _losses(logits, problem.labels, problem.excluded, problem.weight).sum()
        if len(problem.held) and options.hold:
            cost = cost + options.hold * problem.departure(logits)
        cost = cost + 0.5 * l2 * (weight - first_weight).square().sum()
        cost = (cost + 0.5 * _BIAS_L2 * (bias - first_bias).square().sum()) * scale
        cost.backward()  # type: ignore[no-untyped-call]
        return cost

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    weight, bias = weight.detach(), bias.detach()
    return weight, bias - weight @ problem.middle


def _losses(logits: Tensor, labels: Tensor, excluded: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted loss of each row, (rows,): see `mentionlens_training.loss`."""
    scores = functional.log_softmax(logits, dim=1)
    known = functional.nll_loss(scores, labels, ignore_index=NO_LABEL, reduction="none")
    possible = -torch.logsumexp(scores.masked_fill(excluded, -torch.inf), dim=1)
    return torch.where(labels != NO_LABEL, known, possible) * weight


def _logits(features: NDArray[np.float32], weight: Tensor, bias: Tensor) -> Tensor:
    return torch.from_numpy(np.asarray(features, dtype=np.float32)) @ weight.T + bias


def _tensors(rows: HeadRows) -> tuple[Tensor, Tensor, Tensor]:
    return (
        torch.from_numpy(rows.labels),
        torch.from_numpy(rows.excluded),
        torch.from_numpy(rows.weight),
    )


def _rarity(rows: HeadRows, exponent: float) -> NDArray[np.float32]:
    """Return (rows,) weights by the rarity of the label, 1 on average over the labelled rows."""
    weights = np.ones(len(rows), np.float32)
    labelled = rows.labels != NO_LABEL
    if labelled.any():
        counts = np.bincount(rows.labels[labelled], weights=rows.weight[labelled])
        rare = np.zeros_like(counts)
        np.power(counts, -exponent, where=counts > 0, out=rare)
        own = rare[rows.labels[labelled]]
        weights[labelled] = own / np.average(own, weights=rows.weight[labelled])
    return weights
