"""Figures, names and tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mentionlens_data.languages import language_name
from mentionlens_data.rendering import fit_text, markdown_text
from mentionlens_data.tables import markdown_table

from mentionlens_training.evaluation.schema import Estimate

__all__ = [
    "DASH",
    "interval",
    "language_title",
    "mean_percent",
    "percent",
    "safe",
    "table",
    "with_interval",
]

DASH = "-"
"""What was not measured."""

# What may begin markup inside a line. Underscores inside a word and a colon before a space are
# only themselves: names such as `angry_genuine` and the notes stay readable in the source.
_RISKY = re.compile(r"[\\`*\[\]{}<>|&~#@$]|(?<!\w)_|_(?!\w)|:(?! )|www\.", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[\w./%?=:&+~-]+")


def percent(value: float | Estimate | None) -> str:
    """Write a share in percent, and what was not measured as a dash."""
    if isinstance(value, Estimate):
        value = value.value
    return DASH if value is None else f"{100 * value:.1f}"


def mean_percent(values: Sequence[float]) -> str:
    """Write the mean of shares in percent; of none, a dash."""
    return percent(sum(values) / len(values) if values else None)


def interval(estimate: Estimate | None) -> str:
    """Write the interval of a figure in percent."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return DASH
    return f"{percent(estimate.low)}–{percent(estimate.high)}"


def with_interval(estimate: Estimate | None) -> str:
    """Write a figure in percent, and its interval behind it."""
    span = interval(estimate)
    return percent(estimate) if span == DASH else f"{percent(estimate)} ({span})"


def language_title(lang: str) -> str:
    """Write a language as `Romanian (ro)`; a code without a name stays alone."""
    name = language_name(lang)
    return safe(lang) if name == lang else f"{name} ({lang})"


def safe(text: str) -> str:
    """Return text from a file as one line in which nothing is markup; an address is a link."""
    line = " ".join(fit_text(text).split())
    if _ADDRESS.fullmatch(line):
        return f"<{line}>"
    return markdown_text(line) if _RISKY.search(line) else line


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], figures: slice = slice(1, None)
) -> list[str]:
    """Return the lines of a table, without the columns that nothing was measured for.

    Args:
        head: names of the columns.
        rows: cells; what was not measured is a dash.
        figures: columns that hold figures, which stand right.
    """
    body = [list(row) for row in rows]
    kept = [i for i in range(len(head)) if i == 0 or any(row[i] != DASH for row in body)]
    lines = markdown_table([head[i] for i in kept], [[row[i] for i in kept] for row in body])
    right = range(*figures.indices(len(head)))
    lines[1] = f"|{'|'.join('--:' if i in right else '---' for i in kept)}|"
    return lines
