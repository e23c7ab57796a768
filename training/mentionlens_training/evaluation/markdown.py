"""An evaluation as Markdown: one table per task, a row per language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mentionlens_training.evaluation.results import MIN_ROWS, Cell, Evaluation

__all__ = ["render_markdown"]


def render_markdown(evaluation: Evaluation) -> str:
    """Return the tables, preceded by what was measured and how often the rivals were beaten.

    All figures but the rows are in percent. Cells with fewer than `MIN_ROWS` rows or with one
    gold label only are shown in brackets and enter neither the counts nor the means.
    """
    bundle, summary = evaluation.bundle, evaluation.summary
    lines = [
        f"{bundle.name} {bundle.version} ({bundle.precision}) on {evaluation.data.rows:,} rows. "
        f"Beats the majority class in {summary.beats_majority} of {summary.cells} cells"
    ]
    if evaluation.baseline is not None:
        lines[0] += f", beats TF-IDF in {summary.beats_tfidf} of {summary.cells_with_tfidf} cells"
    lines[0] += "."
    lines += ["", *_overview(evaluation.cells)]
    for task in dict.fromkeys(cell.task for cell in evaluation.cells):
        cells = [cell for cell in evaluation.cells if cell.task == task]
        lines += ["", f"### {task}", "", *_table(cells)]
    lines += [
        "",
        "Macro-F1 over the labels that occur in the cell, accuracy and expected calibration error "
        f"(15 bins) in percent. In brackets: fewer than {MIN_ROWS} rows or one label only, "
        "not counted.",
    ]
    return "\n".join(lines) + "\n"


def _overview(cells: Sequence[Cell]) -> Iterator[str]:
    """One row a language: macro-F1 of the bundle, and of TF-IDF where it is known."""
    tasks = list(dict.fromkeys(cell.task for cell in cells))
    yield f"| macro-F1 (TF-IDF) | {' | '.join(tasks)} |"
    yield "|---|" + "--:|" * len(tasks)
    found = {(cell.lang, cell.task): cell for cell in cells if cell.counted}
    for lang in dict.fromkeys(cell.lang for cell in cells):
        row = (_overview_cell(found.get((lang, task))) for task in tasks)
        yield f"| {lang} | {' | '.join(row)} |"


def _overview_cell(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    rival = "" if cell.tfidf_macro_f1 is None else f" ({_percent(cell.tfidf_macro_f1)})"
    return f"{_percent(cell.metrics.macro_f1)}{rival}"


def _table(cells: Sequence[Cell]) -> Iterator[str]:
    yield "| language | rows | majority | TF-IDF | mentionlens | accuracy | ECE |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for cell in cells:
        metrics = cell.metrics
        figures = (
            _percent(metrics.majority_macro_f1),
            _percent(cell.tfidf_macro_f1),
            _percent(metrics.macro_f1),
            _percent(metrics.accuracy),
            _percent(metrics.ece),
        )
        lang = cell.lang if cell.counted else f"({cell.lang})"
        yield f"| {lang} | {metrics.rows:,} | {' | '.join(figures)} |"
    counted = [cell for cell in cells if cell.counted]
    if len(counted) > 1:
        rivals = [c.tfidf_macro_f1 for c in counted if c.tfidf_macro_f1 is not None]
        figures = (
            _mean([c.metrics.majority_macro_f1 for c in counted]),
            _mean(rivals),
            _mean([c.metrics.macro_f1 for c in counted]),
            _mean([c.metrics.accuracy for c in counted]),
            _mean([c.metrics.ece for c in counted]),
        )
        rows = sum(c.metrics.rows for c in counted)
        yield f"| **mean** | {rows:,} | {' | '.join(figures)} |"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _mean(values: Sequence[float]) -> str:
    return _percent(sum(values) / len(values)) if values else "-"
