"""What people call columns, label values and languages, read from `synonyms.toml`."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from mentionlens_data.files.text import fold
from mentionlens_data.tasks import Task

__all__ = ["Scale", "Synonyms", "language_code", "synonyms"]


@dataclass(frozen=True)
class Scale:
    """Numbers that mean labels, if a column holds nothing else.

    Attributes:
        task: the task that they answer.
        what: name of the scale for people.
        needs: values of which one must occur.
        values: folded value to label.
    """

    task: str
    what: str
    needs: frozenset[str]
    values: Mapping[str, str]


@dataclass(frozen=True)
class Synonyms:
    """Folded names to ours; see `mentionlens_data.files.text.fold`.

    Attributes:
        columns: our field to the folded names of columns.
        values: our field to folded value to our value.
        scales: see `Scale`.
        languages: folded name or code to ISO 639-1 code.
        unknown: folded values that say that an answer is not known.
    """

    columns: Mapping[str, frozenset[str]]
    values: Mapping[str, Mapping[str, str]]
    scales: tuple[Scale, ...]
    languages: Mapping[str, str]
    unknown: frozenset[str]

    def column(self, field: str) -> frozenset[str]:
        """Return the folded names under which a column may hold `field`."""
        return self.columns.get(field, frozenset()) | {fold(field)}

    def labels(self, task: Task) -> dict[str, str]:
        """Return folded value to label for those of the task's labels that have synonyms."""
        known = self.values.get(task.name, {})
        found = {value: label for value, label in known.items() if label in task.labels}
        return found | {fold(label): label for label in task.labels}


@functools.cache
def synonyms() -> Synonyms:
    """Return the synonyms that mentionlens ships with."""
    text = (resources.files("mentionlens_data.files") / "synonyms.toml").read_text("utf-8")
    data = tomllib.loads(text)
    languages = {code: code for code in data["languages"]["codes"].split()}
    languages |= _inverted(data["languages"]["names"])
    return Synonyms(
        columns={field: frozenset(map(fold, names)) for field, names in data["columns"].items()},
        values={
            field: {fold(own): own for own in table} | _inverted(table)
            for field, table in data["values"].items()
        },
        scales=tuple(
            Scale(
                item["task"],
                item["what"],
                frozenset(map(fold, item["needs"])),
                {fold(value): label for value, label in item["values"].items()},
            )
            for item in data["scales"]
        ),
        languages=languages,
        unknown=frozenset(map(fold, data["unknown"])),
    )


def language_code(value: str) -> str | None:
    """Return the ISO 639-1 code of a code, a locale such as `pl-PL`, or a name; None if unknown."""
    known = synonyms().languages
    folded = fold(value)
    first = folded.split(" ", 1)[0]
    return known.get(folded) or (known.get(first) if len(first) in (2, 3) else None)


def _inverted(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {fold(name): own for own, names in table.items() for name in names}
