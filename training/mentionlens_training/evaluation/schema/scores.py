"""Scores of a group of rows, and what describes the answers to them."""

from __future__ import annotations

from typing import Literal

from mentionlens_training.evaluation.schema.base import Estimate, Record, Share

__all__ = [
    "CoveragePoint",
    "FalseAlarms",
    "LabelScores",
    "ReliabilityBin",
    "Scores",
    "SliceScores",
    "SourceScores",
    "Threshold",
]


class Scores(Record):
    """The three figures of a group of rows.

    Attributes:
        rows: labelled rows of the group.
        macro_f1: mean F1 over the labels that occur in the gold answers of the group. A label
            that is only ever predicted has no recall to measure; predicting it still costs the
            labels that were right.
        accuracy: share of right answers.
        ece: expected calibration error of the top probability.
    """

    rows: int
    macro_f1: Estimate
    accuracy: Estimate
    ece: Estimate


class LabelScores(Record):
    """How one label fares.

    Attributes:
        label: the label.
        rows: rows whose right answer it is.
        answered: rows for which the model gave it; None where that is not known.
        precision: None where the model never gave it.
        recall: None where no row has it.
        f1: None where no row has it: it does not enter the macro average.
    """

    label: str
    rows: int | None
    answered: int | None
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None


class ReliabilityBin(Record):
    """Answers whose top probability lies in (low, high]; the first bin holds 0, too."""

    low: Share
    high: Share
    rows: int
    confidence: Share
    accuracy: Share


class CoveragePoint(Record):
    """What happens where answers below a threshold are handed to a person.

    Attributes:
        threshold: answers with at least this top probability are kept.
        coverage: share of the rows that is kept.
        accuracy: share of right answers among them.
    """

    threshold: Share
    coverage: Share
    accuracy: Share


class Threshold(Record):
    """The lowest threshold that reaches a wanted accuracy, on these rows.

    Attributes:
        accuracy: that is wanted.
        threshold: None where no threshold reaches it.
        coverage: share of the rows that is kept then.
    """

    accuracy: Share
    threshold: Share | None
    coverage: Share | None


class FalseAlarms(Record):
    """How often rows of a slice are given a label that is wrong for all of them.

    Attributes:
        slice: for example `angry_genuine`: furious, and a real customer with a real problem.
        label: for example `yes` of the task `troll`.
        rows: rows of the slice whose right answer is another label.
        alarms: those that were given the label.
        share: of the rows, with Wilson's interval.
    """

    slice: str
    label: str
    rows: int
    alarms: int
    share: Estimate


class SourceScores(Record):
    """The rows of one corpus or file."""

    source: str
    scores: Scores


class SliceScores(Record):
    """The rows of one slice.

    Attributes:
        slice: its name.
        kind: `length`, `script`, `writing`, or `data` for the slices that the data names.
        description: one line, in words.
        scores: of its rows.
    """

    slice: str
    kind: Literal["length", "script", "writing", "data"]
    description: str
    scores: Scores
