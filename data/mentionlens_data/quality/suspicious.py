"""Suspicious labels: answers that a model which never saw the row finds hard to believe.

Each cell (one task in one language) is judged by itself; cleanlab ranks the labels by their
out-of-fold probability and says which of them it holds for errors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from mentionlens_data.quality.out_of_fold import out_of_fold, usable_labels, why_not
from mentionlens_data.schema import LabelledMention

__all__ = ["Cell", "Suspicion", "Suspicions", "find_suspicious"]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An answer that is probably wrong.

    Attributes:
        id: the row.
        task: the question.
        suggested: the label that the model holds for right.
        probability: out-of-fold probability of the given label.
    """

    id: str
    task: str
    suggested: str
    probability: float


@dataclass(frozen=True)
class Cell:
    """One task in one language.

    Attributes:
        task: the question.
        lang: ISO 639-1 code.
        rows: rows that answer it.
        suspicious: labels that cleanlab holds for errors.
        accuracy: share of labels that the out-of-fold model gives, too; None if skipped.
        note: why the cell, or a part of it, was not judged; else empty.
    """

    task: str
    lang: str
    rows: int
    suspicious: int
    accuracy: float | None
    note: str


@dataclass(frozen=True)
class Suspicions:
    """What `find_suspicious` found.

    Attributes:
        cells: what was judged.
        rows: suspicious rows, the surest first. Probabilities of two cells cannot be compared
            (one of nine labels is less probable than one of two), so every cell has its turn in
            proportion to its rows: the first N are the surest of each cell.
    """

    cells: tuple[Cell, ...]
    rows: tuple[Suspicion, ...]


@dataclass
class _Rows:
    ids: list[str]
    texts: list[str]
    labels: list[str]
    groups: list[str]


def find_suspicious(
    rows: Iterable[LabelledMention],
    *,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Suspicions:
    """Judge every label by a model of its cell that was trained without the row's group.

    Args:
        rows: read once; all of them are held in memory.
        seed: decides folds and training.
        progress: called with one line a cell.
    """
    say = progress or (lambda line: None)
    by_cell: dict[tuple[str, str], _Rows] = defaultdict(lambda: _Rows([], [], [], []))
    for row in rows:
        for task, label in row.labels.items():
            cell = by_cell[task, row.lang]
            cell.ids.append(row.id)
            cell.texts.append(row.text)
            cell.labels.append(label)
            cell.groups.append(row.group)
    cells = []
    ranked: list[tuple[float, Suspicion]] = []
    for task, lang in sorted(by_cell):
        judged, suspicions = _judge(task, lang, by_cell.pop((task, lang)), seed)
        say(f"{task} in {lang}: {judged.rows} rows, {judged.note or f'{len(suspicions)} doubtful'}")
        cells.append(judged)
        ranked += [((i + 1) / judged.rows, item) for i, item in enumerate(suspicions)]
    ranked.sort(key=lambda item: (item[0], item[1].id, item[1].task))
    return Suspicions(tuple(cells), tuple(item for _, item in ranked))


def _judge(task: str, lang: str, rows: _Rows, seed: int) -> tuple[Cell, list[Suspicion]]:
    note = why_not(rows.labels, rows.groups)
    if note:
        return Cell(task, lang, len(rows.ids), 0, None, note), []
    from cleanlab.filter import find_label_issues

    names = usable_labels(rows.labels, rows.groups)
    kept = [i for i, label in enumerate(rows.labels) if label in names]
    labels = np.array([names.index(rows.labels[i]) for i in kept])
    probabilities = out_of_fold(
        [rows.texts[i] for i in kept], labels, [rows.groups[i] for i in kept], seed=seed
    )
    issues = find_label_issues(
        labels, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    best = probabilities.argmax(axis=1)
    suspicions = [
        Suspicion(rows.ids[kept[i]], task, names[best[i]], float(probabilities[i, labels[i]]))
        for i in issues
        if best[i] != labels[i]
    ]
    rare = sorted(set(rows.labels) - set(names))
    cell = Cell(
        task,
        lang,
        len(rows.ids),
        len(suspicions),
        float((best == labels).mean()),
        f"too few rows to judge: {', '.join(rare)}" if rare else "",
    )
    return cell, suspicions
