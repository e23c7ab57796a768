"""Heads on fixed features: multinomial logistic regression, drawn to the head it starts from.

The features are those of the encoder and, where rows that were left out show that it helps, the
pieces of the text. The head stays near to where it was in two ways: its weights are drawn to the
old ones, and its answers to rehearsed mentions are held near to the old answers. The labels of
those mentions would not do: the model was trained on most of them, and says them with a head that
is spoilt, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from mentionlens.cpu import default_threads
from mentionlens_data.hashing import unit_hash
from numpy.typing import NDArray
from torch import Tensor

from mentionlens_training.config import HeadsConfig
from mentionlens_training.dataset import NO_LABEL
from mentionlens_training.retraining.head_problem import (
    Problem,
    Solution,
    label_tensors,
    minimise,
    row_losses,
)
from mentionlens_training.retraining.head_rows import HeadRows, HeadStart

__all__ = ["FittedHead", "Strength", "fit_head"]

# Fewer rows say nothing about how strongly a head should be held.
_LEAST_TO_CHOOSE = 24


class Strength(NamedTuple):
    """What the cross-validation chooses: how strongly a head is held, and how loud pieces are."""

    l2: float
    piece_scale: float


@dataclass(frozen=True)
class FittedHead:
    """A trained head.

    Attributes:
        weight: (labels, size).
        bias: (labels,).
        pieces: (vocabulary, labels); None where only the encoder's features count.
        strength: that was chosen.
        losses: strength to the mean loss of left-out rows; empty where there were too few rows.
        held_out: places of the labelled rows that the cross-validation answered, among all rows.
        held_out_logits: (those, labels) answers of heads that did not see them.
    """

    weight: Tensor
    bias: Tensor
    pieces: Tensor | None
    strength: Strength
    losses: dict[Strength, float]
    held_out: NDArray[np.int64]
    held_out_logits: NDArray[np.float32]


def fit_head(rows: HeadRows, start: HeadStart, options: HeadsConfig, *, seed: int) -> FittedHead:
    """Train a head; equal arguments give equal heads.

    The cost is the loss of every row, weighted by its trust and the rarity of its label, plus half
    of `l2` times the squared distance of the weights from where they start, plus `hold` times the
    cross-entropy of every rehearsed row with the answer that the head gives where it starts. There
    the old labels are compared among themselves, so that new ones may take from them. The distance
    of the weights of pieces is taken in units in which pieces are as loud as the piece scale says.

    Args:
        rows: at least one.
        start: where the head starts from.
        options: strengths to choose from, and how.
        seed: of the folds.
    """
    rows = replace(rows, weight=rows.weight * _rarity(rows, options.class_weight_exponent))
    scales = _scales(options, start) if rows.pieces is not None else [0.0]
    with _one_thread():
        losses, held_out, logits = _cross_validate(rows, start, scales, options, seed)
        # Without a word from the rows the head stays near to where it was.
        chosen = _best(losses) if losses else Strength(max(options.l2), scales[0])
        found = minimise(Problem.of(rows, start, chosen.piece_scale), chosen.l2, options)
    nothing = np.empty((0, len(found.bias)), np.float32)
    return FittedHead(
        found.weight,
        found.bias,
        found.pieces,
        chosen,
        {strength: float(values.mean()) for strength, values in losses.items()},
        held_out,
        logits.get(chosen, nothing),
    )


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
    rows: HeadRows, start: HeadStart, scales: Sequence[float], options: HeadsConfig, seed: int
) -> tuple[
    dict[Strength, NDArray[np.float32]], NDArray[np.int64], dict[Strength, NDArray[np.float32]]
]:
    """Return the loss of each strength on each left-out row, and the answers to labelled ones.

    The losses are weighted, by 1 on average.
    """
    generator = np.random.default_rng(seed)
    size = min(len(rows), options.selection_rows)
    chosen = np.sort(generator.choice(len(rows), size, replace=False))
    folds = np.array([int(unit_hash("fold", seed, rows.groups[i]) * options.folds) for i in chosen])
    if size < _LEAST_TO_CHOOSE or len(np.unique(folds)) < 2:
        return {}, np.empty(0, np.int64), {}
    parts = [(rows.take(chosen[folds != fold]), chosen[folds == fold]) for fold in np.unique(folds)]

    def answer(part: tuple[HeadRows, NDArray[np.int64]]) -> dict[Strength, _Answers]:
        inside, outside = part
        return _left_out(inside, rows.take(outside), start, scales, options)

    # The folds side by side, each on a thread of its own.
    with ThreadPoolExecutor(
        default_threads(), initializer=torch.set_num_threads, initargs=(1,)
    ) as workers:
        found = list(workers.map(answer, parts))
    left_out = np.concatenate([outside for _, outside in parts])
    labelled = rows.labels[left_out] != NO_LABEL
    losses: dict[Strength, NDArray[np.float32]] = {}
    logits: dict[Strength, NDArray[np.float32]] = {}
    for strength in found[0]:
        losses[strength] = np.concatenate([fold[strength].losses for fold in found])
        losses[strength] /= rows.weight[chosen].mean()
        logits[strength] = np.concatenate([fold[strength].logits for fold in found])[labelled]
    return losses, left_out[labelled], logits


class _Answers(NamedTuple):
    """To rows that were left out: the weighted loss of each, (rows,), and (rows, labels) logits."""

    losses: NDArray[np.float32]
    logits: NDArray[np.float32]


def _left_out(
    inside: HeadRows,
    left_out: HeadRows,
    start: HeadStart,
    scales: Sequence[float],
    options: HeadsConfig,
) -> dict[Strength, _Answers]:
    """Return how heads of every strength that learned from some rows answer the others."""
    answers = {}
    for scale in scales:
        problem = Problem.of(inside, start, scale)
        known: Solution | None = None
        # From the strongest pull to the weakest: each solution is near to the one before.
        for l2 in sorted(options.l2, reverse=True):
            known = minimise(problem, l2, options, known)
            logits = known.logits(left_out)
            losses = row_losses(logits, *label_tensors(left_out))
            answers[Strength(l2, scale)] = _Answers(losses.numpy(), logits.numpy())
    return answers


def _scales(options: HeadsConfig, start: HeadStart) -> list[float]:
    """Return the piece scales to choose from.

    An encoder was not trained for what its head does not know: such a head reads pieces in any
    case, if it may.
    """
    scales = sorted(options.piece_scales)
    return scales if any(start.known) else [scale for scale in scales if scale] or scales


def _best(losses: Mapping[Strength, NDArray[np.float32]]) -> Strength:
    """Return the strength of the smallest loss.

    Where pieces may be left out, they are read only if that is no chance: their loss is smaller by
    more than its standard error (the rule of Breiman and others: Classification and Regression
    Trees, 1984).
    """
    mean = {strength: float(values.mean()) for strength, values in losses.items()}
    best = min(mean, key=lambda strength: mean[strength])
    without = [strength for strength in mean if not strength.piece_scale]
    if not without:
        return best
    simple = min(without, key=lambda strength: mean[strength])
    gain = losses[simple] - losses[best]
    return best if gain.mean() > gain.std() / np.sqrt(len(gain)) else simple


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
