"""Compares two versions on the rows that both answered, per language and task.

The verdict on a counted cell is on macro-F1: `better` or `worse` where the paired 95 % interval of
the difference lies on one side of zero and at least `MIN_CHANGED` answers became right or wrong;
otherwise `no difference shown`, which does not say that there is none. A second verdict is on the
probabilities, by the Brier score: a model that was taught wrong may give the same answers still,
and no longer mean what it says. Some forty cells are
compared at once: of two equal versions, one cell in twenty is called better or worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from mentionlens import __version__
from mentionlens_data.languages import target_languages
from mentionlens_data.tasks import FalseAlarm, default_tasks

from mentionlens_training.evaluation.answers import RowFacts
from mentionlens_training.evaluation.comparison.brier_difference import (
    BrierScores,
    brier_difference,
    brier_verdict,
    score_rows,
)
from mentionlens_training.evaluation.comparison.changes import (
    CHANGES,
    changed_mentions,
    changed_rows,
)
from mentionlens_training.evaluation.comparison.paired_bootstrap import (
    Resampled,
    figures,
    joint_counts,
    resampled_differences,
)
from mentionlens_training.evaluation.comparison.pairing import PairedAnswers, Pairing
from mentionlens_training.evaluation.comparison.schema import (
    CellComparison,
    ChangedMention,
    Comparison,
    Difference,
    FalseAlarmComparison,
    LabelComparison,
    MeanComparison,
    SideInfo,
    Verdict,
)
from mentionlens_training.evaluation.measures.false_alarms import count_false_alarms
from mentionlens_training.evaluation.measures.intervals import percentile_interval
from mentionlens_training.evaluation.measures.metrics import confusion_matrix, precision_recall_f1
from mentionlens_training.evaluation.measures.reliability import expected_calibration_error
from mentionlens_training.evaluation.schema import Settings

__all__ = ["MIN_CHANGED", "MOST_CHANGED", "compare_answers"]

MIN_CHANGED = 6
"""With fewer answers that became right or wrong no paired test can reach 5 %: 2 * 0.5**5 > 0.05.
The bootstrap cannot know this: of four changes that are all gains, it never draws a loss."""

MOST_CHANGED = 30
"""Changed mentions of each language, task and change that a comparison names."""


@dataclass(frozen=True)
class _Cell:
    """A cell, and what the means need of its rows."""

    result: CellComparison
    resampled: Resampled
    brier: BrierScores


def compare_answers(
    a: SideInfo,
    b: SideInfo,
    pairing: Pairing,
    *,
    settings: Settings,
    texts: Mapping[str, str] | None = None,
    most_changed: int = MOST_CHANGED,
) -> Comparison:
    """Compare two versions.

    Args:
        a: the old version.
        b: the new version.
        pairing: their answers, from `pair`.
        settings: of bootstrap, calibration error and counted cells.
        texts: id to text, of the changed mentions.
        most_changed: changed mentions that are named, of each language, task and change.
    """
    cells: list[_Cell] = []
    changed: list[ChangedMention] = []
    alarms = {task.name: task.false_alarms for task in default_tasks()}
    for lang in _languages(pairing.facts):
        tasks = _tasks_of(lang, pairing)
        seed = [settings.seed, *lang.encode()]
        resampled = resampled_differences(tasks, resamples=settings.resamples, seed=seed)
        for paired, drawn in zip(tasks, resampled, strict=True):
            wanted = alarms.get(paired.a.task, ())
            brier = score_rows(paired)
            result = _compare_cell(
                lang, paired, drawn, brier, facts=pairing.facts, wanted=wanted, settings=settings
            )
            cells.append(_Cell(result, drawn, brier))
            changed += changed_mentions(paired, pairing.facts, texts or {}, most=most_changed)
    changed.sort(key=lambda item: (CHANGES.index(item.change), -item.b_score))
    return Comparison(
        tool_version=__version__,
        a=a,
        b=b,
        rows=pairing.rows,
        settings=settings,
        cells=tuple(cell.result for cell in cells),
        means=tuple(_means(cells, tuple(pairing.tasks), settings)),
        changed=tuple(changed),
        notes=(*_data_notes(a, b, pairing), *pairing.notes),
    )


def _languages(facts: Sequence[RowFacts]) -> list[str]:
    """Return the languages of the rows, launch languages first."""
    found = {row.lang for row in facts}
    launch = [language.code for language in target_languages() if language.code in found]
    return launch + sorted(found.difference(launch))


def _tasks_of(lang: str, pairing: Pairing) -> list[PairedAnswers]:
    inside = np.array([row.lang == lang for row in pairing.facts])
    tasks = (paired.take(inside[paired.a.rows]) for paired in pairing.tasks.values())
    return [paired for paired in tasks if len(paired)]


def _compare_cell(
    lang: str,
    paired: PairedAnswers,
    drawn: Resampled,
    scores: BrierScores,
    *,
    facts: Sequence[RowFacts],
    wanted: Sequence[FalseAlarm],
    settings: Settings,
) -> CellComparison:
    from scipy.stats import binomtest

    f1_a, f1_b, accuracy_a, accuracy_b = figures(joint_counts(paired)).tolist()
    macro_f1 = _difference(f1_a, f1_b, drawn.macro_f1, settings)
    changes = {change: len(rows) for change, rows in changed_rows(paired).items()}
    turned = changes["broken"] + changes["fixed"]
    labels = _labels(paired)
    counted = len(paired) >= settings.min_rows and len(labels) > 1
    brier = brier_difference([scores], settings.confidence)
    return CellComparison(
        lang=lang,
        task=paired.a.task,
        rows=len(paired),
        counted=counted,
        verdict=_verdict(macro_f1, turned) if counted else "not counted",
        macro_f1=macro_f1,
        accuracy=_difference(accuracy_a, accuracy_b, drawn.accuracy, settings),
        brier=brier,
        brier_verdict=brier_verdict(brier) if counted else "not counted",
        ece_a=_ece(paired.a.confidence, paired.a.correct, settings),
        ece_b=_ece(paired.b.confidence, paired.b.correct, settings),
        **changes,
        mcnemar_p=float(binomtest(changes["fixed"], turned).pvalue) if turned else 1.0,
        labels=labels,
        false_alarms=tuple(_false_alarms(paired, facts, wanted, settings)),
    )


def _difference(
    a: float, b: float, drawn: npt.NDArray[np.float64], settings: Settings
) -> Difference:
    low, high = percentile_interval(drawn, settings.confidence)
    return Difference(a=a, b=b, difference=b - a, low=low, high=high)


def _verdict(difference: Difference, turned: int) -> Verdict:
    if turned < MIN_CHANGED or difference.low <= 0 <= difference.high:
        return "no difference shown"
    return "better" if difference.low > 0 else "worse"


def _ece(
    confidence: npt.NDArray[np.float32], correct: npt.NDArray[np.bool_], settings: Settings
) -> float:
    return expected_calibration_error(confidence, correct, bins=settings.ece_bins)


def _labels(paired: PairedAnswers) -> tuple[LabelComparison, ...]:
    """Return the F1 of the labels that occur in the right answers."""
    names = paired.a.labels
    both = [confusion_matrix(x.gold, x.predicted, len(names)) for x in (paired.a, paired.b)]
    f1_a, f1_b = precision_recall_f1(np.stack(both)).f1
    rows = both[0].sum(axis=1)
    return tuple(
        LabelComparison(label=names[i], rows=int(rows[i]), f1_a=float(f1_a[i]), f1_b=float(f1_b[i]))
        for i in np.flatnonzero(rows)
    )


def _false_alarms(
    paired: PairedAnswers,
    facts: Sequence[RowFacts],
    wanted: Sequence[FalseAlarm],
    settings: Settings,
) -> Iterable[FalseAlarmComparison]:
    known = [alarm for alarm in wanted if alarm.label in paired.a.labels]
    a = count_false_alarms(paired.a, facts, known, settings.confidence)
    b = count_false_alarms(paired.b, facts, known, settings.confidence)
    return (FalseAlarmComparison(a=x, b=y) for x, y in zip(a, b, strict=True))


def _means(
    cells: Sequence[_Cell], tasks: Sequence[str], settings: Settings
) -> Iterable[MeanComparison]:
    """Yield the mean over all counted cells and over those of each task."""
    counted = [cell for cell in cells if cell.result.counted]
    for task in (None, *tasks):
        chosen = [cell for cell in counted if task in (None, cell.result.task)]
        if not chosen:
            continue
        found = {}
        for name in ("macro_f1", "accuracy"):
            both = [getattr(cell.result, name) for cell in chosen]
            drawn = np.mean([getattr(cell.resampled, name) for cell in chosen], axis=0)
            a, b = (float(np.mean([getattr(item, side) for item in both])) for side in "ab")
            found[name] = _difference(a, b, drawn, settings)
        turned = sum(cell.result.fixed + cell.result.broken for cell in chosen)
        brier = brier_difference([cell.brier for cell in chosen], settings.confidence)
        yield MeanComparison(
            task=task,
            cells=len(chosen),
            verdict=_verdict(found["macro_f1"], turned),
            brier=brier,
            brier_verdict=brier_verdict(brier),
            **found,
        )


def _data_notes(a: SideInfo, b: SideInfo, pairing: Pairing) -> Iterable[str]:
    if a.data is not None and b.data is not None and a.data.fingerprint != b.data.fingerprint:
        yield (
            f"A and B were evaluated on different data ({a.data.fingerprint[:12]} and "
            f"{b.data.fingerprint[:12]}): compared is what they share."
        )
    if a.bundle and b.bundle and a.bundle.graph_sha256 == b.bundle.graph_sha256:
        yield "A and B are the same graph."
    for name, rows, ids in (
        ("A", pairing.rows.only_a, pairing.rows.only_a_ids),
        ("B", pairing.rows.only_b, pairing.rows.only_b_ids),
    ):
        if rows:
            more = ", ..." if rows > len(ids) else ""
            yield f"{rows:,} rows were answered by {name} only: {', '.join(ids)}{more}."
