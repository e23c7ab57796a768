"""How pages and tables of a comparison speak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mentionlens_training.evaluation.comparison.schema import (
    ChangedMention,
    Comparison,
    Difference,
    MeanComparison,
    Verdict,
)

__all__ = [
    "STYLES",
    "SYMBOLS",
    "changes_in_words",
    "p_value",
    "points",
    "points_interval",
    "summary",
]

SYMBOLS: dict[Verdict, str] = {
    "better": "▲",
    "worse": "▼",
    "no difference shown": "≈",
    "not counted": "·",
}
"""Verdicts for those who see no colours."""

STYLES: dict[Verdict, str] = {
    "better": "better",
    "worse": "worse",
    "no difference shown": "even",
    "not counted": "uncounted",
}
"""Their classes in the page's style."""


def points(difference: float) -> str:
    """Write a difference in percentage points, with its sign; two decimals, as gates need them."""
    value = round(100 * difference, 2)
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{abs(value):.2f}"


def points_interval(found: Difference) -> str:
    """Write the interval of a difference in percentage points."""
    return f"{points(found.low)} to {points(found.high)}"


def p_value(value: float) -> str:
    """Write a p-value; a small one as a bound."""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def changes_in_words(item: ChangedMention) -> tuple[str, str]:
    """Write the answers of both versions with their probabilities."""
    return f"{item.a} {100 * item.a_score:.0f} %", f"{item.b} {100 * item.b_score:.0f} %"


def summary(comparison: Comparison) -> Iterator[str]:
    """Say in a few sentences whether the new version is better."""
    whole = next((mean for mean in comparison.means if mean.task is None), None)
    if whole is None:
        yield (
            f"No language and task has {comparison.settings.min_rows} common rows of two or more "
            "labels: nothing can be said."
        )
    else:
        yield _of_the_mean(whole)
        counted = [cell for cell in comparison.cells if cell.counted]
        for verdict in ("better", "worse"):
            names = [f"{cell.lang} {cell.task}" for cell in counted if cell.verdict == verdict]
            yield f"{verdict.capitalize()} in {_listed(names, len(counted))}"
        for verdict in ("better", "worse"):
            names = [
                f"{cell.lang} {cell.task}" for cell in counted if cell.brier_verdict == verdict
            ]
            if names:
                yield f"Probabilities are {verdict} in {_listed(names, len(counted))}"
    fixed = sum(cell.fixed for cell in comparison.cells)
    broken = sum(cell.broken for cell in comparison.cells)
    other = sum(cell.other for cell in comparison.cells)
    yield (
        f"{fixed + broken + other:,} answers changed: {fixed:,} fixed, {broken:,} broken, "
        f"{other:,} wrong in another way."
    )


def _listed(names: Sequence[str], cells: int) -> str:
    return f"{len(names)} of {cells} cells" + (f": {', '.join(names)}." if names else ".")


def _of_the_mean(mean: MeanComparison) -> str:
    found = mean.macro_f1
    words = {
        "better": "B is better than A on average",
        "worse": "B is worse than A on average",
    }.get(mean.verdict, "No difference on average is shown")
    return (
        f"{words}: {points(found.difference)} points of macro-F1 over {mean.cells} counted cells "
        f"(95 % interval {points_interval(found)})."
    )
