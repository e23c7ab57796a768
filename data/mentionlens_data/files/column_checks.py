"""Whether a column holds what its name promises, and whether the names are names at all."""

from __future__ import annotations

from collections.abc import Sequence

from mentionlens_data.files.columns import ColumnView
from mentionlens_data.files.synonyms import language_code, synonyms
from mentionlens_data.files.text import fold
from mentionlens_data.tasks import Task

__all__ = ["SENTENCE_WORDS", "header_questions", "suits"]

SENTENCE_WORDS = 3.0
"""Texts have at least so many words on average."""


def header_questions(columns: Sequence[str], tasks: Sequence[Task]) -> list[str]:
    """Ask whether names of which none is known are names at all."""
    if "" in columns or len(set(columns)) < len(columns):
        return [
            "Names of columns are empty or stand twice. Does the file begin with a title? Then "
            "delete the lines above the names."
        ]
    labels = {value for task in tasks for value in synonyms().labels(task)}
    if any(fold(name) in labels or len(name.split()) > SENTENCE_WORDS for name in columns):
        return [
            "The first row looks like data, not like names of columns. If so: `--no-header` here, "
            "`header = false` in the mapping."
        ]
    return []


def suits(name: str, view: ColumnView) -> bool:
    """Return whether a column that is called like a field holds what the field may hold."""
    if name == "lang":
        return sum(n for v, n in view.values.items() if language_code(v)) * 2 >= view.filled
    if name == "split":
        known = synonyms().values["split"]
        return sum(n for v, n in view.values.items() if fold(v) in known) * 2 >= view.filled
    if name == "weight":
        return fold(view.name) == "weight" or all(_is_weight(text) for text in view.examples)
    if name == "slices":
        # Slices have names; numbers may count anything.
        return any(map(str.isalpha, "".join(view.examples)))
    if name == "id":
        return fold(view.name) == "id" or view.distinct * 2 >= view.filled
    return True


def _is_weight(text: str) -> bool:
    try:
        return 0 < float(text.replace(",", ".")) <= 1
    except ValueError:
        return False
