"""Brings the answers of two versions to the same rows side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.comparison.schema import MatchedRows
from mentionlens_training.evaluation.comparison.sides import Side
from mentionlens_training.evaluation.predictions import EvaluationError

__all__ = ["PairedAnswers", "Pairing", "pair"]

_EXAMPLES = 5

_Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PairedAnswers:
    """The answers of both versions to one task; equal rows, right answers and labels."""

    a: TaskAnswers
    b: TaskAnswers

    def __len__(self) -> int:
        return len(self.a)

    def take(self, chosen: npt.NDArray[np.bool_]) -> PairedAnswers:
        """Return the answers to some of the rows."""
        return PairedAnswers(self.a.take(chosen), self.b.take(chosen))


@dataclass(frozen=True)
class Pairing:
    """Two versions side by side.

    Attributes:
        facts: of the common rows, in the order of the old version.
        tasks: common tasks in the order of the new version; `rows` are indices into `facts`.
        rows: by who answered them.
        notes: what could not be compared.
    """

    facts: Sequence[RowFacts]
    tasks: dict[str, PairedAnswers]
    rows: MatchedRows
    notes: tuple[str, ...]


def pair(a: Side, b: Side) -> Pairing:
    """Match the rows of two versions by id.

    A row counts in a task where both versions know its right answer. Labels that only one of
    them knows are kept: the other one never gives them.

    Raises:
        EvaluationError: no common rows or tasks, or a row has another language or another right
            answer on the other side.
    """
    place = {facts.id: index for index, facts in enumerate(b.facts)}
    in_b = np.array([place.get(facts.id, -1) for facts in a.facts], dtype=np.int64)
    common = np.flatnonzero(in_b >= 0)
    if not len(common):
        raise EvaluationError(
            f"A and B share no row: A answered {a.facts[0].id!r} ..., B {b.facts[0].id!r} ...; "
            + _remedy(a, b)
        )
    facts = [a.facts[int(index)] for index in common]
    for ours, theirs in zip(facts, (b.facts[int(index)] for index in in_b[common]), strict=True):
        if ours.lang != theirs.lang:
            raise EvaluationError(
                f"row {ours.id!r} is {ours.lang!r} in A and {theirs.lang!r} in B; " + _remedy(a, b)
            )
    names = [task for task in b.answers if task in a.answers]
    if not names:
        raise EvaluationError(
            f"A answers {list(a.answers)}, B answers {list(b.answers)}: they share no task"
        )
    # Row of a side -> index among the common rows, -1 where it is not common.
    new_a = np.full(len(a.facts), -1, dtype=np.int64)
    new_b = np.full(len(b.facts), -1, dtype=np.int64)
    new_a[common] = new_b[in_b[common]] = np.arange(len(common))
    notes = list(_task_notes(a, b))
    tasks = {}
    for name in names:
        paired, single = _pair_task(a.answers[name], b.answers[name], new_a, new_b)
        _check_gold(paired, facts, a, b)
        if len(paired):
            tasks[name] = paired
        if single:
            notes.append(
                f"{single:,} common rows are labelled for {name} on one side only, or with a label "
                f"that the other version does not know: they are not compared in {name}."
            )
    if not tasks:
        raise EvaluationError(f"no common row is labelled for {' or '.join(names)} on both sides")
    rows = MatchedRows(
        common=len(common),
        only_a=len(a.facts) - len(common),
        only_b=len(b.facts) - len(common),
        only_a_ids=_examples(a.facts, new_a),
        only_b_ids=_examples(b.facts, new_b),
    )
    return Pairing(facts, tasks, rows, tuple(notes))


def _pair_task(
    a: TaskAnswers, b: TaskAnswers, new_a: _Ids, new_b: _Ids
) -> tuple[PairedAnswers, int]:
    """Return the rows that both sides label, and how many common rows only one of them labels."""
    labels = tuple(dict.fromkeys((*b.labels, *a.labels)))
    a, b = _renumbered(a, new_a, labels), _renumbered(b, new_b, labels)
    both = np.intersect1d(a.rows, b.rows)
    paired = PairedAnswers(a.take(np.isin(a.rows, both)), b.take(np.isin(b.rows, both)))
    return paired, len(a) + len(b) - 2 * len(both)


def _renumbered(answers: TaskAnswers, new: _Ids, labels: tuple[str, ...]) -> TaskAnswers:
    """Keep the common rows, in their order, and number rows and labels as both sides do."""
    rows = new[answers.rows]
    order = np.argsort(rows, kind="stable")
    order = order[rows[order] >= 0]
    ids = np.array([labels.index(label) for label in answers.labels], dtype=np.int64)
    probabilities = np.zeros((len(order), len(labels)), dtype=np.float32)
    probabilities[:, ids] = answers.probabilities[order]
    return TaskAnswers(
        answers.task,
        labels,
        rows[order],
        ids[answers.gold[order]],
        ids[answers.predicted[order]],
        probabilities,
    )


def _check_gold(paired: PairedAnswers, facts: Sequence[RowFacts], a: Side, b: Side) -> None:
    different = np.flatnonzero(paired.a.gold != paired.b.gold)
    if len(different):
        first, labels = different[0], paired.a.labels
        raise EvaluationError(
            f"row {facts[paired.a.rows[first]].id!r}: the right {paired.a.task} is "
            f"{labels[paired.a.gold[first]]!r} in A and {labels[paired.b.gold[first]]!r} in B "
            f"({len(different):,} such rows); " + _remedy(a, b)
        )


def _remedy(a: Side, b: Side) -> str:
    """Say why rows do not fit and what to do."""
    ours, theirs = a.info.data, b.info.data
    if ours is not None and theirs is not None and ours.fingerprint != theirs.fingerprint:
        return (
            f"they were evaluated on different data (fingerprints {ours.fingerprint[:12]} and "
            f"{theirs.fingerprint[:12]}): evaluate both on the same"
        )
    return "evaluate both on the same data, or compare the bundles with --data"


def _task_notes(a: Side, b: Side) -> tuple[str, ...]:
    """Say which tasks and labels only one version knows."""
    notes = []
    for name, one, other in (("A", a, b), ("B", b, a)):
        if alone := [task for task in one.answers if task not in other.answers]:
            notes.append(f"Only {name} answers {', '.join(alone)}: not compared.")
        for task in (task for task in one.answers if task in other.answers):
            labels = [x for x in one.answers[task].labels if x not in other.answers[task].labels]
            if labels:
                notes.append(
                    f"Only {name} knows {', '.join(labels)} of {task}: the other never gives it."
                )
    return tuple(notes)


def _examples(facts: Sequence[RowFacts], new: _Ids) -> tuple[str, ...]:
    return tuple(facts[index].id for index in np.flatnonzero(new < 0)[:_EXAMPLES])
