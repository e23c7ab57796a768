"""What others published for the rows of a language, beside what the bundle reaches on them.

The ledger says which figures can be compared at all: same task, same labels, the corpus's own
test part. Whether the rows at hand are that test part is counted here. Preparation leaves out
duplicates, so that a few rows may be missing; with fewer than `LEAST_SHARE` nothing is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.notes import PublishedFigure

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.measures.metrics import (
    accuracy_of,
    confusion_matrix,
    macro_f1_of,
    precision_recall_f1,
)
from mentionlens_training.evaluation.schema import Rival

__all__ = ["LEAST_SHARE", "named_metric", "published_rivals"]

LEAST_SHARE = 0.98
"""Of the rows of the published test part. The rows that are missing could move accuracy by two
points at most, were all of them right or all of them wrong."""


def published_rivals(
    answers: TaskAnswers,
    facts: Sequence[RowFacts],
    *,
    lang: str,
    ledger: Mapping[str, LedgerEntry],
) -> tuple[Rival, ...]:
    """Return the published figures of every corpus that the rows are from.

    Args:
        answers: to one task, over the rows of one language.
        facts: of every row; `answers.rows` counts in them.
        lang: ISO 639-1 code of the language.
        ledger: corpus to its entry; sources that are not in it have no figures.
    """
    rows = [facts[index] for index in answers.rows.tolist()]
    sources = sorted({row.source for row in rows} & ledger.keys())
    return tuple(
        _rival(figure, source, answers, rows)
        for source in sources
        for figure in ledger[source].published
        if figure.shown_with == answers.task and figure.language in (None, lang)
    )


def named_metric(name: str, confusion: npt.NDArray[np.int64], labels: Sequence[str]) -> float:
    """Return a metric that the ledger names.

    Averages go over the labels that occur in the gold answers.

    Args:
        name: one of `mentionlens_data.corpora.notes.COMPARABLE_METRICS`, or `F1 of <label>`.
        confusion: (labels, labels) counts, outer the right labels; at least one row.
        labels: in the order of the matrix.

    Raises:
        ValueError: no such metric, or no row has the label.
    """
    rows = confusion.sum(axis=1)
    gold = rows > 0
    precision, recall, f1 = (part[gold] for part in precision_recall_f1(confusion))
    # A label that was never given has no precision; in an average it counts as zero.
    macro_precision, macro_recall = np.nan_to_num(precision).mean(), recall.mean()
    both = macro_precision + macro_recall
    metrics = {
        "accuracy": accuracy_of(confusion),
        "micro-F1": accuracy_of(confusion),
        "macro-F1": macro_f1_of(confusion),
        "weighted F1": np.average(f1, weights=rows[gold]),
        "macro-recall": macro_recall,
        "F1 of macro averages": 2 * macro_precision * macro_recall / both if both else 0.0,
    }
    present = (label for label, found in zip(labels, gold, strict=True) if found)
    metrics |= {f"F1 of {label}": value for label, value in zip(present, f1, strict=True)}
    if name not in metrics:
        raise ValueError(f"no metric {name!r} of these rows; possible: {', '.join(metrics)}")
    return float(metrics[name])


def _rival(
    figure: PublishedFigure, source: str, answers: TaskAnswers, rows: Sequence[RowFacts]
) -> Rival:
    ours, left = _compared(figure, source, answers, rows)
    about = None if figure.task == answers.task else figure.task
    return Rival(
        name=figure.model,
        kind="published",
        source=source,
        metric=figure.metric,
        value=figure.value / 100,
        ours=ours,
        reference=figure.source,
        note="; ".join(filter(None, (about, figure.note, left))) or None,
        verified=figure.verified,
    )


def _compared(
    figure: PublishedFigure, source: str, answers: TaskAnswers, rows: Sequence[RowFacts]
) -> tuple[float | None, str | None]:
    """Return what the bundle reaches on the published test part, and what is left of that part."""
    if figure.test_rows is None:
        return None, None
    start = f"{source}/{figure.ids}" if figure.ids else ""
    chosen = np.array(
        [row.source == source and row.id.startswith(start) for row in rows], dtype=np.bool_
    )
    left, whole = int(chosen.sum()), figure.test_rows
    if left > whole:
        return None, f"{left:,} rows here, {whole:,} in the official test part"
    note = None if left == whole else f"{left:,} of {whole:,} rows of the official test part"
    if left < LEAST_SHARE * whole:
        return None, note
    part = answers.take(chosen)
    confusion = confusion_matrix(part.gold, part.predicted, len(part.labels))
    return named_metric(figure.metric, confusion, part.labels), note
