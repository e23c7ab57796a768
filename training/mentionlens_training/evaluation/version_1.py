"""Schema version 1 of `evaluation.json`, and how it is brought up to the current one.

Version 1 knew cells of language x task, the same split by corpus, and the F1 of each label. What
it did not record stays unknown: intervals, confusion, slices, robustness, mistakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from mentionlens_data.languages import target_languages
from mentionlens_data.tasks import default_tasks
from pydantic import Field

from mentionlens_training.evaluation.schema import (
    BaselineInfo,
    BundleInfo,
    DataInfo,
    Estimate,
    Evaluation,
    LabelScores,
    LanguageResult,
    Record,
    Rival,
    Scores,
    Settings,
    Share,
    SourceScores,
    TaskResult,
)

__all__ = ["EvaluationV1", "upgraded"]

_NOTE = (
    "Measured by an older version of mentionlens: intervals, precision and recall, confusion, "
    "slices, robustness and mistakes were not recorded. The rows of a language are those of its "
    "largest task, by corpus."
)


class Cell(Record):
    """One task over the rows of one language, or of one of its corpora."""

    task: str
    lang: str
    source: str | None
    rows: int = Field(ge=0)
    macro_f1: Share
    accuracy: Share
    ece: Share
    majority_macro_f1: Share
    tfidf_macro_f1: Share | None
    f1: dict[str, Share]
    counted: bool


class EvaluationV1(Record):
    """The content of a file of version 1; `summary` is derived from `cells` and not read."""

    schema_version: Literal[1]
    tool_version: str
    bundle: BundleInfo
    data: DataInfo
    baseline: BaselineInfo | None
    summary: object = None
    cells: tuple[Cell, ...]
    sources: tuple[Cell, ...]


def upgraded(old: EvaluationV1) -> Evaluation:
    """Return the same findings in the current schema version."""
    tasks = list(dict.fromkeys(cell.task for cell in old.cells))
    launched = {language.code: place for place, language in enumerate(target_languages())}
    langs = dict.fromkeys(cell.lang for cell in old.cells)
    return Evaluation(
        tool_version=old.tool_version,
        bundle=old.bundle,
        data=old.data,
        settings=Settings(resamples=0),
        baseline=old.baseline,
        languages=tuple(
            _language(lang, tasks, old)
            for lang in sorted(langs, key=lambda lang: launched.get(lang, len(launched)))
        ),
        notes=(_NOTE,),
    )


def _language(lang: str, tasks: Sequence[str], old: EvaluationV1) -> LanguageResult:
    cells = {cell.task: cell for cell in old.cells if cell.lang == lang}
    parts = [cell for cell in old.sources if cell.lang == lang and cell.source is not None]
    sources: dict[str, int] = {}
    for part in parts:
        name = str(part.source)
        sources[name] = max(part.rows, sources.get(name, 0))
    return LanguageResult(
        lang=lang,
        rows=max(sum(sources.values()), *(cell.rows for cell in cells.values())),
        sources=sources,
        tasks=tuple(
            _task(cells[task], [part for part in parts if part.task == task])
            for task in tasks
            if task in cells
        ),
    )


def _task(cell: Cell, parts: Sequence[Cell]) -> TaskResult:
    return TaskResult(
        task=cell.task,
        counted=cell.counted,
        scores=_scores(cell),
        labels=tuple(
            LabelScores(
                label=label,
                rows=None,
                answered=None,
                precision=None,
                recall=None,
                f1=Estimate(value=cell.f1[label]),
            )
            for label in _ordered(cell.task, cell.f1)
        ),
        sources=tuple(
            SourceScores(source=str(part.source), scores=_scores(part)) for part in parts
        ),
        rivals=tuple(rival for one in (cell, *parts) for rival in _rivals(one)),
    )


def _scores(cell: Cell) -> Scores:
    return Scores(
        rows=cell.rows,
        macro_f1=Estimate(value=cell.macro_f1),
        accuracy=Estimate(value=cell.accuracy),
        ece=Estimate(value=cell.ece),
    )


def _rivals(cell: Cell) -> Iterable[Rival]:
    yield Rival(
        name="majority class",
        kind="majority",
        source=cell.source,
        metric="macro-F1",
        value=cell.majority_macro_f1,
        ours=cell.macro_f1,
    )
    if cell.tfidf_macro_f1 is not None:
        yield Rival(
            name="TF-IDF",
            kind="tfidf",
            source=cell.source,
            metric="macro-F1",
            value=cell.tfidf_macro_f1,
            ours=cell.macro_f1,
        )


def _ordered(task: str, labels: Iterable[str]) -> list[str]:
    """Version 1 kept no order of labels: the project's own, then any others as they stand."""
    known = next((found.labels for found in default_tasks() if found.name == task), ())
    places = {label: place for place, label in enumerate(known)}
    return sorted(labels, key=lambda label: places.get(label, len(places)))
