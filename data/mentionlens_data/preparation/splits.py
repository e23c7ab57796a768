"""Divide rows into train, validation and test so that nothing leaks.

The sources' own parts stand; parts that a source lacks are cut from its training rows. Then
duplicates are kept once, contradictions leave the training part, and every group is given to
exactly one part: official test first, official validation next, then what was cut. Rows of the
same group in other parts are removed, across all sources, and every removal says what caused it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.hashing import text_hash, unit_hash
from mentionlens_data.preparation.candidates import Candidate, Removal
from mentionlens_data.preparation.cutting import propose_parts
from mentionlens_data.preparation.grouping import Groups
from mentionlens_data.preparation.ties import Ties

__all__ = ["divide"]


def divide(
    rows: Iterable[Candidate],
    plans: Mapping[str, SplitPlan],
    *,
    seed: int,
    alike: Sequence[tuple[str, str]] = (),
    trained_on: frozenset[str] = frozenset(),
) -> tuple[list[Candidate], list[Removal]]:
    """Give every row its part, or leave it out.

    Args:
        rows: candidates of all sources, in a fixed order.
        plans: source to its split plan.
        seed: another seed cuts other parts.
        alike: pairs of join keys of near-duplicate texts.
        trained_on: ids of rows that no part may be cut from, nor from their groups.

    Returns:
        The rows that stay, in the order of a hash of their id (never the source's order, which
        has been seen to give labels away), and a record of every row that was left out.
    """
    removed: list[Removal] = []
    everything = list(rows)
    _name_groups(everything, alike)
    kept = _without(everything, plans, removed)
    propose_parts(kept, plans, seed=seed, trained_on=trained_on)
    kept = _drop_contradictions(kept, removed)
    kept = _drop_duplicates(kept, removed)
    kept = _one_part_per_group(kept, everything, alike, removed)
    removed += [Removal(row.id, row.source, "over the test cap") for row in kept if row.surplus]
    kept = [row for row in kept if not row.surplus]
    kept.sort(key=lambda row: (unit_hash("order", seed, row.id), row.id))
    return kept, removed


def _name_groups(rows: list[Candidate], alike: Sequence[tuple[str, str]]) -> None:
    groups = Groups()
    for row in rows:
        groups.join(row.joins)
    for pair in alike:
        groups.join(pair)
    smallest: dict[object, str] = {}
    for row in rows:
        root = groups.find(row.joins[0])
        smallest[root] = min(smallest.get(root, row.joins[0]), *row.joins)
    names = {root: text_hash(first) for root, first in smallest.items()}
    for row in rows:
        row.group = names[groups.find(row.joins[0])]


def _without(
    rows: list[Candidate], plans: Mapping[str, SplitPlan], removed: list[Removal]
) -> list[Candidate]:
    wanted = {name for plan in plans.values() for name in plan.without}
    texts: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.source in wanted:
            texts.setdefault((row.source, row.duplicate), row.id)
    kept = []
    for row in rows:
        found = [n for n in plans[row.source].without if (n, row.duplicate) in texts]
        if not found:
            kept.append(row)
            continue
        twin = texts[found[0], row.duplicate]
        removed.append(Removal(row.id, row.source, f"its text is in {found[0]}", twin, "same text"))
    return kept


def _drop_contradictions(rows: list[Candidate], removed: list[Removal]) -> list[Candidate]:
    """Leave out rows whose source answers one question about one text in two ways."""
    answers: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        for task, label in row.labels.items():
            answers[row.source, row.duplicate, task].setdefault(label, row.id)
    kept = []
    for row in rows:
        others = [
            twin
            for task, own in row.labels.items()
            for label, twin in answers[row.source, row.duplicate, task].items()
            if label != own
        ]
        if row.official or not others:
            kept.append(row)
        else:
            reason = "contradicted by its own source"
            removed.append(Removal(row.id, row.source, reason, others[0], "same text"))
    return kept


def _drop_duplicates(rows: list[Candidate], removed: list[Removal]) -> list[Candidate]:
    """Keep a mention once, unless a copy answers a question that the kept ones do not."""
    order = sorted(range(len(rows)), key=lambda i: (-_rank(rows[i]), -rows[i].weight, rows[i].id))
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    first: dict[str, Candidate] = {}
    new = [False] * len(rows)
    for i in order:
        row, answers = rows[i], rows[i].answers
        new[i] = not answers <= seen[row.duplicate]
        seen[row.duplicate] |= answers
        if new[i]:
            first.setdefault(row.duplicate, row)
        else:
            twin = first[row.duplicate]
            reason = f"duplicate of a {twin.split} row"
            removed.append(Removal(row.id, row.source, reason, twin.id, "same text"))
    return [row for row, stays in zip(rows, new, strict=True) if stays]


def _one_part_per_group(
    rows: list[Candidate],
    everything: list[Candidate],
    alike: Sequence[tuple[str, str]],
    removed: list[Removal],
) -> list[Candidate]:
    best: dict[str, tuple[int, str]] = {}
    for row in rows:
        best[row.group] = max(best.get(row.group, (0, "train")), (_rank(row), row.split))
    kept = [row for row in rows if row.split == best[row.group][1]]
    gone = [row for row in rows if row.split != best[row.group][1]]
    divided = {row.group for row in gone}
    ties = Ties(
        (row for row in everything if row.group in divided),
        alike,
        kept=frozenset(row.id for row in kept),
    )
    for row in gone:
        twin, tie = ties.to_kept(row)
        reason = f"its group is in the {best[row.group][1]} part"
        removed.append(Removal(row.id, row.source, reason, twin, tie))
    return kept


def _rank(row: Candidate) -> int:
    if row.split == "train":
        return 0
    return 1 + (row.split == "test") + 2 * row.official
