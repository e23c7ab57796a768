"""What a retraining brought, and what it cost: validation figures before and after, by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

import numpy as np
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from numpy.typing import NDArray

from mentionlens_training.evaluation.measures.metrics import macro_f1

__all__ = ["Cell", "cells_of", "to_json", "to_table"]

Logits = Mapping[str, NDArray[np.float32]]
"""Task to logits, (rows, labels of the task)."""

LEAST_ROWS = 20
"""Rows from which a cell of old knowledge has a figure."""


@dataclass(frozen=True)
class Cell:
    """A language x task of one's own rows, or of what the model knew before.

    Attributes:
        own: whether the rows are one's own.
        lang: ISO 639-1 code.
        task: name of the task.
        rows: validation rows.
        before: macro-F1 in points of the model that the run went on from; None where it did not
            know the task.
        after: macro-F1 in points of the new model.
    """

    own: bool
    lang: str
    task: str
    rows: int
    before: float | None
    after: float


def cells_of(
    rows: Sequence[LabelledMention],
    own: AbstractSet[str],
    before: tuple[Sequence[Task], Logits],
    after: tuple[Sequence[Task], Logits],
) -> list[Cell]:
    """Measure both models on the same rows.

    A row that was labelled before a task had all of its labels counts as what it said then; an
    answer with a label that may have been taken from it counts as right.

    Args:
        rows: validation rows.
        own: sources that are one's own.
        before: tasks and logits of the model that the run went on from.
        after: tasks and logits of the new model.

    Returns:
        One's own cells first. Cells of old knowledge with fewer than `LEAST_ROWS` rows are left
        out.
    """
    older = {task.name: task for task in before[0]}
    grouped: dict[tuple[bool, str, str], list[int]] = defaultdict(list)
    truths: dict[str, dict[int, tuple[str, frozenset[str]]]] = defaultdict(dict)
    for task in after[0]:
        for i, row in enumerate(rows):
            truth = _truth(row, task, older.get(task.name, task))
            if truth is not None:
                truths[task.name][i] = truth
                grouped[row.source in own, row.lang, task.name].append(i)
    answers = [
        {task.name: _answers(task, logits[task.name]) for task in tasks}
        for tasks, logits in (before, after)
    ]
    cells = []
    for (mine, lang, name), places in sorted(grouped.items(), key=lambda item: _order(item[0])):
        if not mine and len(places) < LEAST_ROWS:
            continue
        found = [
            _macro_f1([truths[name][i] for i in places], [given[name][i] for i in places])
            if name in given
            else None
            for given in answers
        ]
        if found[1] is not None:
            cells.append(Cell(mine, lang, name, len(places), found[0], found[1]))
    return cells


def to_json(depth: str, cells: Sequence[Cell]) -> dict[str, Any]:
    """Return the record that is kept with the run and in the bundle's provenance."""
    return {
        "schema_version": 1,
        "depth": depth,
        "cells": [
            {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(cell).items()}
            for cell in cells
        ],
    }


def to_table(cells: Sequence[Cell]) -> list[str]:
    """Return the lines of a table for a terminal: every cell, and the means of old knowledge."""
    lines = [f"{'':8}{'lang':6}{'task':12}{'rows':>7}{'before':>9}{'after':>8}{'change':>8}"]
    for kind, mine in (("yours", True), ("known", False)):
        lines += [
            f"{kind:8}{cell.lang:6}{cell.task:12}{cell.rows:>7,}"
            f"{'-' if cell.before is None else format(cell.before, '.1f'):>9}{cell.after:>8.1f}"
            f"{'' if cell.before is None else format(cell.after - cell.before, '+.1f'):>8}"
            for cell in cells
            if cell.own == mine
        ]
    for task in dict.fromkeys(cell.task for cell in cells):
        pairs = [
            (cell.before, cell.after, cell.rows)
            for cell in cells
            if cell.task == task and not cell.own and cell.before is not None
        ]
        if pairs:
            before, after = fmean(p[0] for p in pairs), fmean(p[1] for p in pairs)
            label = f"{task} of {len(pairs)}"
            lines.append(
                f"{'mean':8}{label:18}{sum(p[2] for p in pairs):>7,}"
                f"{before:>9.1f}{after:>8.1f}{after - before:>+8.1f}"
            )
    return lines


def _order(key: tuple[bool, str, str]) -> tuple[bool, str, str]:
    mine, lang, task = key
    return not mine, lang, task


def _truth(row: LabelledMention, task: Task, older: Task) -> tuple[str, frozenset[str]] | None:
    """Return the right label of a row and the labels that count as it; None where unknown."""
    label = row.labels.get(task.name)
    if label is not None:
        return label, frozenset((label,))
    excluded = row.excluded.get(task.name, ())
    possible = frozenset(task.labels) - frozenset(excluded)
    known = possible & frozenset(older.labels)
    return (next(iter(known)), possible) if excluded and len(known) == 1 else None


def _answers(task: Task, logits: NDArray[np.float32]) -> list[str]:
    return [task.labels[int(i)] for i in logits.argmax(axis=1)]


def _macro_f1(truths: Sequence[tuple[str, frozenset[str]]], given: Sequence[str]) -> float:
    gold = [label for label, _ in truths]
    counted = [
        label if answer in possible else answer
        for (label, possible), answer in zip(truths, given, strict=True)
    ]
    return 100 * macro_f1(gold, counted)
