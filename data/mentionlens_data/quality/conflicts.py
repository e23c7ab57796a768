"""Conflicts: one text, one question, two answers, within a corpus or between two.

Two rows hold the *same* text when their duplicate keys are equal
(`mentionlens_data.preparation.grouping`), and *near* the same when only the first `PREFIX` letters
are, as in a truncated retweet. A text counts once for every pair of corpora that answer it, however
many copies there are: its pairs of rows share a weight of one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from mentionlens_data.preparation.grouping import PREFIX, text_keys
from mentionlens_data.schema import LabelledMention

__all__ = ["LEAST_OVERLAP", "Agreement", "Conflict", "Conflicts", "find_conflicts"]

LEAST_OVERLAP = 30
"""Cohen's kappa is not stated for fewer texts than this."""
_MOST_ROWS = 50
"""Rows of one group that are compared; more copies of a text say nothing new."""


@dataclass(frozen=True)
class Agreement:
    """How two corpora, or one and itself, answer a question about the texts that they share.

    Attributes:
        sources: the two corpora in alphabetical order; equal ones for conflicts inside a corpus.
        task: the question.
        kind: `same` or `near`.
        texts: texts that both answer (inside a corpus: that stand in it twice or more).
        disagreeing: texts with at least two different answers.
        rate: share of disagreement, averaged over texts, between 0 and 1.
        kappa: Cohen's kappa, or None below `LEAST_OVERLAP` texts or where one answer is all.
        answers: answer of the first corpus, answer of the second, number of texts (weighted);
            only those that differ, the commonest first.
    """

    sources: tuple[str, str]
    task: str
    kind: str
    texts: int
    disagreeing: int
    rate: float
    kappa: float | None
    answers: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class Conflict:
    """One row whose answer another row contradicts.

    Attributes:
        id: the row.
        task: the question.
        kind: `same` or `near`.
        suggested: the answer that most of the contradicting rows give.
        against: their ids, at most three.
    """

    id: str
    task: str
    kind: str
    suggested: str
    against: tuple[str, ...]


@dataclass(frozen=True)
class Conflicts:
    """What `find_conflicts` found: a table by pair of corpora, and the rows."""

    agreements: tuple[Agreement, ...]
    rows: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    source: str
    labels: tuple[tuple[str, str], ...]
    duplicate: int


class _Table:
    """The pairs of answers to one question by one pair of corpora."""

    def __init__(self) -> None:
        self.texts = 0
        self.disagreeing = 0
        self.pairs: Counter[tuple[str, str]] = Counter()

    def add(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.texts += 1
        self.disagreeing += any(a != b for a, b in pairs)
        for pair in pairs:
            self.pairs[pair] += 1 / len(pairs)  # type: ignore[assignment]


def find_conflicts(rows: Iterable[LabelledMention]) -> Conflicts:
    """Compare the answers of all rows that hold the same or nearly the same text.

    The rows are read once; what is kept of each is its id, corpus, answers and two hashes.
    """
    same: dict[int, list[_Row]] = {}
    near: dict[int, list[_Row]] = {}
    for row in rows:
        keys = text_keys(row.text, row.lang)
        kept = _Row(row.id, row.source, tuple(row.labels.items()), hash(keys.duplicate))
        same.setdefault(kept.duplicate, []).append(kept)
        # Not the other joins: who quotes a text need not agree with it.
        if len(keys.letters) >= PREFIX:
            near.setdefault(hash(keys.letters[:PREFIX]), []).append(kept)
    tables: dict[tuple[tuple[str, str], str, str], _Table] = defaultdict(_Table)
    against: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for kind, groups in (("same", same), ("near", near)):
        for members in groups.values():
            found: dict[tuple[tuple[str, str], str], list[tuple[str, str]]] = defaultdict(list)
            for a, b, task, first, second in _compared(members, kind):
                found[(a.source, b.source), task].append((first, second))
                if first != second:
                    against[a.id, task].append((kind, second, b.id))
                    against[b.id, task].append((kind, first, a.id))
            for (sources, task), pairs in found.items():
                tables[sources, task, kind].add(pairs)
    return Conflicts(
        tuple(
            sorted(
                (_agreement(*key, table) for key, table in tables.items()),
                key=lambda item: (-item.disagreeing, item.sources, item.task, item.kind),
            )
        ),
        tuple(_conflict(*key, others) for key, others in against.items()),
    )


def _compared(members: list[_Row], kind: str) -> Iterator[tuple[_Row, _Row, str, str, str]]:
    """Yield the pairs of rows of one group that answer the same question, corpora in order."""
    if len(members) < 2:
        return
    members = sorted(members[:_MOST_ROWS], key=lambda row: (row.source, row.id))
    for a, b in combinations(members, 2):
        if kind == "near" and a.duplicate == b.duplicate:
            continue
        others = dict(b.labels)
        for task, label in a.labels:
            if task in others:
                yield a, b, task, label, others[task]


def _agreement(sources: tuple[str, str], task: str, kind: str, table: _Table) -> Agreement:
    different = Counter({pair: n for pair, n in table.pairs.items() if pair[0] != pair[1]})
    return Agreement(
        sources,
        task,
        kind,
        table.texts,
        table.disagreeing,
        min(sum(different.values()) / table.texts, 1.0),
        _kappa(table.pairs, inside=sources[0] == sources[1])
        if table.texts >= LEAST_OVERLAP
        else None,
        tuple(
            (*pair, round(number, 2))
            for pair, number in sorted(different.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def _kappa(pairs: Counter[tuple[str, str]], *, inside: bool) -> float | None:
    """Return Cohen's kappa; within one corpus the two raters are the same, and so their shares."""
    total = sum(pairs.values())
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (a, b), number in pairs.items():
        first[a] += number
        second[b] += number
    if inside:
        both = first + second
        first = second = Counter({label: n / 2 for label, n in both.items()})
    expected = sum(first[label] * second[label] for label in first) / total**2
    observed = sum(number for (a, b), number in pairs.items() if a == b) / total
    return None if expected > 1 - 1e-9 else (observed - expected) / (1 - expected)


def _conflict(id_: str, task: str, others: list[tuple[str, str, str]]) -> Conflict:
    kind = "same" if any(other[0] == "same" for other in others) else "near"
    others = [other for other in others if other[0] == kind]
    ((suggested, _),) = Counter(sorted(label for _, label, _ in others)).most_common(1)
    return Conflict(id_, task, kind, suggested, tuple(sorted(other[2] for other in others))[:3])
