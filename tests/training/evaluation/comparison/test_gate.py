"""What `--no-worse-than` lets pass."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from mentionlens_training.evaluation.comparison.gate import apply_gate, gate_lines
from mentionlens_training.evaluation.comparison.schema import Comparison, GateFinding
from mentionlens_training.evaluation.predictions import RowPrediction
from versions import compared, sentiment

GOLD = "-" * 300 + "+" * 300


def lost(answers: int, rows: int = 600) -> Comparison:
    """Compare a perfect version with one that takes some negative mentions for positive ones."""
    gold = GOLD[300 - rows // 2 : 300 + rows // 2]
    return compared(sentiment(gold, gold), sentiment(gold, "+" * answers + gold[answers:]))


def found(findings: Sequence[GateFinding]) -> list[tuple[str | None, str]]:
    return [(item.lang, item.measure) for item in findings]


def test_a_loss_that_is_not_chance_fails() -> None:
    comparison = lost(30)  # 5 points
    gate = apply_gate(comparison, 1.0)
    assert not gate.passed
    assert found(gate.failures) == [
        (None, "macro-F1"),
        (None, "Brier score"),
        ("ro", "macro-F1"),
        ("ro", "Brier score"),
    ]
    assert gate.failures[2].loss == pytest.approx(0.05, abs=0.001)
    assert {item.task for item in gate.failures[2:]} == {"sentiment"}
    lines = list(gate_lines(gate))
    assert len(lines) == 4
    assert lines[2].startswith("fails: ro sentiment loses 5.0")
    assert lines[2].endswith("more than the 1 allowed")


def sure(probability: float, *, rows: int = 100) -> list[RowPrediction]:
    """Return nine right answers in ten, each given with the probability."""
    gold = "-+" * (rows // 2)
    given = "".join("+-"["-+".index(g)] if n % 10 == 0 else g for n, g in enumerate(gold))
    return sentiment(gold, given, sure=probability)


@pytest.mark.parametrize("probability", [0.6, 1.0])
def test_equal_answers_whose_probabilities_are_worse_fail(probability: float) -> None:
    comparison = compared(sure(0.9, rows=1000), sure(probability, rows=1000))
    (cell,) = comparison.cells
    assert (cell.verdict, cell.changed) == ("no difference shown", 0)
    gate = apply_gate(comparison, 0.5)
    assert found(gate.failures) == [(None, "Brier score"), ("ro", "Brier score")]
    (_, line) = gate_lines(gate)
    assert line.startswith("fails: ro sentiment has probabilities further from the truth, by ")
    assert apply_gate(comparison, 20.0).passed


def test_better_probabilities_pass() -> None:
    assert apply_gate(compared(sure(0.6), sure(0.9)), 0.0, strict=True).passed


def test_probabilities_that_are_worse_by_chance_are_undecided() -> None:
    # Of 60 rows six are wrong: too few to tell 0.9 from 0.98.
    comparison = compared(sure(0.9, rows=60), sure(0.98, rows=60))
    bound = 100 * comparison.cells[0].brier.difference - 0.01
    assert bound > 0
    gate = apply_gate(comparison, bound)
    assert found(gate.undecided) == [("ro", "Brier score")]
    assert found(apply_gate(comparison, bound, strict=True).failures) == [
        (None, "Brier score"),
        ("ro", "Brier score"),
    ]


def test_a_smaller_loss_passes() -> None:
    gate = apply_gate(lost(30), 6.0)
    assert gate.passed
    assert list(gate_lines(gate)) == ["passes: no loss of more than 6 points is shown"]


def test_a_loss_of_exactly_the_bound_passes() -> None:
    comparison = lost(30)
    exact = -100 * comparison.cells[0].macro_f1.difference
    assert apply_gate(comparison, exact, strict=True).passed
    assert not apply_gate(comparison, exact - 0.01, strict=True).passed


def unsure() -> Comparison:
    """Return a loss of some points in `ro` that may be chance, and a gain elsewhere."""
    gold = "-+" * 50
    turned = {"-": "+", "+": "-"}
    old = "".join(turned[g] if n < 20 else g for n, g in enumerate(gold))
    new = "".join(turned[g] if 10 <= n < 33 else g for n, g in enumerate(gold))
    gain = sentiment(gold, old, lang="bg"), sentiment(gold, gold, lang="bg")
    return compared(sentiment(gold, old) + gain[0], sentiment(gold, new) + gain[1])


def test_a_loss_that_may_be_chance_is_named_and_passes_unless_strict() -> None:
    comparison = unsure()
    gate = apply_gate(comparison, 1.0)
    assert gate.passed
    assert found(gate.undecided) == [("ro", "macro-F1"), ("ro", "Brier score")]
    assert next(gate_lines(gate)).startswith("undecided: ro sentiment loses 3.0")

    strict = apply_gate(comparison, 1.0, strict=True)
    assert not strict.passed
    assert found(strict.failures) == [("ro", "macro-F1"), ("ro", "Brier score")]
    assert strict.undecided == ()


def test_a_mean_that_loses_more_fails_though_no_cell_does() -> None:
    gold = "-+" * 50
    old = [row for lang in ("ro", "bg") for row in sentiment(gold, gold, lang=lang)]
    worse = "+-+-" + gold[4:]  # 4 points in each, of too few answers to tell
    new = [row for lang in ("ro", "bg") for row in sentiment(gold, worse, lang=lang)]
    gate = apply_gate(compared(old, new), 1.0)
    assert not gate.passed
    assert found(gate.failures)[0] == (None, "macro-F1")
    assert {item.lang for item in gate.undecided if item.measure == "macro-F1"} == {"ro", "bg"}
    assert next(gate_lines(gate)).startswith("fails: the mean over all counted cells loses 4.00")


def test_where_nothing_is_counted_nothing_passes() -> None:
    gate = apply_gate(lost(0, rows=20), 1.0)
    assert not gate.passed
    assert gate.failures == ()
    assert list(gate_lines(gate)) == [
        "fails: no language and task has 50 common rows of two or more labels, so nothing is shown"
    ]
