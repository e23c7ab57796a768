"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["markdown_table"]


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table; columns of numbers stand to the right."""
    body = [list(row) for row in rows]
    right = [all(isinstance(row[i], int | float) for row in body) for i in range(len(head))]
    rule = ["--:" if numbers and body else "---" for numbers in right]
    return [_line(head), _line(rule), *(_line([_cell(value) for value in row]) for row in body)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
