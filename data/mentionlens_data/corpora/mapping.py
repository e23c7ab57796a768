"""Apply a ledger entry's mapping to one row of its corpus."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mentionlens_data.corpora.aspects import ASPECTS, AspectTable
from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.fixes import apply_fixes
from mentionlens_data.corpora.rules import Condition
from mentionlens_data.hashing import unit_hash

__all__ = ["Dropped", "Mapped", "holds", "map_row"]

_compiled = lru_cache(maxsize=None)(re.compile)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row that teaches something.

    Attributes:
        text: the text after the corpus's fixes.
        full_text: the corpus's main text, where `text` is only a part of it; else the same.
        labels: task to label.
        excluded: task to labels that it surely does not have.
        weight: trust, in (0, 1].
    """

    text: str
    full_text: str
    labels: dict[str, str]
    excluded: dict[str, tuple[str, ...]]
    weight: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row that is left out, and why."""

    reason: str


def map_row(entry: LedgerEntry, raw: Mapping[str, Any], *, seed: int) -> Mapped | Dropped:
    """Turn one row of the corpus into text and labels, or into a reason to leave it out.

    Any JSON object is taken: a field of an unexpected type meets no condition, and opinions that
    are not what `[aspects]` says are a reason to leave the row out.
    """
    fields: Mapping[str, Any] = raw
    if entry.aspects is not None:
        try:
            fields = {**raw, ASPECTS: _aspect_answer(entry.aspects, raw)}
        except (LookupError, TypeError):
            return Dropped(f"malformed field {entry.aspects.field!r}")
    answers = _apply_rules(entry, fields)
    if isinstance(answers, Dropped):
        return answers
    full_text = apply_fixes(str(raw.get(entry.text.field) or ""), entry.text.fixes)
    text = _alternative(entry, raw, seed) or full_text
    if not text:
        return Dropped("empty text")
    return Mapped(text, full_text, *answers)


def holds(condition: Condition, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Say whether a JSON value meets a condition; an absent value meets none."""
    if value is None:
        return False
    if isinstance(condition, list):
        return value in condition
    if condition.matches is not None and not _compiled(condition.matches).search(str(value)):
        return False
    if condition.min is None and condition.max is None:
        return True
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return (condition.min is None or number >= condition.min) and (
        condition.max is None or number <= condition.max
    )


def _apply_rules(
    entry: LedgerEntry, fields: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]], float] | Dropped:
    """Return labels, excluded labels and weight, or why the row is left out."""
    labels: dict[str, str] = {}
    excluded: dict[str, tuple[str, ...]] = {}
    weight = entry.weight
    for rule in entry.rules:
        if not all(holds(condition, fields.get(name)) for name, condition in rule.when.items()):
            continue
        if rule.drop is not None:
            return Dropped(rule.drop)
        for task, label in rule.labels.items():
            answer = fields[ASPECTS] if label == ASPECTS else label
            if answer is not None:
                labels.setdefault(task, answer)
        for task, names in rule.excludes.items():
            excluded.setdefault(task, tuple(names))
        weight *= rule.weight or 1.0
    excluded = {task: names for task, names in excluded.items() if task not in labels}
    if not labels and not excluded:
        return Dropped("no rule labels it")
    return labels, excluded, round(weight, 6)


def _alternative(entry: LedgerEntry, raw: Mapping[str, Any], seed: int) -> str:
    other = entry.text.alternative
    if other is None or unit_hash("alternative", seed, entry.name, raw.get("id")) >= other.share:
        return ""
    return apply_fixes(str(raw.get(other.field) or ""), entry.text.fixes)


def _aspect_answer(table: AspectTable, raw: Mapping[str, Any]) -> str | None:
    specific: Counter[str] = Counter()
    general: Counter[str] = Counter()
    negative = positive = other = 0
    for category, polarity in _opinions(table, raw):
        if polarity in table.silent:
            continue
        if polarity in table.negative:
            negative += 1
            label, is_general = _category_label(table, category, raw)
            if label is not None:
                (general if is_general else specific)[label] += 1
        elif polarity in table.positive:
            positive += 1
        else:
            other += 1
    if negative:
        return _clear_winner(specific or general)
    return table.none if positive and not other else None


def _opinions(table: AspectTable, raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    found = raw.get(table.field) or []
    opinions: Any = found.items() if isinstance(found, dict) else found
    for opinion in opinions:
        yield str(opinion[table.category]), opinion[table.polarity]


def _category_label(
    table: AspectTable, category: str, raw: Mapping[str, Any]
) -> tuple[str | None, bool]:
    for item in table.types:
        if _compiled(item.pattern).search(category) and all(
            holds(condition, raw.get(name)) for name, condition in item.when.items()
        ):
            return item.label, item.general
    return None, False


def _clear_winner(votes: Counter[str]) -> str | None:
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]
