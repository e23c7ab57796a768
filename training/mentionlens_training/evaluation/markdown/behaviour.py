"""What else is known of a bundle: robustness, the cost of its precision, speed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from mentionlens_training.evaluation.markdown.formatting import mean_percent, percent, safe, table
from mentionlens_training.evaluation.schema import Evaluation, TaskRobustness

__all__ = [
    "brackets_note",
    "precision_line",
    "reading_notes",
    "robustness_table",
    "speed_line",
]


def robustness_table(evaluation: Evaluation) -> list[str]:
    """One row an augmentation: changed answers and lost macro-F1, as means over languages.

    A language enters a mean with at least `Settings.min_rows` rows.
    """
    least = evaluation.settings.min_rows
    found: dict[str, list[TaskRobustness]] = defaultdict(list)
    for language in evaluation.languages:
        for robustness in language.robustness:
            found[robustness.augmentation] += robustness.tasks
    rows = [
        [safe(name)]
        + [
            cell
            for task in evaluation.tasks
            for cell in _lost([r for r in results if r.task == task], least)
        ]
        for name, results in found.items()
    ]
    head = [f"{task}: {what}" for task in evaluation.tasks for what in ("changed", "F1 lost")]
    return table(["augmentation", *head], rows) if rows else []


def _lost(results: Sequence[TaskRobustness], least: int) -> tuple[str, str]:
    changed = [result.changed.value for result in results if result.rows >= least]
    lost = [
        result.macro_f1_before - result.macro_f1_after
        for result in results
        if result.labelled >= least
        and result.macro_f1_before is not None
        and result.macro_f1_after is not None
    ]
    return mean_percent(changed), mean_percent(lost)


def precision_line(evaluation: Evaluation) -> str:
    """Say what the shipped precision costs, over cells of at least `Settings.min_rows` rows."""
    precision = evaluation.precision
    least = evaluation.settings.min_rows
    cells = [cell for cell in precision.cells if cell.rows >= least] if precision else []
    if precision is None or not cells:
        return ""
    losses = [(cell.reference_macro_f1 - cell.macro_f1, cell) for cell in cells]
    mean = sum(loss for loss, _ in losses) / len(losses)
    worst, cell = max(losses, key=lambda item: item[0])
    text = (
        f"Against {safe(precision.reference)}, the shipped graph "
        f"({safe(evaluation.bundle.precision)}) loses {100 * mean:.1f} points of macro-F1 on "
        f"average over {len(losses)} cells of language x task, and {100 * worst:.1f} in the worst "
        f"({safe(cell.lang)} {safe(cell.task)})"
    )
    same = [f"{percent(value)} % ({safe(task)})" for task, value in precision.agreement.items()]
    if same:
        text += f"; its answer is the same for {', '.join(same)} of the texts"
    if precision.measured_by == "export gate":
        text += " (measured by the export gate, on validation rows)"
    return text + "."


def speed_line(evaluation: Evaluation) -> str:
    """Say how large the bundle is and how fast it answered."""
    speed, size = evaluation.speed, evaluation.bundle.size_bytes
    parts = [] if size is None else [f"The bundle takes {size / 1e6:.1f} MB."]
    if speed is not None:
        parts.append(
            f"One mention alone (median {speed.median_characters} characters, one thread) takes "
            f"{speed.p50_ms:.1f} ms in the median and {speed.p95_ms:.1f} ms at the 95th percentile"
        )
        if speed.bulk_mentions_per_second is not None:
            parts[-1] += (
                f"; in bulk it answers {speed.bulk_mentions_per_second:,.0f} mentions a second "
                f"with {speed.threads} {'thread' if speed.threads == 1 else 'threads'}"
            )
        parts[-1] += f" ({safe(speed.machine)})."
    return " ".join(parts)


def reading_notes(evaluation: Evaluation) -> list[str]:
    """Say how the figures are to be read, as the items of a list."""
    settings = evaluation.settings
    items = [
        "Macro-F1 is the mean F1 over the labels that occur among the right answers of the cell: "
        "a label that a language lacks is not in the mean, though answering it costs the labels "
        "that were right. Figures are in percent.",
        f"ECE is the expected calibration error, in {settings.ece_bins} bins of equal width: how "
        "far the probability of an answer is from the share of right answers, on average.",
        "The majority class is the one most frequent among these rows. TF-IDF is logistic "
        "regression on character n-grams, trained on the rows that the model was trained on.",
    ]
    if settings.resamples:
        items.append(
            f"Intervals hold {100 * settings.confidence:g} % of the time, over the choice of rows; "
            "they do not show what another training would do. Those of shares are Wilson's; a "
            "calibration error whose interval starts at 0 is no larger than chance makes it."
        )
    return [f"- {item}" for item in items]


def brackets_note(evaluation: Evaluation) -> str:
    """Say what brackets around a language mean, as the item of a list."""
    return (
        f"- A language in brackets has fewer than {evaluation.settings.min_rows} rows of the task, "
        "or rows of one label only: it enters neither counts nor means."
    )
