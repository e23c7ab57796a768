"""The typed content of `comparison.json`: the one source of its page and its tables.

`a` is always the old version and `b` the new one; a difference is b - a, so that a positive one is
a gain, but for the Brier score, of which less is better. Shares and scores lie in [0, 1],
differences in [-1, 1], all rounded to 4 decimals.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mentionlens_training.evaluation.schema import (
    BundleInfo,
    DataInfo,
    FalseAlarms,
    Record,
    Settings,
    Share,
)

__all__ = [
    "SCHEMA_VERSION",
    "CellComparison",
    "Change",
    "ChangedMention",
    "Comparison",
    "Difference",
    "FalseAlarmComparison",
    "Gate",
    "GateFinding",
    "LabelComparison",
    "MatchedRows",
    "MeanComparison",
    "Measure",
    "SideInfo",
    "Verdict",
]

SCHEMA_VERSION: Literal[2] = 2

Change = Literal["broken", "fixed", "other"]
"""Right and now wrong; wrong and now right; wrong and now wrong in another way."""

Verdict = Literal["better", "worse", "no difference shown", "not counted"]

Measure = Literal["macro-F1", "Brier score"]
"""What the gate looks at: whether answers are right, and whether their probabilities are."""


def _rounded(value: float) -> float:
    # Adding zero turns -0.0 into 0.0.
    return round(value, 4) + 0.0


Signed = Annotated[float, Field(ge=-1, le=1), AfterValidator(_rounded)]
"""A difference of two shares."""

Probability = Annotated[float, Field(ge=0, le=1), AfterValidator(lambda value: round(value, 6))]
"""Rounded so little that it does not become 1 before its time, like a p-value never 0."""


class SideInfo(Record):
    """One of the two versions.

    Attributes:
        given: the name of the folder or file that was given.
        kind: what it is.
        bundle: the model; None for a file of predictions alone.
        data: what it was evaluated on; None where that is not known.
        rows: that it answered.
    """

    given: str
    kind: Literal["evaluation", "predictions", "bundle"]
    bundle: BundleInfo | None
    data: DataInfo | None
    rows: int

    @property
    def title(self) -> str:
        """Name and version of the model; the name of the file where they are not known."""
        if self.bundle is None:
            return self.given
        return f"{self.bundle.name} {self.bundle.version} ({self.bundle.precision})"


class MatchedRows(Record):
    """Rows by who answered them; some ids of those that only one did, as examples."""

    common: int
    only_a: int
    only_b: int
    only_a_ids: tuple[str, ...] = ()
    only_b_ids: tuple[str, ...] = ()


class Difference(Record):
    """One figure of both versions and its difference b - a, with the paired interval."""

    a: Share
    b: Share
    difference: Signed
    low: Signed
    high: Signed


class LabelComparison(Record):
    """F1 of one label; `rows` have it as their right answer, and there is at least one."""

    label: str
    rows: int
    f1_a: Share
    f1_b: Share


class FalseAlarmComparison(Record):
    """Rows of a slice that were given a label which is wrong for them, by either version."""

    a: FalseAlarms
    b: FalseAlarms


class CellComparison(Record):
    """One task over the common rows of one language.

    Attributes:
        lang: ISO 639-1 code.
        task: the task.
        rows: common rows that are labelled for the task.
        counted: whether it enters means and the gate: `Settings.min_rows` rows or more, of two or
            more labels.
        verdict: on macro-F1; see `mentionlens_training.evaluation.comparison.comparing`.
        macro_f1: mean F1 over the labels that occur in the gold answers.
        accuracy: share of right answers.
        brier: mean Brier score of the probabilities, halved; less is better.
        brier_verdict: on the Brier score: `better` or `worse` where the paired interval of the
            difference lies on one side of zero.
        ece_a: expected calibration error of the old version.
        ece_b: of the new one.
        fixed: rows that were wrong and are right.
        broken: rows that were right and are wrong.
        other: rows that are wrong in another way than before.
        mcnemar_p: exact two-sided p-value of McNemar's test: how likely `fixed` and `broken`
            would be at least this far apart if both versions were right equally often.
        labels: that occur, in the order of the task.
        false_alarms: mistakes that are counted for themselves.
    """

    lang: str
    task: str
    rows: int
    counted: bool
    verdict: Verdict
    macro_f1: Difference
    accuracy: Difference
    brier: Difference
    brier_verdict: Verdict
    ece_a: Share
    ece_b: Share
    fixed: int
    broken: int
    other: int
    mcnemar_p: Probability
    labels: tuple[LabelComparison, ...]
    false_alarms: tuple[FalseAlarmComparison, ...] = ()

    @property
    def changed(self) -> int:
        """Rows with another answer than before."""
        return self.fixed + self.broken + self.other


class MeanComparison(Record):
    """The plain mean over counted cells: of one task, or of all (`task` is None)."""

    task: str | None
    cells: int
    verdict: Verdict
    macro_f1: Difference
    accuracy: Difference
    brier: Difference
    brier_verdict: Verdict


class ChangedMention(Record):
    """A labelled row that the two versions answer differently.

    Attributes:
        id: of the row.
        text: None where no data was given.
        lang: ISO 639-1 code.
        source: corpus or file.
        task: the task.
        change: what became of the answer.
        gold: the right label.
        a: the old answer.
        a_score: its probability.
        b: the new answer.
        b_score: its probability.
        slices: that the data names for the row.
    """

    id: str
    text: str | None
    lang: str
    source: str
    task: str
    change: Change
    gold: str
    a: str
    a_score: Share
    b: str
    b_score: Share
    slices: tuple[str, ...] = ()


class GateFinding(Record):
    """A loss above the bound.

    Attributes:
        measure: in what.
        lang: None for the mean over all counted cells.
        task: None for the mean over all counted cells.
        loss: a - b of macro-F1, b - a of the Brier score; positive.
        low: lower end of the interval of b - a.
        high: its upper end.
    """

    measure: Measure
    lang: str | None
    task: str | None
    loss: Signed
    low: Signed
    high: Signed


class Gate(Record):
    """What `--no-worse-than` found; the rule is in `...evaluation.comparison.gate`.

    Attributes:
        points: the bound, in percentage points of macro-F1 and of the Brier score.
        strict: whether the point estimate alone decides.
        passed: whether nothing fails.
        failures: losses above the bound that fail.
        undecided: losses above the bound that may be chance.
        reason: why it cannot pass although no cell fails.
    """

    points: float
    strict: bool
    passed: bool
    failures: tuple[GateFinding, ...]
    undecided: tuple[GateFinding, ...]
    reason: str | None = None


class Comparison(Record):
    """Everything that one comparison found.

    Attributes:
        schema_version: of this file.
        tool_version: version of mentionlens that compared.
        a: the old version.
        b: the new version.
        rows: by who answered them.
        settings: of bootstrap, calibration error and counted cells.
        cells: by language, launch languages first, then task.
        means: over all counted cells, then by task; empty where none is counted.
        changed: labelled rows with another answer, the broken ones first, the surest first; of
            each language, task and change only the surest.
        gate: None where no bound was given.
        notes: what to know about the whole.
    """

    schema_version: Literal[2] = SCHEMA_VERSION
    tool_version: str
    a: SideInfo
    b: SideInfo
    rows: MatchedRows
    settings: Settings
    cells: tuple[CellComparison, ...]
    means: tuple[MeanComparison, ...]
    changed: tuple[ChangedMention, ...]
    gate: Gate | None = None
    notes: tuple[str, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the compared tasks."""
        return tuple(dict.fromkeys(cell.task for cell in self.cells))

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the compared languages."""
        return tuple(dict.fromkeys(cell.lang for cell in self.cells))
