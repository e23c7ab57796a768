"""Measures the answers of a bundle to labelled rows: from predictions to an `Evaluation`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from mentionlens import MentionClassifier, __version__
from mentionlens.manifest import Manifest
from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.languages import target_languages
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import FalseAlarm, default_tasks

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers, collect_answers
from mentionlens_training.evaluation.measures.false_alarms import count_false_alarms
from mentionlens_training.evaluation.measures.measuring import (
    cell_generator,
    measure_scores,
    measure_task_figures,
)
from mentionlens_training.evaluation.measures.mistakes import confident_mistakes, typical_mistakes
from mentionlens_training.evaluation.measures.slices import Slices, find_slices
from mentionlens_training.evaluation.notes import language_notes, task_notes
from mentionlens_training.evaluation.predictions import (
    Classifier,
    EvaluationError,
    RowPrediction,
    predict_rows,
)
from mentionlens_training.evaluation.rivals.baseline import Baseline
from mentionlens_training.evaluation.rivals.collect import rivals
from mentionlens_training.evaluation.rows import fingerprint
from mentionlens_training.evaluation.schema import (
    BundleInfo,
    DataInfo,
    Evaluation,
    LanguageResult,
    Settings,
    SliceScores,
    SourceScores,
    TaskResult,
)

__all__ = ["Cells", "answers_by_cell", "evaluate_answers", "evaluate_bundle"]

Cells = Mapping[tuple[str, str], TaskAnswers]
"""Answers by language and task; a cell may have no rows."""


def evaluate_bundle(
    bundle: Classifier | Path | str | None,
    rows: Sequence[LabelledMention],
    *,
    baseline: Baseline | None = None,
    settings: Settings | None = None,
    batch_size: int = 64,
) -> Evaluation:
    """Answer the rows with a bundle and measure the answers.

    Args:
        bundle: a loaded classifier, the folder of a bundle, or None for the packaged bundle.
        rows: labelled rows; each counts in the tasks that it is labelled for.
        baseline: the answers of TF-IDF to the same rows, from `fit_baseline`.
        settings: how to measure.
        batch_size: texts that the model reads at once.

    Raises:
        EvaluationError: rows, bundle and baseline do not fit.
        mentionlens.errors.BundleError: the bundle cannot be loaded.
    """
    if bundle is None or isinstance(bundle, str | Path):
        bundle = MentionClassifier(bundle)
    cells = answers_by_cell(
        bundle.manifest, rows, predict_rows(bundle, rows, batch_size=batch_size)
    )
    return evaluate_answers(bundle.manifest, rows, cells, baseline=baseline, settings=settings)


def answers_by_cell(
    manifest: Manifest, rows: Sequence[LabelledMention], predictions: Iterable[RowPrediction]
) -> Cells:
    """Return the answers of every language and task, of those that the bundle claims, too.

    Args:
        manifest: of the bundle that answered.
        rows: the rows.
        predictions: the answer to each row, in any order; read once.

    Raises:
        EvaluationError: rows without a prediction, or labels that the bundle does not know.
    """
    tasks = {task.name: task.labels for task in manifest.tasks}
    columns = collect_answers(predictions, tasks, rows)
    langs = np.array([row.lang for row in rows])
    return {
        (lang, name): found.take(langs[found.rows] == lang)
        for lang in _languages(manifest, rows)
        for name, found in columns.items()
    }


def evaluate_answers(
    manifest: Manifest,
    rows: Sequence[LabelledMention],
    cells: Cells,
    *,
    baseline: Baseline | None = None,
    settings: Settings | None = None,
) -> Evaluation:
    """Measure answers; what needs the bundle itself (robustness, speed) is measured elsewhere.

    Args:
        manifest: of the bundle that answered.
        rows: the rows.
        cells: the answers to them, from `answers_by_cell`.
        baseline: the answers of TF-IDF to the same rows.
        settings: how to measure.

    Raises:
        EvaluationError: the baseline answered other rows.
    """
    settings = settings or Settings()
    data = DataInfo(rows=len(rows), fingerprint=fingerprint(rows))
    if baseline is not None and baseline.test_fingerprint != data.fingerprint:
        raise EvaluationError(
            "the baseline answered other rows than these "
            f"({baseline.test_fingerprint[:12]}, not {data.fingerprint[:12]}); fit it again"
        )
    measuring = _Measuring(rows, baseline, settings)
    return Evaluation(
        tool_version=__version__,
        bundle=_bundle_info(manifest),
        data=data,
        settings=settings,
        baseline=None if baseline is None else baseline.info,
        languages=tuple(
            measuring.language(
                lang,
                [found for (code, _), found in cells.items() if code == lang],
                claimed=lang in manifest.languages,
            )
            for lang in dict.fromkeys(lang for lang, _ in cells)
        ),
    )


def _languages(manifest: Manifest, rows: Iterable[LabelledMention]) -> list[str]:
    """Those that the bundle claims or that the rows are in, launch languages first."""
    found = set(manifest.languages) | {row.lang for row in rows}
    known = [language.code for language in target_languages()]
    return [code for code in known if code in found] + sorted(found - set(known))


def _bundle_info(manifest: Manifest) -> BundleInfo:
    return BundleInfo(
        name=manifest.name,
        version=manifest.version,
        precision=manifest.graph.precision,
        graph_sha256=manifest.graph.sha256,
        languages=tuple(manifest.languages),
        tasks={task.name: task.labels for task in manifest.tasks},
        low_confidence={task.name: task.low_confidence for task in manifest.tasks},
    )


class _Measuring:
    """What all cells share: the facts of the rows, their slices, and the rivals."""

    def __init__(
        self, rows: Sequence[LabelledMention], baseline: Baseline | None, settings: Settings
    ) -> None:
        self._facts = [RowFacts(row.id, row.text, row.lang, row.source, row.slices) for row in rows]
        self._slices: Slices = find_slices(self._facts)
        self._baseline = baseline
        self._settings = settings
        self._ledger: Mapping[str, LedgerEntry] = load_ledger()
        self._false_alarms: Mapping[str, Sequence[FalseAlarm]] = {
            task.name: task.false_alarms for task in default_tasks()
        }

    def language(self, lang: str, cells: Sequence[TaskAnswers], *, claimed: bool) -> LanguageResult:
        rows = [row for row in self._facts if row.lang == lang]
        return LanguageResult(
            lang=lang,
            rows=len(rows),
            sources=dict(Counter(row.source for row in rows).most_common()),
            tasks=tuple(self._task(lang, answers) for answers in cells if len(answers)),
            notes=language_notes(
                lang, len(rows), claimed, [answers.task for answers in cells if not len(answers)]
            ),
        )

    def _task(self, lang: str, answers: TaskAnswers) -> TaskResult:
        task, settings, facts = answers.task, self._settings, self._facts
        figures = measure_task_figures(answers, settings, cell_generator(settings, lang, task))
        return TaskResult(
            task=task,
            counted=len(answers) >= settings.min_rows and len(np.unique(answers.gold)) > 1,
            **vars(figures),
            false_alarms=count_false_alarms(
                answers, facts, self._false_alarms.get(task, ()), settings.confidence
            ),
            sources=self._sources(lang, answers),
            slices=self._slice_scores(lang, answers),
            rivals=rivals(answers, facts, baseline=self._baseline, lang=lang, ledger=self._ledger),
            confident_mistakes=confident_mistakes(answers, facts),
            typical_mistakes=typical_mistakes(answers, facts),
            notes=task_notes(answers, settings),
        )

    def _sources(self, lang: str, answers: TaskAnswers) -> tuple[SourceScores, ...]:
        """The same figures by corpus or file, the largest first."""
        names = np.array([self._facts[row].source for row in answers.rows])
        return tuple(
            SourceScores(
                source=name,
                scores=measure_scores(
                    answers.take(names == name),
                    self._settings,
                    cell_generator(self._settings, lang, answers.task, "source", name),
                ),
            )
            for name, _ in Counter(names.tolist()).most_common()
        )

    def _slice_scores(self, lang: str, answers: TaskAnswers) -> tuple[SliceScores, ...]:
        return tuple(
            SliceScores(
                slice=found.name,
                kind=found.kind,
                description=found.description,
                scores=measure_scores(
                    answers.take(found.mask),
                    self._settings,
                    cell_generator(self._settings, lang, answers.task, "slice", found.name),
                ),
            )
            for found in self._slices.among(answers.rows)
        )
