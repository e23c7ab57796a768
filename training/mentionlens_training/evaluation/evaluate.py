"""Measures a bundle on labelled rows, per language and task, beside simple rivals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from mentionlens import MentionClassifier, __version__
from mentionlens.manifest import Manifest
from mentionlens_data.languages import target_languages
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.baseline import Baseline
from mentionlens_training.evaluation.markdown import render_markdown
from mentionlens_training.evaluation.metrics import macro_f1, measure
from mentionlens_training.evaluation.predictions import (
    Classifier,
    EvaluationError,
    RowPrediction,
    predict_rows,
)
from mentionlens_training.evaluation.results import BundleInfo, Cell, DataInfo, Evaluation
from mentionlens_training.evaluation.rows import fingerprint

__all__ = ["evaluate_bundle", "evaluate_predictions", "render_markdown"]


def evaluate_bundle(
    bundle: Classifier | Path | str | None,
    rows: Sequence[LabelledMention],
    *,
    baseline: Baseline | None = None,
    batch_size: int = 64,
) -> Evaluation:
    """Answer the rows with a bundle and measure the answers.

    Args:
        bundle: a loaded classifier, the folder of a bundle, or None for the packaged bundle.
        rows: labelled rows; each counts in the tasks that it is labelled for.
        baseline: the rival's answers to the same rows, from `fit_baseline`.
        batch_size: texts that the model reads at once.

    Raises:
        EvaluationError: rows, bundle and baseline do not fit.
        mentionlens.errors.BundleError: the bundle cannot be loaded.
    """
    if bundle is None or isinstance(bundle, str | Path):
        bundle = MentionClassifier(bundle)
    predictions = list(predict_rows(bundle, rows, batch_size=batch_size))
    return evaluate_predictions(bundle.manifest, rows, predictions, baseline=baseline)


def evaluate_predictions(
    manifest: Manifest,
    rows: Sequence[LabelledMention],
    predictions: Sequence[RowPrediction],
    *,
    baseline: Baseline | None = None,
) -> Evaluation:
    """Measure answers that are there already.

    Args:
        manifest: manifest of the bundle that answered; gives the order of the tasks.
        rows: the rows.
        predictions: the answer to each row, in the same order.
        baseline: the rival's answers to the same rows.

    Raises:
        EvaluationError: the baseline answered other rows.
    """
    data = DataInfo(rows=len(rows), fingerprint=fingerprint(rows))
    if baseline is not None and baseline.test_fingerprint != data.fingerprint:
        raise EvaluationError(
            "the baseline answered other rows than these "
            f"({baseline.test_fingerprint[:12]}, not {data.fingerprint[:12]}); fit it again"
        )
    return Evaluation(
        tool_version=__version__,
        bundle=BundleInfo(
            manifest.name, manifest.version, manifest.graph.precision, manifest.graph.sha256
        ),
        data=data,
        baseline=None if baseline is None else baseline.info,
        cells=_cells(manifest, predictions, baseline, by_source=False),
        sources=_cells(manifest, predictions, baseline, by_source=True),
    )


def _cells(
    manifest: Manifest,
    predictions: Iterable[RowPrediction],
    baseline: Baseline | None,
    *,
    by_source: bool,
) -> tuple[Cell, ...]:
    """Measure every cell; tasks in the manifest's order, then languages, then sources."""
    tasks = [task.name for task in manifest.tasks]
    groups: dict[tuple[str, str, str | None], list[RowPrediction]] = defaultdict(list)
    for item in predictions:
        for task in item.gold:
            if task in tasks:
                groups[task, item.lang, item.source if by_source else None].append(item)
    languages = [language.code for language in target_languages()]

    def order(key: tuple[str, str, str | None]) -> tuple[int, int, str, str]:
        task, lang, source = key
        place = languages.index(lang) if lang in languages else len(languages)
        return tasks.index(task), place, lang, source or ""

    return tuple(_cell(key, groups[key], baseline) for key in sorted(groups, key=order))


def _cell(
    key: tuple[str, str, str | None], items: Sequence[RowPrediction], baseline: Baseline | None
) -> Cell:
    task, lang, source = key
    gold = [item.gold[task] for item in items]
    predicted = [item.predicted[task] for item in items]
    confidence = [item.probabilities[task][item.predicted[task]] for item in items]
    tfidf = None
    if baseline is not None:
        rival = [baseline.answer(lang, task, item.id) for item in items]
        answered = [label for label in rival if label is not None]
        if len(answered) < len(rival):
            raise EvaluationError(f"the baseline lacks answers for {lang} {task}; fit it again")
        tfidf = macro_f1(gold, answered)
    return Cell(task, lang, source, measure(gold, predicted, confidence), tfidf)
