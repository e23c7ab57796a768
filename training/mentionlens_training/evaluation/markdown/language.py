"""Everything about one language."""

from __future__ import annotations

from collections.abc import Iterator

from mentionlens_training.evaluation.markdown.behaviour import reading_notes
from mentionlens_training.evaluation.markdown.formatting import (
    DASH,
    language_title,
    percent,
    safe,
    table,
    with_interval,
)
from mentionlens_training.evaluation.markdown.sections import bundle_title
from mentionlens_training.evaluation.markdown.task import task_sections
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.schema import Evaluation, LanguageResult, Scores, TaskResult

__all__ = ["render_language"]


def render_language(evaluation: Evaluation, lang: str) -> str:
    """Return the page of a language; figures are in percent, parts without figures are left out.

    Args:
        evaluation: that holds the language.
        lang: ISO 639-1 code.

    Raises:
        EvaluationError: the evaluation does not hold the language.
    """
    found = evaluation.language(lang)
    if found is None:
        held = ", ".join(language.lang for language in evaluation.languages) or "none"
        raise EvaluationError(f"no language {lang!r} in this evaluation; it holds {held}")
    blocks = [
        [f"# {language_title(lang)}: {bundle_title(evaluation)}"],
        [_rows(found)],
        [f"- {safe(note)}" for note in found.notes],
    ]
    for result in found.tasks:
        blocks += [[f"## {safe(result.task)}"], *_head(result)]
        for title, lines in task_sections(result):
            if lines:
                blocks += [[f"### {title}"], lines]
    for title, lines in _rest(evaluation, found):
        if lines:
            blocks += [[f"## {title}"], lines]
    return "\n\n".join("\n".join(lines) for lines in blocks if any(lines)) + "\n"


def _rows(found: LanguageResult) -> str:
    sources = ", ".join(f"{safe(name)} ({rows:,})" for name, rows in found.sources.items())
    return f"{found.rows:,} labelled rows" + (f": {sources}." if sources else ".")


def _head(result: TaskResult) -> Iterator[list[str]]:
    rows = [["mentionlens", *_scores(result.scores)]]
    for rival in (result.tfidf, result.majority):
        if rival is not None:
            rows.append(
                [safe(rival.name), f"{result.scores.rows:,}", percent(rival.value), DASH, DASH]
            )
    if result.any_complaint is not None:
        rows.append(["mentionlens: any complaint, or none", *_scores(result.any_complaint)])
    yield table(["", "rows", "macro-F1", "accuracy", "ECE"], rows)
    yield [f"- {safe(note)}" for note in result.notes]


def _scores(scores: Scores) -> list[str]:
    figures = (scores.macro_f1, scores.accuracy, scores.ece)
    return [f"{scores.rows:,}", *(with_interval(figure) for figure in figures)]


def _rest(evaluation: Evaluation, found: LanguageResult) -> Iterator[tuple[str, list[str]]]:
    yield "Robustness", _robustness(found)
    yield "Shipped precision", _precision(evaluation, found.lang)
    if found.tasks:
        yield "How to read the figures", reading_notes(evaluation)


def _robustness(found: LanguageResult) -> list[str]:
    rows = []
    for item in found.robustness:
        for result in item.tasks:
            before, after = result.macro_f1_before, result.macro_f1_after
            lost = None if before is None or after is None else before - after
            rows.append(
                (
                    safe(item.description),
                    safe(result.task),
                    result.rows,
                    with_interval(result.changed),
                    result.labelled,
                    *(percent(value) for value in (before, after, lost)),
                )
            )
    head = ["what is done to the text", "task", "rows it changes", "other answer", "labelled"]
    head += ["macro-F1 before", "after", "lost"]
    return table(head, rows, slice(2, None)) if rows else []


def _precision(evaluation: Evaluation, lang: str) -> list[str]:
    precision = evaluation.precision
    if precision is None:
        return []
    rows = [
        (
            safe(cell.task),
            cell.rows,
            *map(percent, (cell.reference_macro_f1, cell.macro_f1, cell.agreement)),
        )
        for cell in precision.cells
        if cell.lang == lang
    ]
    shipped = f"macro-F1 in {safe(evaluation.bundle.precision)}"
    head = ["task", "rows", f"macro-F1 in {safe(precision.reference)}", shipped, "same answer"]
    return table(head, rows) if rows else []
