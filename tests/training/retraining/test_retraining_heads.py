"""Heads on fixed features: new labels are learned, and few rows move little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mentionlens_training.config import HeadsConfig
from mentionlens_training.dataset import NO_LABEL
from mentionlens_training.model import Head
from mentionlens_training.pieces import bag_of_pieces
from mentionlens_training.retraining.head_rows import HeadRows, HeadStart
from mentionlens_training.retraining.heads import FittedHead, fit_head

SIZE = 8
OPTIONS = HeadsConfig(l2=[0.1, 1.0, 10.0, 1000.0])


def made_rows(count: int, labels: int = 3, *, noise: float = 0.3, seed: int = 0) -> HeadRows:
    rng = np.random.default_rng(seed)
    ids = np.arange(count) % labels
    middles = np.eye(labels, SIZE)
    return HeadRows(
        (middles[ids] + noise * rng.standard_normal((count, SIZE))).astype(np.float32),
        ids.astype(np.int64),
        np.zeros((count, labels), bool),
        np.ones(count, np.float32),
        np.zeros(count, bool),
        [f"g{i}" for i in range(count)],
    )


def nowhere(labels: int = 3) -> HeadStart:
    return HeadStart(torch.zeros(labels, SIZE), torch.zeros(labels))


def accuracy(rows: HeadRows, weight: torch.Tensor, bias: torch.Tensor) -> float:
    given = (rows.features @ weight.numpy().T + bias.numpy()).argmax(axis=1)
    return float((given == rows.labels).mean())


def test_a_head_learns_labels_that_it_never_had() -> None:
    head = fit_head(made_rows(300), nowhere(), OPTIONS, seed=1)
    assert accuracy(made_rows(300, seed=9), head.weight, head.bias) > 0.95
    # Every labelled row was answered once by a head that had not seen it.
    assert sorted(head.held_out) == list(range(300))
    assert head.held_out_logits.shape == (300, 3)


def test_rows_without_a_signal_leave_the_head_near_where_it_starts() -> None:
    rows = made_rows(60, noise=0.0)
    shuffled = HeadRows(
        np.random.default_rng(3).standard_normal((60, SIZE)).astype(np.float32),
        rows.labels, rows.excluded, rows.weight, rows.rehearsed, rows.groups,
    )  # fmt: skip
    head = fit_head(shuffled, nowhere(), OPTIONS, seed=1)
    assert head.strength.l2 == 1000.0
    assert float(head.weight.abs().max()) < 0.1


def test_too_few_rows_to_choose_by_take_the_strongest_pull() -> None:
    head = fit_head(made_rows(9), nowhere(), OPTIONS, seed=1)
    assert head.strength.l2 == 1000.0
    assert head.losses == {}
    assert len(head.held_out) == 0


def test_equal_rows_and_seeds_give_equal_heads() -> None:
    first, second = (fit_head(made_rows(90), nowhere(), OPTIONS, seed=4) for _ in range(2))
    assert torch.equal(first.weight, second.weight)
    assert torch.equal(first.bias, second.bias)


def test_what_a_row_is_not_teaches_too() -> None:
    rows = made_rows(300)
    # The rows of label 0 say only that they are neither 1 nor 2.
    zero = rows.labels == 0
    excluded = rows.excluded.copy()
    excluded[zero, 1:] = True
    partly = HeadRows(
        rows.features,
        np.where(zero, NO_LABEL, rows.labels),
        excluded,
        rows.weight,
        rows.rehearsed,
        rows.groups,
    )
    head = fit_head(partly, nowhere(), OPTIONS, seed=1)
    assert accuracy(made_rows(300, seed=9), head.weight, head.bias) > 0.95
    assert sorted(head.held_out) == [i for i in range(300) if not zero[i]]


def test_rare_labels_weigh_more_than_their_rows() -> None:
    rows = made_rows(400, labels=2, noise=0.9)
    kept = np.flatnonzero((rows.labels == 0) | (np.arange(400) % 20 == 1))
    rare = rows.take(kept)
    test = made_rows(400, labels=2, noise=0.9, seed=5)

    def recall(exponent: float) -> float:
        options = HeadsConfig(l2=[1.0], class_weight_exponent=exponent)
        head = fit_head(rare, nowhere(2), options, seed=1)
        given = (test.features @ head.weight.numpy().T + head.bias.numpy()).argmax(axis=1)
        return float((given[test.labels == 1] == 1).mean())

    assert recall(1.0) > recall(0.5) > recall(0.0)


def test_groups_are_not_divided_by_the_folds() -> None:
    rows = made_rows(60)
    together = replace(rows, groups=["one"] * 60)
    # All rows in one group leave nothing to be measured on.
    assert fit_head(together, nowhere(), OPTIONS, seed=1).losses == {}


def test_answers_to_rehearsed_rows_are_held_and_a_new_label_is_learned_all_the_same() -> None:
    # The old head reads the third direction. One's own rows differ in the first one, which it knows
    # nothing of, and point the other way in the third.
    start = replace(nowhere(), known=[True, True, False])
    start.weight[0, 2], start.weight[1, 2] = 2.0, -2.0

    def mentions(count: int, *, own: bool, seed: int, clear: float = 0.5) -> HeadRows:
        rows = made_rows(count, seed=seed)
        labels = rows.labels if own else rows.labels % 2
        features = 0.3 * np.random.default_rng(seed).standard_normal((count, SIZE))
        if own:
            features[:, 0] += np.array([2.0, -2.0, 0.0])[labels]
            features[:, 1] += np.array([0.0, 0.0, 2.0])[labels]
            features[:, 2] += np.array([-1.0, 1.0, 0.0])[labels]
        else:
            features[:, 0] = 0.0
            features[:, 2] += np.array([clear, -clear])[labels]
        return replace(
            rows,
            features=features.astype(np.float32),
            labels=labels,
            rehearsed=np.full(count, not own),
        )

    # What it was trained on it answers without a doubt.
    own, known = mentions(300, own=True, seed=3), mentions(60, own=False, seed=4, clear=2.0)
    together = HeadRows(
        *(np.concatenate([getattr(own, name), getattr(known, name)])
          for name in ("features", "labels", "excluded", "weight", "rehearsed")),
        groups=[f"g{i}" for i in range(360)],
    )  # fmt: skip
    unseen, later = mentions(300, own=False, seed=5), mentions(300, own=True, seed=6)
    before = torch.from_numpy(unseen.features) @ start.weight.T + start.bias

    def fitted(hold: float) -> tuple[float, float]:
        options = HeadsConfig(l2=[1.0], hold=hold)
        head = fit_head(together, start, options, seed=1)
        after = torch.from_numpy(unseen.features) @ head.weight.T + head.bias
        moved = (after[:, :2].softmax(1) - before[:, :2].softmax(1)).abs().mean()
        return float(moved), accuracy(later, head.weight, head.bias)

    (free_moved, free), (held_moved, held) = fitted(0.0), fitted(3.0)
    assert held_moved < 0.7 * free_moved
    assert held > free - 0.02


VOCABULARY = 40
INFORMATION = np.concatenate([np.zeros(4), np.full(VOCABULARY - 4, 3.0)]).astype(np.float32)
LOUD = HeadsConfig(l2=[0.1, 1.0, 10.0, 1000.0], piece_scales=[0.0, 1.0, 16.0])


def worded_rows(count: int, *, seed: int = 0, telling: bool = True) -> HeadRows:
    """Return rows of features that say nothing; each label has three words of its own."""
    rng = np.random.default_rng(seed)
    rows = made_rows(count, seed=seed)
    windows = []
    for label in rows.labels:
        words = rng.integers(20, VOCABULARY, 6)
        if telling:
            words[0] = 4 + 3 * label + rng.integers(3)
        windows.append([0, *words, 2])
    return replace(
        rows,
        features=rng.standard_normal((count, SIZE)).astype(np.float32),
        pieces=bag_of_pieces(windows, VOCABULARY),
    )


def right(rows: HeadRows, head: FittedHead) -> float:
    model = Head(SIZE, 3)
    model.put(head.weight, head.bias, head.pieces)
    with torch.inference_mode():
        given = model.answer_bags(torch.from_numpy(rows.features), rows.pieces).argmax(1)
    return float((given.numpy() == rows.labels).mean())


def test_pieces_are_read_where_the_features_do_not_tell() -> None:
    start = replace(nowhere(), information=INFORMATION)
    head = fit_head(worded_rows(150), start, LOUD, seed=1)
    assert head.strength.piece_scale > 0
    assert right(worded_rows(300, seed=9), head) > 0.9
    # Special pieces tell nothing, and neither does what no row has.
    assert head.pieces is not None
    assert not head.pieces[:4].any()
    silent = fit_head(worded_rows(150), start, OPTIONS, seed=1)
    assert silent.pieces is None
    assert right(worded_rows(300, seed=9), silent) < 0.5


def test_a_head_that_knows_its_task_leaves_pieces_out_where_they_do_not_tell() -> None:
    start = replace(nowhere(), information=INFORMATION, known=[True] * 3)
    rows = worded_rows(300, telling=False)
    told = replace(rows, features=made_rows(300).features)
    head = fit_head(told, start, LOUD, seed=1)
    assert (head.strength.piece_scale, head.pieces) == (0.0, None)
    # One that knows nothing reads them in any case: the encoder may have forgotten what they say.
    new = fit_head(worded_rows(9), replace(start, known=()), LOUD, seed=1)
    assert new.strength.piece_scale == 1.0


def test_what_a_head_knew_of_pieces_stays_where_rows_say_nothing_of_them() -> None:
    start = replace(nowhere(), information=INFORMATION)
    first = fit_head(worded_rows(150), start, LOUD, seed=1)
    again = replace(
        start, weight=first.weight, bias=first.bias, pieces=first.pieces, known=[True] * 3
    )
    # Other rows, without a word of the old ones.
    others = replace(made_rows(150), pieces=bag_of_pieces([[0, 5, 2]] * 150, VOCABULARY))
    for options in (OPTIONS, LOUD):
        head = fit_head(others, again, options, seed=1)
        assert head.pieces is not None
        assert first.pieces is not None
        assert torch.equal(head.pieces[6:], first.pieces[6:])
    # And what it says without being taught anything is what it said.
    strong = fit_head(worded_rows(9), again, OPTIONS, seed=1)
    assert right(worded_rows(300, seed=9), strong) == pytest.approx(
        right(worded_rows(300, seed=9), first), abs=0.05
    )
