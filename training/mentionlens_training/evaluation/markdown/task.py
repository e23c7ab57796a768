"""One task in one language."""

from __future__ import annotations

from collections.abc import Iterator

from mentionlens_data.rendering import markdown_text, shown_text

from mentionlens_training.evaluation.markdown.formatting import (
    DASH,
    interval,
    percent,
    safe,
    table,
    with_interval,
)
from mentionlens_training.evaluation.markdown.sections import PUBLISHED, published_cells
from mentionlens_training.evaluation.report.wording import alarm_name
from mentionlens_training.evaluation.schema import Mistake, Scores, TaskResult

__all__ = ["task_sections"]

_MOST_CHARACTERS = 300
_COVERAGE_STEP = 0.1


def task_sections(result: TaskResult) -> Iterator[tuple[str, list[str]]]:
    """Yield title and lines of each part; a part without figures has no lines."""
    yield "Labels", _labels(result)
    yield "Right answers (rows) and answers given (columns)", _confusion(result)
    yield "Corpora", _corpora(result)
    yield "Published figures", _published(result)
    yield "Slices", _slices(result)
    yield "False alarms on genuine customers", _false_alarms(result)
    yield "Calibration", _reliability(result)
    yield "What happens if the unsure answers are handed to a person", _coverage(result)
    yield "Thresholds for a wanted accuracy", _thresholds(result)
    yield "Most typical mistakes", _typical(result)
    yield "Most confident mistakes", _confident(result)


def _labels(result: TaskResult) -> list[str]:
    head = ["label", "rows", "answered", "precision", "recall", "F1"]
    return table(
        head,
        [
            [
                safe(item.label),
                DASH if item.rows is None else item.rows,
                DASH if item.answered is None else item.answered,
                with_interval(item.precision),
                with_interval(item.recall),
                with_interval(item.f1),
            ]
            for item in result.labels
        ],
    )


def _confusion(result: TaskResult) -> list[str]:
    if not result.confusion:
        return []
    labels = [safe(item.label) for item in result.labels]
    rows = zip(labels, result.confusion, strict=True)
    return table(["", *labels], [[f"**{label}**", *counts] for label, counts in rows])


def _corpora(result: TaskResult) -> list[str]:
    rivals = {(r.source, r.kind): r.value for r in result.rivals if r.kind != "published"}
    rows = [
        [
            safe(item.source),
            item.scores.rows,
            percent(rivals.get((item.source, "majority"))),
            percent(rivals.get((item.source, "tfidf"))),
            *_figures(item.scores),
        ]
        for item in result.sources
    ]
    head = ["corpus", "rows", "majority", "TF-IDF", "mentionlens", "interval", "accuracy", "ECE"]
    return table(head, rows) if rows else []


def _figures(scores: Scores) -> list[str]:
    return [
        percent(scores.macro_f1),
        interval(scores.macro_f1),
        percent(scores.accuracy),
        percent(scores.ece),
    ]


def _published(result: TaskResult) -> list[str]:
    rows = [published_cells(rival) for rival in result.rivals if rival.kind == "published"]
    return table(PUBLISHED, rows, slice(3, 5)) if rows else []


def _slices(result: TaskResult) -> list[str]:
    rows = [
        [safe(item.slice), safe(item.description), item.scores.rows, *_figures(item.scores)]
        for item in result.slices
    ]
    head = ["slice", "what it is", "rows", "macro-F1", "interval", "accuracy", "ECE"]
    return table(head, rows, slice(2, None)) if rows else []


def _false_alarms(result: TaskResult) -> list[str]:
    rows = [
        (
            safe(alarm_name(result.task, item)),
            item.rows,
            item.alarms,
            percent(item.share),
            interval(item.share),
        )
        for item in result.false_alarms
    ]
    return table(["alarm", "rows", "alarms", "share", "interval"], rows) if rows else []


def _reliability(result: TaskResult) -> list[str]:
    rows = [
        (
            f"{percent(span.low)}–{percent(span.high)}",
            span.rows,
            percent(span.confidence),
            percent(span.accuracy),
        )
        for span in result.reliability
    ]
    return table(["probability", "rows", "mean probability", "right"], rows) if rows else []


def _coverage(result: TaskResult) -> list[str]:
    """Show the curve at steps of a tenth of the rows; the JSON has all of its points."""
    rows, wanted = [], 1.0
    for point in sorted(result.coverage, key=lambda point: -point.coverage):
        if point.coverage <= wanted + 1e-9:
            rows.append(
                [percent(point.coverage), percent(point.accuracy), percent(point.threshold)]
            )
            while wanted >= point.coverage - 1e-9:
                wanted -= _COVERAGE_STEP
    head = ["kept", "of these right", "answers of at least"]
    return table(head, rows, slice(0, None)) if rows else []


def _thresholds(result: TaskResult) -> list[str]:
    rows = [
        [
            percent(item.accuracy),
            "not reached" if item.threshold is None else percent(item.threshold),
            percent(item.coverage),
        ]
        for item in result.thresholds
    ]
    return table(["wanted", "answers of at least", "kept"], rows, slice(0, None)) if rows else []


def _typical(result: TaskResult) -> list[str]:
    rows = []
    for kind in result.typical_mistakes:
        texts = " <br> ".join(_text(mistake) for mistake in kind.examples)
        rows.append(
            [safe(kind.gold), safe(kind.predicted), kind.rows, percent(kind.share), texts or DASH]
        )
    head = ["right", "answered", "rows", "of all mistakes", "for example"]
    return table(head, rows, slice(2, 4)) if rows else []


def _confident(result: TaskResult) -> list[str]:
    rows = [
        (
            safe(item.gold),
            safe(item.predicted),
            percent(item.score),
            percent(item.gold_score),
            _text(item),
        )
        for item in result.confident_mistakes
    ]
    head = ["right", "answered", "probability", "of right", "mention"]
    return table(head, rows, slice(2, 4)) if rows else []


def _text(mistake: Mistake) -> str:
    """Return the mention, or where to find it where the evaluation holds no texts."""
    if mistake.text is None:
        return f"{safe(mistake.id)} ({safe(mistake.source)})"
    return markdown_text(shown_text(mistake.text, _MOST_CHARACTERS))
