"""Divide rows into train, validation and test so that nothing leaks.

The corpora's own parts stand. A part that a corpus lacks in a language is cut from its training
rows by a hash of their group, so that the cut is the same on every machine and translations and
duplicates move together. Then duplicates are kept once, contradictions leave the training part,
and every group is given to exactly one part: official test first, official validation next, then
what was cut. Rows of the same group in other parts are removed, across all corpora.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.hashing import text_hash, unit_hash
from mentionlens_data.preparation.grouping import Groups

__all__ = ["Candidate", "divide"]

Drops = Counter[tuple[str, str]]
"""(corpus, reason) to number of rows."""


@dataclass(slots=True)
class Candidate:
    """A mapped row that still has to find its part.

    Attributes:
        id: `<source>/<the set's own id>`.
        text: the mention.
        lang: ISO 639-1 code.
        source: corpus.
        labels: task to label.
        weight: trust.
        split: the part it came with; `divide` sets the part it ends in.
        duplicate: equal for rows that are the same mention.
        joins: keys it shares with the rows that must share its part.
        cut: what decides its part when a part is cut from training rows; empty: its group.
        official: the part is the corpus's own validation or test part.
        surplus: official, but above the cap: kept out of every part.
        group: name of its group, set by `divide`.
    """

    id: str
    text: str
    lang: str
    source: str
    labels: dict[str, str]
    weight: float
    split: str
    duplicate: str
    joins: tuple[str, ...]
    cut: str = ""
    official: bool = False
    surplus: bool = False
    group: str = ""


def divide(
    rows: Iterable[Candidate], plans: Mapping[str, SplitPlan], *, seed: int
) -> tuple[list[Candidate], Drops]:
    """Give every row its part, or leave it out.

    Args:
        rows: candidates of all corpora, in a fixed order.
        plans: corpus to its split plan.
        seed: another seed cuts other parts.

    Returns:
        The rows that stay, in the order of a hash of their id (never the corpora's order, which
        has been seen to give labels away), and the number of rows left out by corpus and reason.
    """
    drops: Drops = Counter()
    kept = list(rows)
    _name_groups(kept)
    kept = _without(kept, plans, drops)
    _propose(kept, plans, seed)
    kept = _drop_contradictions(kept, drops)
    kept = _drop_duplicates(kept, drops)
    kept = _one_part_per_group(kept, drops)
    kept = _count_out(kept, [not row.surplus for row in kept], "over the test cap", drops)
    kept.sort(key=lambda row: (unit_hash("order", seed, row.id), row.id))
    return kept, drops


def _name_groups(rows: list[Candidate]) -> None:
    groups = Groups()
    for row in rows:
        groups.join(row.joins)
    smallest: dict[object, str] = {}
    for row in rows:
        root = groups.find(row.joins[0])
        first = min(row.joins)
        if root not in smallest or first < smallest[root]:
            smallest[root] = first
    names = {root: text_hash(first) for root, first in smallest.items()}
    for row in rows:
        row.group = names[groups.find(row.joins[0])]


def _without(
    rows: list[Candidate], plans: Mapping[str, SplitPlan], drops: Drops
) -> list[Candidate]:
    wanted = {name for plan in plans.values() for name in plan.without}
    texts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.source in wanted:
            texts[row.source].add(row.duplicate)
    kept = []
    for row in rows:
        found = next((n for n in plans[row.source].without if row.duplicate in texts[n]), None)
        if found is None:
            kept.append(row)
        else:
            drops[row.source, f"its text is in {found}"] += 1
    return kept


def _propose(rows: list[Candidate], plans: Mapping[str, SplitPlan], seed: int) -> None:
    """Cut missing parts from training rows; thin out official parts that are over their cap."""
    sizes = Counter((row.source, row.lang, row.split) for row in rows)
    for row in rows:
        plan = plans[row.source]
        size = sizes[row.source, row.lang, row.split]
        if row.split == "train":
            has_test = sizes[row.source, row.lang, "test"] > 0
            has_validation = sizes[row.source, row.lang, "validation"] > 0
            test = 0.0 if has_test else min(plan.test_share, plan.max_test / size)
            validation = (
                0.0 if has_validation else min(plan.validation_share, plan.max_validation / size)
            )
            place = unit_hash("cut", seed, row.cut or row.group)
            row.split = (
                "test" if place < test else "validation" if place < test + validation else "train"
            )
        else:
            row.official = True
            cap = plan.max_test if row.split == "test" else plan.max_validation
            if unit_hash("cap", seed, row.group) >= cap / size:
                # Validation above the cap is good training material; test rows never are.
                row.official = row.surplus = row.split == "test"
                row.split = "test" if row.surplus else "train"


def _drop_contradictions(rows: list[Candidate], drops: Drops) -> list[Candidate]:
    """Leave out rows whose corpus answers one question about one text in two ways."""
    answers: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        for task, label in row.labels.items():
            answers[row.source, row.duplicate, task].add(label)
    clear = [
        row.official or all(len(answers[row.source, row.duplicate, t]) == 1 for t in row.labels)
        for row in rows
    ]
    return _count_out(rows, clear, "contradicted by its own corpus", drops)


def _drop_duplicates(rows: list[Candidate], drops: Drops) -> list[Candidate]:
    """Keep a mention once, unless a copy answers a question that the kept ones do not."""
    order = sorted(range(len(rows)), key=lambda i: (-_rank(rows[i]), -rows[i].weight, rows[i].id))
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    new = [False] * len(rows)
    for i in order:
        answers = rows[i].labels.items()
        new[i] = not answers <= seen[rows[i].duplicate]
        seen[rows[i].duplicate] |= answers
    return _count_out(rows, new, "duplicate", drops)


def _one_part_per_group(rows: list[Candidate], drops: Drops) -> list[Candidate]:
    best: dict[str, tuple[int, str]] = {}
    for row in rows:
        best[row.group] = max(best.get(row.group, (0, "train")), (_rank(row), row.split))
    kept = []
    for row in rows:
        part = best[row.group][1]
        if row.split == part:
            kept.append(row)
        else:
            drops[row.source, f"its group is in the {part} part"] += 1
    return kept


def _rank(row: Candidate) -> int:
    if row.split == "train":
        return 0
    return 1 + (row.split == "test") + 2 * row.official


def _count_out(
    rows: list[Candidate], keep: list[bool], reason: str, drops: Drops
) -> list[Candidate]:
    for row, stays in zip(rows, keep, strict=True):
        if not stays:
            drops[row.source, reason] += 1
    return [row for row, stays in zip(rows, keep, strict=True) if stays]
