"""The steps of an alias as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mentionlens_training.promotion.steps import Step

__all__ = ["history_lines"]

_HEAD = ("step", "when (UTC)", "what", "version", "before", "rows", "macro-F1", "data", "why")


def history_lines(steps: Sequence[Step]) -> Iterator[str]:
    """Yield the lines of a table, its head first; macro-F1 is champion > challenger, in percent."""
    rows = [_HEAD, *map(_cells, steps)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _cells(step: Step) -> tuple[str, ...]:
    figures = step.figures
    means = "-"
    if figures is not None and figures.champion is not None and figures.challenger is not None:
        means = f"{100 * figures.champion:.2f} > {100 * figures.challenger:.2f}"
    return (
        str(step.number),
        step.at.removesuffix("+00:00").replace("T", " "),
        step.action if step.state == "done" else f"{step.action} (not finished)",
        str(step.version),
        "-" if step.before is None else str(step.before),
        "-" if figures is None else str(figures.rows),
        means,
        "-" if figures is None else figures.data[:8],
        "; ".join(step.reasons),
    )
