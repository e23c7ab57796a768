"""A comparison as Markdown; all figures but counts and p-values are in percent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mentionlens_training.evaluation.comparison.gate import gate_lines
from mentionlens_training.evaluation.comparison.schema import (
    CellComparison,
    ChangedMention,
    Comparison,
    Difference,
    MeanComparison,
    SideInfo,
)
from mentionlens_training.evaluation.comparison.wording import (
    changes_in_words,
    p_value,
    points,
    points_interval,
    summary,
)
from mentionlens_training.evaluation.markdown.formatting import (
    language_title,
    percent,
    safe,
    table,
)

__all__ = ["render_comparison"]

_MOST_BROKEN = 10
_MOST_CHARACTERS = 200
_FIGURES = (
    "language", "rows", "A", "B", "difference", "95 % interval", "accuracy", "ECE A", "ECE B",
    "Brier A", "Brier B", "probabilities", "fixed", "broken", "other", "McNemar p", "verdict",
)  # fmt: skip


def render_comparison(comparison: Comparison) -> str:
    """Return summary, means, one table per task, false alarms and the surest new mistakes."""
    blocks = [
        [f"# {safe(comparison.b.title)} against {safe(comparison.a.title)}"],
        [
            f"- A (old): {_side(comparison.a)}",
            f"- B (new): {_side(comparison.b)}",
            f"- {comparison.rows.common:,} common rows",
            *(f"- {safe(note)}" for note in comparison.notes),
        ],
        [f"- {safe(line)}" for line in summary(comparison)],
    ]
    if comparison.gate:
        blocks += [["## Gate"], [f"- {safe(line)}" for line in gate_lines(comparison.gate)]]
    if comparison.means:
        blocks += [["## Mean over counted cells"], list(_means(comparison.means))]
    for task in comparison.tasks:
        cells = [cell for cell in comparison.cells if cell.task == task]
        blocks += [[f"## {safe(task)}"], list(_cells(cells))]
    if alarms := list(_false_alarms(comparison.cells)):
        blocks += [["## False alarms"], alarms]
    broken = [item for item in comparison.changed if item.change == "broken"]
    if broken:
        blocks += [["## Right before, and now wrong: the surest"], list(_broken(broken))]
    least = comparison.settings.min_rows
    blocks.append(
        [
            "A is the old version, B the new one; a positive difference is a gain. Figures are "
            "macro-F1 over the labels that occur, in percent; differences are in points, with the "
            f"paired bootstrap's interval ({comparison.settings.resamples:,} resamples). Of the "
            "Brier score, how far probabilities are from the truth, less is better. In "
            f"brackets: fewer than {least} rows or one label only, not counted."
        ]
    )
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _side(side: SideInfo) -> str:
    given = f" ({safe(side.given)}, {side.kind})" if side.bundle else f" ({side.kind})"
    return f"{safe(side.title)}{given}"


def _means(means: Sequence[MeanComparison]) -> Iterator[str]:
    yield from table(
        (
            "over",
            "cells",
            "A",
            "B",
            "difference",
            "95 % interval",
            "accuracy",
            "Brier A",
            "Brier B",
            "probabilities",
            "verdict",
        ),
        (
            (
                safe(mean.task) if mean.task else "all",
                f"{mean.cells}",
                *_difference(mean.macro_f1),
                points(mean.accuracy.difference),
                *_brier(mean),
                mean.verdict,
            )
            for mean in means
        ),
        slice(1, -1),
    )


def _cells(cells: Sequence[CellComparison]) -> Iterator[str]:
    yield from table(
        _FIGURES,
        (
            (
                language_title(cell.lang) if cell.counted else f"({language_title(cell.lang)})",
                f"{cell.rows:,}",
                *_difference(cell.macro_f1),
                points(cell.accuracy.difference),
                percent(cell.ece_a),
                percent(cell.ece_b),
                *_brier(cell),
                f"{cell.fixed:,}",
                f"{cell.broken:,}",
                f"{cell.other:,}",
                p_value(cell.mcnemar_p),
                cell.verdict,
            )
            for cell in cells
        ),
        slice(1, -1),
    )


def _difference(found: Difference) -> tuple[str, ...]:
    return percent(found.a), percent(found.b), points(found.difference), points_interval(found)


def _brier(found: CellComparison | MeanComparison) -> tuple[str, ...]:
    return percent(found.brier.a), percent(found.brier.b), found.brier_verdict


def _false_alarms(cells: Sequence[CellComparison]) -> Iterator[str]:
    rows = [
        (
            language_title(cell.lang),
            safe(cell.task),
            f"{safe(found.a.slice)} given {safe(found.a.label)}",
            f"{found.a.rows:,}",
            f"{found.a.alarms:,} ({percent(found.a.share)})",
            f"{found.b.alarms:,} ({percent(found.b.share)})",
        )
        for cell in cells
        for found in cell.false_alarms
    ]
    if rows:
        yield from table(("language", "task", "mistake", "rows", "A", "B"), rows, slice(3, None))


def _broken(items: Sequence[ChangedMention]) -> Iterator[str]:
    yield from table(
        ("id", "language", "task", "right", "A", "B", "text"),
        (
            (
                safe(item.id),
                safe(item.lang),
                safe(item.task),
                safe(item.gold),
                *(safe(text) for text in changes_in_words(item)),
                safe(_shortened(item.text)) if item.text else "-",
            )
            for item in items[:_MOST_BROKEN]
        ),
        slice(0, 0),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
