"""The typed result of an evaluation, and its JSON form `evaluation.json`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mentionlens_training.evaluation.metrics import Metrics

__all__ = [
    "MIN_ROWS",
    "SCHEMA_VERSION",
    "BaselineInfo",
    "BundleInfo",
    "Cell",
    "DataInfo",
    "Evaluation",
    "Summary",
    "summarise",
]

SCHEMA_VERSION = 1
# Fewer rows than this are listed but not compared: the interval of their macro-F1 is wider than
# any difference worth naming.
MIN_ROWS = 50


@dataclass(frozen=True)
class BundleInfo:
    """Which model was evaluated."""

    name: str
    version: str
    precision: str
    graph_sha256: str


@dataclass(frozen=True)
class DataInfo:
    """Which rows it was evaluated on; `fingerprint` covers ids, languages, texts and labels."""

    rows: int
    fingerprint: str


@dataclass(frozen=True)
class BaselineInfo:
    """How the TF-IDF baseline was trained; `fingerprint` covers its training rows."""

    training_rows: int
    fingerprint: str


@dataclass(frozen=True)
class Cell:
    """One task over the rows of one language, or of one source in one language.

    Attributes:
        task: the task.
        lang: the language.
        source: the corpus, or None for all of the language's rows.
        metrics: what the bundle reaches.
        tfidf_macro_f1: what TF-IDF and logistic regression reach on the same rows, if known.
    """

    task: str
    lang: str
    source: str | None
    metrics: Metrics
    tfidf_macro_f1: float | None = None

    @property
    def counted(self) -> bool:
        """Whether the cell can be compared: two or more gold labels and `MIN_ROWS` rows."""
        return len(self.metrics.f1) > 1 and self.metrics.rows >= MIN_ROWS

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; figures are rounded to 4 decimals."""
        metrics = self.metrics
        tfidf = self.tfidf_macro_f1
        return {
            "task": self.task,
            "lang": self.lang,
            "source": self.source,
            "rows": metrics.rows,
            "macro_f1": round(metrics.macro_f1, 4),
            "accuracy": round(metrics.accuracy, 4),
            "ece": round(metrics.ece, 4),
            "majority_macro_f1": round(metrics.majority_macro_f1, 4),
            "tfidf_macro_f1": None if tfidf is None else round(tfidf, 4),
            "f1": {label: round(value, 4) for label, value in metrics.f1.items()},
            "counted": self.counted,
        }


@dataclass(frozen=True)
class Summary:
    """How often the bundle is better, over the counted cells of language x task.

    Attributes:
        cells: counted cells.
        beats_majority: those where the bundle's macro-F1 is above the majority class.
        cells_with_tfidf: counted cells that have a TF-IDF figure.
        beats_tfidf: those where the bundle's macro-F1 is above it.
    """

    cells: int
    beats_majority: int
    cells_with_tfidf: int
    beats_tfidf: int


@dataclass(frozen=True)
class Evaluation:
    """Everything that one evaluation found.

    Attributes:
        tool_version: version of mentionlens that measured.
        bundle: the model.
        data: the rows.
        baseline: the TF-IDF baseline, or None where it was not asked for.
        cells: language x task, tasks in the manifest's order, launch languages first.
        sources: the same, split by corpus.
    """

    tool_version: str
    bundle: BundleInfo
    data: DataInfo
    baseline: BaselineInfo | None
    cells: tuple[Cell, ...]
    sources: tuple[Cell, ...]

    @property
    def summary(self) -> Summary:
        """The counts over `cells`."""
        return summarise(self.cells)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "schema_version": SCHEMA_VERSION,
            "tool_version": self.tool_version,
            "bundle": vars(self.bundle).copy(),
            "data": vars(self.data).copy(),
            "baseline": None if self.baseline is None else vars(self.baseline).copy(),
            "summary": vars(self.summary).copy(),
            "cells": [cell.to_dict() for cell in self.cells],
            "sources": [cell.to_dict() for cell in self.sources],
        }


def summarise(cells: Iterable[Cell]) -> Summary:
    """Count the cells in which the bundle is better."""
    counted = [cell for cell in cells if cell.counted]
    compared = [
        (cell.metrics.macro_f1, cell.tfidf_macro_f1)
        for cell in counted
        if cell.tfidf_macro_f1 is not None
    ]
    return Summary(
        cells=len(counted),
        beats_majority=sum(c.metrics.macro_f1 > c.metrics.majority_macro_f1 for c in counted),
        cells_with_tfidf=len(compared),
        beats_tfidf=sum(ours > theirs for ours, theirs in compared),
    )
