"""What the columns of a file hold, from its first rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["ColumnView", "as_text", "view_columns"]

_MOST_VALUES = 60
_EXAMPLES = 3


@dataclass(frozen=True)
class ColumnView:
    """One column.

    Attributes:
        name: as the file calls it.
        rows: rows that were looked at.
        filled: how many of them have a value that is not blank.
        distinct: number of different values.
        examples: the first different values.
        values: every value as a string with its number, the most common first; empty where there
            are too many of them to be labels.
        mean_words: mean number of words of the filled values.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    examples: tuple[str, ...]
    values: Mapping[str, int]
    mean_words: float


def view_columns(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> tuple[ColumnView, ...]:
    """Look at every column over some rows."""
    return tuple(_view(name, rows) for name in columns)


def _view(name: str, rows: Sequence[Mapping[str, Any]]) -> ColumnView:
    found = [text for row in rows if (text := as_text(row.get(name)).strip())]
    counts = Counter(found)
    few = len(counts) <= _MOST_VALUES
    return ColumnView(
        name=name,
        rows=len(rows),
        filled=len(found),
        distinct=len(counts),
        examples=tuple(list(counts)[:_EXAMPLES]),
        values=dict(counts.most_common()) if few else {},
        mean_words=sum(len(text.split()) for text in found) / max(1, len(found)),
    )


def as_text(value: object) -> str:
    """Return a value as it is shown and mapped; `true` and `false` as in JSON."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
