"""Counts that describe a set of labelled mentions, by language; collected row by row."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mentionlens_data.quality.conflicts import Agreement
from mentionlens_data.quality.language_check import LanguageAgreement, detect_language
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.text_traits import (
    SCRIPTS,
    has_emoji,
    lacks_diacritics,
    prose,
    script_of,
)

__all__ = ["LanguageStatistics", "Statistics", "collect_statistics", "quantile"]

_LONGEST = 100_000
"""Longer texts count as so long: the table of lengths stays small."""


@dataclass
class LanguageStatistics:
    """The rows of one language.

    Attributes:
        sources: corpus to split to number of rows.
        labels: task to label to split to number of rows.
        lengths: number of characters to number of rows.
        scripts: one of `SCRIPTS` to number of rows.
        emoji: rows with an emoji.
        with_diacritics: rows that could lack diacritics and do not.
        without_diacritics: rows that could have diacritics and have none.
        agreement: declared against detected language.
    """

    sources: dict[str, dict[str, int]] = field(default_factory=dict)
    labels: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    scripts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SCRIPTS, 0))
    emoji: int = 0
    with_diacritics: int = 0
    without_diacritics: int = 0
    agreement: LanguageAgreement = field(default_factory=LanguageAgreement)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(self.lengths.values())

    @property
    def splits(self) -> dict[str, int]:
        """Split to number of rows."""
        return {s: sum(found[s] for found in self.sources.values()) for s in SPLITS}

    def add(self, row: LabelledMention) -> None:
        """Count one row."""
        self.sources.setdefault(row.source, dict.fromkeys(SPLITS, 0))[row.split] += 1
        for task, label in row.labels.items():
            by_label = self.labels.setdefault(task, {})
            by_label.setdefault(label, dict.fromkeys(SPLITS, 0))[row.split] += 1
        length = min(len(row.text), _LONGEST)
        self.lengths[length] = self.lengths.get(length, 0) + 1
        words = prose(row.text)
        self.scripts[script_of(words)] += 1
        self.emoji += has_emoji(row.text)
        lacking = lacks_diacritics(words, row.lang)
        self.without_diacritics += lacking is True
        self.with_diacritics += lacking is False
        self.agreement.add(row.lang, detect_language(row.text))


@dataclass
class Statistics:
    """A whole set.

    Attributes:
        tasks: task to its labels in their order.
        languages: ISO 639-1 code to its counts, the language with most rows first.
        conflicts: how corpora answer about the texts that they share; filled by the caller from
            `find_conflicts`, which needs more memory than the rest.
    """

    tasks: Mapping[str, tuple[str, ...]]
    languages: dict[str, LanguageStatistics] = field(default_factory=dict)
    conflicts: tuple[Agreement, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(language.rows for language in self.languages.values())

    @property
    def splits(self) -> dict[str, int]:
        """Split to number of rows."""
        return {s: sum(found.splits[s] for found in self.languages.values()) for s in SPLITS}

    def to_dict(self) -> dict[str, Any]:
        """Return the counts, JSON-ready."""
        return dataclasses.asdict(self)


def collect_statistics(
    rows: Iterable[LabelledMention], tasks: Mapping[str, tuple[str, ...]]
) -> Statistics:
    """Count rows, keeping none of them.

    Args:
        rows: read once.
        tasks: task to its labels in their order.
    """
    found: dict[str, LanguageStatistics] = {}
    for row in rows:
        found.setdefault(row.lang, LanguageStatistics()).add(row)
    return Statistics(tasks, dict(sorted(found.items(), key=lambda item: (-item[1].rows, item[0]))))


def quantile(counts: Mapping[int, int], share: float) -> int:
    """Return the smallest value that at least the given share of all counted ones do not exceed."""
    left = share * sum(counts.values())
    value = 0
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            break
    return value
