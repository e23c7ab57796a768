"""The gate: may the new version replace the old one?

With a bound of p percentage points of macro-F1, the new version fails

- in a counted cell that loses more than p, where the loss is not chance: the paired interval of
  the difference lies below zero, and so many answers changed that this can be told (the verdict
  of the cell is `worse`);
- where the mean over all counted cells loses more than p.

A cell that loses more than p and may be chance is named as undecided and does not fail. Strictly
(`--strict`), the point estimate alone decides, and it fails, too. A loss of exactly p passes.
Without any counted cell nothing was shown, and the gate fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from mentionlens_training.evaluation.comparison.schema import (
    Comparison,
    Difference,
    Gate,
    GateFinding,
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
        if _loss(mean.macro_f1) > bound:
            failures.append(_finding(None, None, mean.macro_f1))
    counted = [cell for cell in comparison.cells if cell.counted]
    for cell in counted:
        if _loss(cell.macro_f1) > bound:
            fails = strict or cell.verdict == "worse"
            finding = _finding(cell.lang, cell.task, cell.macro_f1)
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


def _loss(difference: Difference) -> float:
    """Return the loss in points; differences have 4 decimals, so that 1.00 is not above 1."""
    return round(-100 * difference.difference, 2)


def _finding(lang: str | None, task: str | None, difference: Difference) -> GateFinding:
    return GateFinding(
        lang=lang,
        task=task,
        loss=-difference.difference,
        low=difference.low,
        high=difference.high,
    )


def _in_words(finding: GateFinding) -> str:
    where = f"{finding.lang} {finding.task}" if finding.lang else "the mean over all counted cells"
    interval = f"{points(finding.low)} to {points(finding.high)}"
    return f"{where} loses {100 * finding.loss:.2f} points of macro-F1 (95 % interval {interval})"


def _nothing_counted(comparison: Comparison) -> str:
    return (
        f"no language and task has {comparison.settings.min_rows} common rows of two or more "
        "labels, so nothing is shown"
    )
