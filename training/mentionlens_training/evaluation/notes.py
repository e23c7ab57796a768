"""What a reader must know before believing the figures of a language."""

from __future__ import annotations

from collections.abc import Sequence

from mentionlens_training.evaluation.answers import TaskAnswers
from mentionlens_training.evaluation.schema import Settings

__all__ = ["language_notes", "task_notes"]

_FEW = 20
"""Rows of a label below which its recall moves by five points with a single answer."""


def task_notes(answers: TaskAnswers, settings: Settings) -> tuple[str, ...]:
    """Say which labels are missing or rare, and whether there are rows enough."""
    rows = {label: int((answers.gold == index).sum()) for index, label in enumerate(answers.labels)}
    absent = [label for label, number in rows.items() if not number]
    present = {label: number for label, number in rows.items() if number}
    notes = []
    if len(present) == 1:
        notes.append(
            f"Every row is labelled {next(iter(present))}: macro-F1 is the F1 of that one label, "
            "and nothing shows whether the others would be found."
        )
    elif absent:
        notes.append(
            f"No row is labelled {_listed(absent, 'or')}: macro-F1 is the mean over the "
            f"{len(present)} labels that occur."
        )
    few = [f"{label} ({number})" for label, number in present.items() if number < _FEW]
    if few and len(present) > 1:
        notes.append(f"Fewer than {_FEW} rows are labelled {_listed(few, 'or')}.")
    if len(answers) < settings.min_rows:
        notes.append(
            f"Fewer than {settings.min_rows} rows: the figures are shown, and counted nowhere."
        )
    return tuple(notes)


def language_notes(
    lang: str, rows: int, claimed: bool, unlabelled: Sequence[str]
) -> tuple[str, ...]:
    """Say what was not measured in a language.

    Args:
        lang: ISO 639-1 code.
        rows: labelled rows of the language.
        claimed: whether the bundle says that it knows the language.
        unlabelled: tasks that no row of the language is labelled for.
    """
    if not rows:
        return ("The model claims this language; no row of it was given, so nothing is measured.",)
    notes = []
    if not claimed:
        notes.append(
            f"The model does not claim this language ({lang}): it answers by transfer alone."
        )
    if unlabelled:
        notes.append(f"No row is labelled for {_listed(unlabelled, 'or')}: not measured.")
    return tuple(notes)


def _listed(words: Sequence[str], last: str) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
