"""The typed content of `evaluation.json`: the one source of every page, table and card.

All shares and scores lie in [0, 1] and are rounded to 4 decimals. What was not measured is null or
an empty list, never zero. A file of an older schema version is brought up to this one by
`mentionlens_training.evaluation.reading`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = [
    "SCHEMA_VERSION",
    "BaselineInfo",
    "BundleInfo",
    "CoveragePoint",
    "DataInfo",
    "Estimate",
    "Evaluation",
    "FalseAlarms",
    "LabelScores",
    "LanguageResult",
    "Mistake",
    "MistakeKind",
    "Precision",
    "PrecisionCell",
    "ReliabilityBin",
    "Rival",
    "Robustness",
    "Scores",
    "Settings",
    "SliceScores",
    "SourceScores",
    "Speed",
    "TaskResult",
    "TaskRobustness",
    "Threshold",
]

SCHEMA_VERSION: Literal[2] = 2


def _rounded(value: float) -> float:
    # Adding zero turns -0.0 into 0.0.
    return round(value, 4) + 0.0


Share = Annotated[float, Field(ge=0, le=1), AfterValidator(_rounded)]
"""A share or a score in [0, 1]."""

Milliseconds = Annotated[float, Field(ge=0), AfterValidator(lambda value: round(value, 2))]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Estimate(_Model):
    """A figure with its confidence interval, where there is one."""

    value: Share
    low: Share | None = None
    high: Share | None = None


class Scores(_Model):
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


class LabelScores(_Model):
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


class ReliabilityBin(_Model):
    """Answers whose top probability lies in (low, high]; the first bin holds 0, too."""

    low: Share
    high: Share
    rows: int
    confidence: Share
    accuracy: Share


class CoveragePoint(_Model):
    """What happens where answers below a threshold are handed to a person.

    Attributes:
        threshold: answers with at least this top probability are kept.
        coverage: share of the rows that is kept.
        accuracy: share of right answers among them.
    """

    threshold: Share
    coverage: Share
    accuracy: Share


class Threshold(_Model):
    """The lowest threshold that reaches a wanted accuracy, on these rows.

    Attributes:
        accuracy: that is wanted.
        threshold: None where no threshold reaches it.
        coverage: share of the rows that is kept then.
    """

    accuracy: Share
    threshold: Share | None
    coverage: Share | None


class FalseAlarms(_Model):
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


class SourceScores(_Model):
    """The rows of one corpus or file."""

    source: str
    scores: Scores


class SliceScores(_Model):
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


class Rival(_Model):
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


class Mistake(_Model):
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


class MistakeKind(_Model):
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


class TaskResult(_Model):
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


class TaskRobustness(_Model):
    """What an augmentation does to one task.

    Attributes:
        task: the task.
        rows: rows whose text the augmentation changed (labelled for the task or not).
        changed: share of them with another answer than before.
        labelled: those that are labelled for the task.
        macro_f1_before: on the labelled rows as they were written; None without such rows.
        macro_f1_after: on the same rows, augmented.
    """

    task: str
    rows: int
    changed: Estimate
    labelled: int
    macro_f1_before: Share | None
    macro_f1_after: Share | None


class Robustness(_Model):
    """What becomes of the answers where the same thing is written in another way."""

    augmentation: str
    description: str
    tasks: tuple[TaskRobustness, ...]


class LanguageResult(_Model):
    """Everything about one language.

    Attributes:
        lang: ISO 639-1 code.
        rows: labelled rows.
        sources: corpus or file to its rows.
        tasks: in the manifest's order; a task without labelled rows is absent.
        robustness: augmentations that are for the language.
        notes: what to know, such as that there are no rows.
    """

    lang: str
    rows: int
    sources: dict[str, int]
    tasks: tuple[TaskResult, ...]
    robustness: tuple[Robustness, ...] = ()
    notes: tuple[str, ...] = ()

    def task(self, name: str) -> TaskResult | None:
        """Return the result of a task, or None where no row is labelled for it."""
        return next((result for result in self.tasks if result.task == name), None)


class PrecisionCell(_Model):
    """The shipped graph against the reference, in one language and task.

    Attributes:
        lang: the language.
        task: the task.
        rows: labelled rows that both answered.
        macro_f1: of the shipped graph.
        reference_macro_f1: of the reference.
        agreement: share of the rows with the same answer; None where it was not recorded.
    """

    lang: str
    task: str
    rows: int
    macro_f1: Share
    reference_macro_f1: Share
    agreement: Share | None = None


class Precision(_Model):
    """What the shipped precision costs against a reference, usually float32.

    Attributes:
        reference: precision of the reference.
        measured_by: `evaluation`: on these rows; `export gate`: on validation rows, as the
            bundle's manifest records it.
        cells: by language and task.
        agreement: task to the share of the same answers over all languages.
    """

    reference: str
    measured_by: Literal["evaluation", "export gate"]
    cells: tuple[PrecisionCell, ...]
    agreement: dict[str, Share] = Field(default_factory=dict)


class Speed(_Model):
    """How fast the bundle answered the rows, on the machine that evaluated.

    Attributes:
        mentions: texts timed one by one.
        median_characters: of those texts.
        p50_ms: median time of one mention, from text to answer.
        p95_ms: 95th percentile of it.
        bulk_mentions_per_second: of the whole evaluation, in bulk.
        threads: worker threads in bulk; one mention alone uses one.
        machine: processor and its number of cores.
    """

    mentions: int
    median_characters: int
    p50_ms: Milliseconds
    p95_ms: Milliseconds
    bulk_mentions_per_second: Annotated[float, AfterValidator(lambda value: round(value, 1))] | None
    threads: int
    machine: str


class BundleInfo(_Model):
    """Which model was evaluated; what older versions did not record is None or empty."""

    name: str
    version: str
    precision: str
    graph_sha256: str
    size_bytes: int | None = None
    languages: tuple[str, ...] = ()
    tasks: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    low_confidence: dict[str, float] = Field(default_factory=dict)


class DataInfo(_Model):
    """Which rows it was evaluated on; `fingerprint` covers ids, languages, texts and labels."""

    rows: int
    fingerprint: str
    split: str | None = None


class BaselineInfo(_Model):
    """How TF-IDF was trained; `fingerprint` covers its training rows."""

    training_rows: int
    fingerprint: str


class Settings(_Model):
    """How was measured.

    Attributes:
        resamples: of the bootstrap, which gives the interval of the calibration error (those of
            the scores and shares are computed); 0: no intervals at all.
        seed: of the bootstrap and of every sample.
        confidence: of the intervals.
        ece_bins: equal-width bins of the calibration error.
        min_rows: rows that a cell needs to be counted: with fewer, the interval of its macro-F1
            is wider than any difference worth naming.
    """

    resamples: int = 1000
    seed: int = 13
    confidence: float = 0.95
    ece_bins: int = 15
    min_rows: int = 50


class Evaluation(_Model):
    """Everything that one evaluation found.

    Attributes:
        schema_version: of this file.
        tool_version: version of mentionlens that measured.
        bundle: the model.
        data: the rows.
        settings: how was measured.
        baseline: None where TF-IDF was not asked for.
        languages: those that the bundle claims or the rows hold, launch languages first.
        precision: the shipped precision against a reference, where one was given or recorded.
        speed: None where it was not timed.
        notes: what to know about the whole.
    """

    schema_version: Literal[2] = SCHEMA_VERSION
    tool_version: str
    bundle: BundleInfo
    data: DataInfo
    settings: Settings = Settings()
    baseline: BaselineInfo | None = None
    languages: tuple[LanguageResult, ...]
    precision: Precision | None = None
    speed: Speed | None = None
    notes: tuple[str, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the tasks, in the manifest's order."""
        if self.bundle.tasks:
            return tuple(self.bundle.tasks)
        return tuple(dict.fromkeys(t.task for found in self.languages for t in found.tasks))

    def language(self, lang: str) -> LanguageResult | None:
        """Return what was found for a language."""
        return next((found for found in self.languages if found.lang == lang), None)
