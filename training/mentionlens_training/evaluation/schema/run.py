"""What was evaluated, on what, and how; the precision and the speed of the bundle."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mentionlens_training.evaluation.schema.base import Record, Share

__all__ = [
    "BaselineInfo",
    "BundleInfo",
    "DataInfo",
    "Precision",
    "PrecisionCell",
    "Settings",
    "Speed",
]


Milliseconds = Annotated[float, Field(ge=0), AfterValidator(lambda value: round(value, 2))]


class PrecisionCell(Record):
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


class Precision(Record):
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


class Speed(Record):
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


class BundleInfo(Record):
    """Which model was evaluated; what older versions did not record is None or empty."""

    name: str
    version: str
    precision: str
    graph_sha256: str
    size_bytes: int | None = None
    languages: tuple[str, ...] = ()
    tasks: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    low_confidence: dict[str, float] = Field(default_factory=dict)


class DataInfo(Record):
    """Which rows it was evaluated on; `fingerprint` covers ids, languages, texts and labels."""

    rows: int
    fingerprint: str
    split: str | None = None


class BaselineInfo(Record):
    """How TF-IDF was trained; `fingerprint` covers its training rows."""

    training_rows: int
    fingerprint: str


class Settings(Record):
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
