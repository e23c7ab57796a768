"""The gate: may the new version replace the old one?

It looks at macro-F1, whether the answers are right, and at the Brier score, whether their
probabilities are. With a bound of p percentage points, the new version fails

- in a counted cell that loses more than p of either, where the loss is not chance: the paired
  interval of the difference lies on the wrong side of zero, and for macro-F1 so many answers
  changed that this can be told (the cell's verdict on the measure is `worse`);
- where the mean over all counted cells loses more than p of either.

A cell that loses more than p and may be chance is named as undecided and does not fail. Strictly
(`--strict`), the point estimate alone decides, and it fails, too. A loss of exactly p passes.
Without any counted cell nothing was shown, and the gate fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from mentionlens_training.evaluation.comparison.schema import (
    CellComparison,
    Comparison,
    Difference,
    Gate,
    GateFinding,
    MeanComparison,
    Measure,
    Verdict,
)
from mentionlens_training.evaluation.comparison.wording import points

__all__ = ["apply_gate", "gate_lines"]


def apply_gate(comparison: Comparison, bound: float, *, strict: bool = False) -> Gate:
    """Return what the gate finds.

    Args:
        comparison: of the old and the new version.
        bound: loss of macro-F1 that is allowed, in percentage points.
        strict: the point estimate of each cell alone decides.
    """
    failures: list[GateFinding] = []
    undecided: list[GateFinding] = []
    for mean in (mean for mean in comparison.means if mean.task is None):
        for measure, found, _ in _measured(mean):
            if _loss(measure, found) > bound:
                failures.append(_finding(None, None, measure, found))
    counted = [cell for cell in comparison.cells if cell.counted]
    for cell in counted:
        for measure, found, verdict in _measured(cell):
            if _loss(measure, found) > bound:
                fails = strict or verdict == "worse"
                finding = _finding(cell.lang, cell.task, measure, found)
                (failures if fails else undecided).append(finding)
    reason = None if counted else _nothing_counted(comparison)
    return Gate(
        points=bound,
        strict=strict,
        passed=bool(counted) and not failures,
        failures=tuple(failures),
        undecided=tuple(undecided),
        reason=reason,
    )


def gate_lines(gate: Gate) -> Iterator[str]:
    """Yield the outcome in words, one line a finding."""
    if gate.reason:
        yield f"fails: {gate.reason}"
    for finding in gate.failures:
        yield f"fails: {_in_words(finding)}, more than the {gate.points:g} allowed"
    for finding in gate.undecided:
        yield (
            f"undecided: {_in_words(finding)}, more than the {gate.points:g} allowed, "
            "but it may be chance"
        )
    if gate.passed:
        yield f"passes: no loss of more than {gate.points:g} points is shown"


def _measured(
    found: CellComparison | MeanComparison,
) -> Iterator[tuple[Measure, Difference, Verdict]]:
    yield "macro-F1", found.macro_f1, found.verdict
    yield "Brier score", found.brier, found.brier_verdict


def _loss(measure: Measure, difference: Difference) -> float:
    """Return the loss in points; differences have 4 decimals, so that 1.00 is not above 1."""
    gain = difference.difference if measure == "macro-F1" else -difference.difference
    return round(-100 * gain, 2)


def _finding(
    lang: str | None, task: str | None, measure: Measure, difference: Difference
) -> GateFinding:
    return GateFinding(
        measure=measure,
        lang=lang,
        task=task,
        loss=_loss(measure, difference) / 100,
        low=difference.low,
        high=difference.high,
    )


def _in_words(finding: GateFinding) -> str:
    where = f"{finding.lang} {finding.task}" if finding.lang else "the mean over all counted cells"
    loss = f"{100 * finding.loss:.2f} points"
    # More of the Brier score is worse, which a reader of signs would not expect.
    what = (
        f"loses {loss} of macro-F1"
        if finding.measure == "macro-F1"
        else f"has probabilities further from the truth, by {loss} of the Brier score"
    )
    return f"{where} {what} (95 % interval {points(finding.low)} to {points(finding.high)})"


def _nothing_counted(comparison: Comparison) -> str:
    return (
        f"no language and task has {comparison.settings.min_rows} common rows of two or more "
        "labels, so nothing is shown"
    )
