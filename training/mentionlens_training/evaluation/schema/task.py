"""Everything about one task in one language."""

from __future__ import annotations

from typing import Literal

from mentionlens_training.evaluation.schema.base import Record, Share
from mentionlens_training.evaluation.schema.scores import (
    CoveragePoint,
    FalseAlarms,
    LabelScores,
    ReliabilityBin,
    Scores,
    SliceScores,
    SourceScores,
    Threshold,
)

__all__ = [
    "Mistake",
    "MistakeKind",
    "Rival",
    "TaskResult",
]


class Rival(Record):
    """What something else reaches, for the same table.

    Attributes:
        name: `majority class`, `TF-IDF`, or the model of a publication.
        kind: where the figure comes from.
        source: corpus that it was measured on; None stands for all rows of the language.
        metric: `macro-F1`, or the metric of the publication.
        value: the figure.
        ours: what the bundle reaches on the same rows in the same metric; None where the figures
            cannot be compared.
        reference: where it was published.
        note: what keeps it from being compared, or what to know.
        verified: False where a published figure is quoted from memory.
    """

    name: str
    kind: Literal["majority", "tfidf", "published"]
    source: str | None
    metric: str
    value: Share
    ours: Share | None
    reference: str | None = None
    note: str | None = None
    verified: bool = True


class Mistake(Record):
    """One wrong answer.

    Attributes:
        id: of the row.
        text: of the row; None where the evaluation was written without texts.
        source: corpus or file.
        gold: the right label.
        predicted: the answer.
        score: probability of the answer.
        gold_score: probability that the model gave the right label.
        slices: of the row.
    """

    id: str
    text: str | None
    source: str
    gold: str
    predicted: str
    score: Share
    gold_score: Share
    slices: tuple[str, ...] = ()


class MistakeKind(Record):
    """One sort of confusion, with examples that are typical of it.

    Attributes:
        gold: the right label.
        predicted: the answer.
        rows: mistakes of this sort.
        share: of all mistakes of the language and task.
        examples: of median confidence, so that they are neither the luckiest nor the worst.
    """

    gold: str
    predicted: str
    rows: int
    share: Share
    examples: tuple[Mistake, ...]


class TaskResult(Record):
    """One task over the rows of one language.

    Attributes:
        task: the task.
        counted: whether it enters counts and means over languages: at least `Settings.min_rows`
            rows, of two or more labels.
        scores: over all rows.
        any_complaint: for a task with a label `none`: the scores of "none" against the rest.
        labels: every label of the task, in the manifest's order.
        confusion: rows by right label (outer) and answer (inner), in the manifest's order; empty
            where it is not known.
        reliability: bins that hold rows.
        coverage: from everything kept to only the surest kept.
        thresholds: for wanted accuracies.
        false_alarms: for trolls; empty where the data names no such slice.
        sources: the same rows by corpus.
        slices: the same rows by slice.
        rivals: majority class, TF-IDF, and what others published.
        confident_mistakes: wrong answers, the surest first.
        typical_mistakes: the most frequent confusions first.
        notes: what to know when reading the figures.
    """

    task: str
    counted: bool
    scores: Scores
    any_complaint: Scores | None = None
    labels: tuple[LabelScores, ...]
    confusion: tuple[tuple[int, ...], ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    coverage: tuple[CoveragePoint, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    false_alarms: tuple[FalseAlarms, ...] = ()
    sources: tuple[SourceScores, ...] = ()
    slices: tuple[SliceScores, ...] = ()
    rivals: tuple[Rival, ...] = ()
    confident_mistakes: tuple[Mistake, ...] = ()
    typical_mistakes: tuple[MistakeKind, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def majority(self) -> Rival | None:
        """The majority class over all rows of the language."""
        return next((rival for rival in self.rivals if rival.kind == "majority"), None)

    @property
    def tfidf(self) -> Rival | None:
        """TF-IDF over all rows of the language."""
        rivals = (r for r in self.rivals if r.kind == "tfidf" and r.source is None)
        return next(rivals, None)
