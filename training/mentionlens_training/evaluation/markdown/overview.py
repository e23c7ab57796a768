"""The overview of an evaluation: all languages and tasks."""

from __future__ import annotations

from collections.abc import Iterator

from mentionlens_training.evaluation.markdown.behaviour import (
    brackets_note,
    precision_line,
    reading_notes,
    robustness_table,
    speed_line,
)
from mentionlens_training.evaluation.markdown.formatting import safe
from mentionlens_training.evaluation.markdown.sections import (
    bundle_title,
    false_alarm_table,
    macro_f1_table,
    published_table,
    task_table,
    wins,
)
from mentionlens_training.evaluation.schema import Evaluation

__all__ = ["measured_line", "render_markdown"]


def render_markdown(evaluation: Evaluation) -> str:
    """Return the overview; figures are in percent, sections without figures are left out."""
    blocks = [
        [f"# {bundle_title(evaluation)}"],
        [measured_line(evaluation)],
        [wins(evaluation)],
        macro_f1_table(evaluation),
        [f"- {safe(note)}" for note in evaluation.notes],
    ]
    for title, lines in _sections(evaluation):
        if any(lines):
            blocks += [[f"## {title}"], lines]
    return "\n\n".join("\n".join(lines) for lines in blocks if any(lines)) + "\n"


def measured_line(evaluation: Evaluation) -> str:
    """Say what was measured, on which rows, by which version."""
    data = evaluation.data
    split = f" of the {safe(data.split)} part" if data.split else ""
    text = (
        f"Measured on {data.rows:,} labelled rows{split} (fingerprint "
        f"`{safe(data.fingerprint[:8])}`) by mentionlens {safe(evaluation.tool_version)}; graph "
        f"`{safe(evaluation.bundle.graph_sha256[:8])}`"
    )
    if evaluation.baseline is not None:
        text += f"; TF-IDF learned from {evaluation.baseline.training_rows:,} rows"
    return text + "."


def _sections(evaluation: Evaluation) -> Iterator[tuple[str, list[str]]]:
    for task in evaluation.tasks:
        yield safe(task), task_table(evaluation, task)
    yield "False alarms on genuine customers", false_alarm_table(evaluation)
    yield "Published figures", published_table(evaluation)
    yield "Robustness (means over languages)", robustness_table(evaluation)
    yield "Precision and speed", _paragraphs(precision_line(evaluation), speed_line(evaluation))
    yield "How to read the figures", [*reading_notes(evaluation), brackets_note(evaluation)]


def _paragraphs(*texts: str) -> list[str]:
    return "\n\n".join(text for text in texts if text).split("\n")
