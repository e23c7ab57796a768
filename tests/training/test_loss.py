from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from mentionlens_training.dataset import NO_LABEL
from mentionlens_training.loss import NOT_HELD, held_loss, multi_task_loss


def test_only_known_answers_count_and_weights_scale_them():
    logits = {"a": torch.tensor([[0.0, 0.0], [3.0, 0.0]]), "b": torch.zeros(2, 4)}
    labels = torch.tensor([[1, NO_LABEL], [NO_LABEL, 2]])
    loss = multi_task_loss(logits, labels, torch.tensor([1.0, 0.5]))
    assert loss.item() == pytest.approx((math.log(2) + 0.5 * math.log(4)) / 2)


def test_a_row_without_answers_has_no_gradient():
    logits = {"a": torch.zeros(2, 3, requires_grad=True)}
    loss = multi_task_loss(logits, torch.tensor([[NO_LABEL], [0]]), torch.ones(2))
    loss.backward()
    gradient = logits["a"].grad
    assert torch.equal(gradient[0], torch.zeros(3))
    assert gradient[1].abs().sum() > 0


def test_a_batch_without_any_answer_has_zero_loss():
    logits = {"a": torch.zeros(2, 3, requires_grad=True)}
    loss = multi_task_loss(logits, torch.full((2, 1), NO_LABEL), torch.ones(2))
    assert loss.item() == 0.0
    loss.backward()


def test_an_excluded_label_costs_the_probability_of_the_others():
    logits = {"a": torch.tensor([[2.0, 0.0]]), "b": torch.tensor([[1.0, 2.0, 3.0]])}
    labels = torch.tensor([[NO_LABEL, NO_LABEL]])
    excluded = torch.tensor([[False, False, True, False, False]])
    loss = multi_task_loss(logits, labels, torch.tensor([0.5]), excluded)
    e = [math.exp(x) for x in (1, 2, 3)]
    assert loss.item() == pytest.approx(-0.5 * math.log((e[1] + e[2]) / sum(e)))


def test_a_known_label_makes_exclusions_idle():
    logits = {"a": torch.tensor([[2.0, 0.0]], requires_grad=True)}
    known = torch.tensor([[1]])
    plain = multi_task_loss(logits, known, torch.ones(1))
    both = multi_task_loss(logits, known, torch.ones(1), torch.tensor([[True, False]]))
    assert both.item() == plain.item()
    both.backward()
    assert torch.isfinite(logits["a"].grad).all()


def test_all_labels_but_one_excluded_is_that_label():
    logits = {"a": torch.tensor([[2.0, 0.0, 1.0]])}
    unknown = multi_task_loss(
        logits, torch.tensor([[NO_LABEL]]), torch.ones(1), torch.tensor([[True, True, False]])
    )
    known = multi_task_loss(logits, torch.tensor([[2]]), torch.ones(1))
    assert unknown.item() == pytest.approx(known.item())


def test_held_answers_cost_their_cross_entropy_and_what_is_let_go_nothing() -> None:
    logits = {
        "first": torch.tensor([[1.0, 0.0, 5.0], [0.0, 2.0, 5.0]], requires_grad=True),
        "second": torch.tensor([[3.0, 1.0], [0.5, 0.5]], requires_grad=True),
    }
    # The third label of the first task is new; the second task is held for the first row alone.
    held = torch.tensor(
        [[0.25, 0.75, NOT_HELD, 1.0, 0.0], [1.0, 0.0, NOT_HELD, NOT_HELD, NOT_HELD]]
    )
    loss = held_loss(logits, held)
    first = torch.log_softmax(torch.tensor([[1.0, 0.0], [0.0, 2.0]]), dim=1)
    second = torch.log_softmax(torch.tensor([3.0, 1.0]), dim=0)
    expected = -(0.25 * first[0, 0] + 0.75 * first[0, 1] + first[1, 0] + second[0]) / 2
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert torch.isfinite(logits["first"].grad).all()
    assert not logits["first"].grad[:, 2].any()
    assert not logits["second"].grad[1].any()
