"""The figures of the card, from the evaluation of the bundle."""

from __future__ import annotations

from collections.abc import Iterator

from mentionlens.manifest import Manifest

from mentionlens_training.evaluation.markdown.behaviour import (
    brackets_note,
    precision_line,
    reading_notes,
    robustness_table,
    speed_line,
)
from mentionlens_training.evaluation.markdown.formatting import safe
from mentionlens_training.evaluation.markdown.overview import measured_line
from mentionlens_training.evaluation.markdown.sections import (
    false_alarm_table,
    macro_f1_table,
    published_table,
    task_table,
    wins,
)
from mentionlens_training.evaluation.schema import Evaluation

__all__ = ["evaluation_section"]

_UNMEASURED = """## Evaluation

This bundle has not been evaluated: nobody knows how good it is. To measure it on labelled rows that
it was not trained on, and to renew this card:

```sh
mentionlens evaluate path/to/this/folder --data FILES -o evaluation --record
```"""


def evaluation_section(manifest: Manifest, evaluation: Evaluation | None) -> str:
    """Return all figures, or how to come by them."""
    if evaluation is None:
        return _UNMEASURED
    blocks = ["## Evaluation", measured_line(evaluation)]
    if evaluation.bundle.graph_sha256 != manifest.graph.sha256:
        blocks.append(
            f"**These are the figures of another graph** ({safe(evaluation.bundle.name)} "
            f"{safe(evaluation.bundle.version)}, {safe(evaluation.bundle.precision)}), not of the "
            "one in this bundle."
        )
    blocks += [wins(evaluation), "\n".join(macro_f1_table(evaluation))]
    blocks.append("\n".join(f"- {safe(note)}" for note in evaluation.notes))
    for title, text in _parts(evaluation):
        if text:
            blocks += [f"### {title}", text]
    return "\n\n".join(block for block in blocks if block)


def _parts(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    for task in evaluation.tasks:
        yield safe(task).capitalize(), "\n".join(task_table(evaluation, task))
    yield "False alarms on genuine customers", "\n".join(false_alarm_table(evaluation))
    yield "Published figures on the same corpora", "\n".join(published_table(evaluation))
    yield "Robustness (means over languages)", "\n".join(robustness_table(evaluation))
    yield "Shipped precision", precision_line(evaluation)
    yield "Size and speed", speed_line(evaluation)
    notes = [*reading_notes(evaluation), brackets_note(evaluation)]
    yield "How to read the figures", "\n".join(notes)
