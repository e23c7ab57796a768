"""What a person decided in a review file: checked against the set, then applied to its rows."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mentionlens_data.languages import target_languages
from mentionlens_data.quality.review_file import ReviewLine, text_sha
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task, default_tasks

__all__ = ["KINDS", "Decisions", "apply_decisions", "check_decisions"]

KINDS = ("keep", "drop", "unknown", "relabelled", "language", "undecided")
"""What a line can decide; `undecided` changes nothing."""


@dataclass
class Decisions:
    """Decisions that can be applied.

    Attributes:
        dropped: ids of the rows to leave out.
        answers: (id, task) to the new label; None takes the answer away.
        langs: id to the new language.
        counts: kind of decision (of `KINDS`) to number of lines.
    """

    dropped: set[str] = field(default_factory=set)
    answers: dict[tuple[str, str], str | None] = field(default_factory=dict)
    langs: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


class _ProblemError(ValueError):
    """One line cannot be applied."""


def check_decisions(
    lines: Iterable[ReviewLine],
    rows: Mapping[str, LabelledMention],
    *,
    tasks: Sequence[Task] | None = None,
    allow_test: bool = False,
) -> tuple[Decisions, list[str]]:
    """Check the lines of a review file against the rows of the set.

    Args:
        lines: as `read_review` yields them.
        rows: id to row, at least for all ids of the lines that exist.
        tasks: questions and their labels; by default those that mentionlens ships with.
        allow_test: accept decisions about rows of the test part.

    Returns:
        The decisions, and a message for every line that cannot be applied: line, field, what is
        wrong and what is possible. Apply nothing unless there are none.
    """
    labels = {task.name: task.labels for task in tasks or default_tasks()}
    decisions = Decisions()
    problems = []
    made: dict[tuple[str, str], tuple[str, int]] = {}
    for line in lines:
        decision = line.decision.strip().lower()
        if not decision:
            decisions.counts["undecided"] += 1
            continue
        try:
            row = _row(line, rows, allow_test=allow_test)
            _check_question(line, row, labels)
            kind = _kind(line, decision, labels)
            _check_once(line, decision, made)
        except _ProblemError as problem:
            problems.append(f"line {line.line}: {problem}")
            continue
        _add(decisions, line, kind, decision)
    problems += _contradictions(made, decisions.dropped)
    return decisions, problems


def apply_decisions(
    rows: Iterable[LabelledMention], decisions: Decisions
) -> Iterator[LabelledMention]:
    """Yield the rows as decided; a row that is left without any answer is left out, too."""
    touched = {id_ for id_, _ in decisions.answers} | set(decisions.langs)
    for row in rows:
        if row.id in decisions.dropped:
            continue
        if row.id not in touched:
            yield row
            continue
        labels = {}
        for task, given in row.labels.items():
            label = decisions.answers.get((row.id, task), given)
            if label is not None:
                labels[task] = label
        if labels:
            lang = decisions.langs.get(row.id, row.lang)
            yield dataclasses.replace(row, labels=labels, lang=lang)


def _row(
    line: ReviewLine, rows: Mapping[str, LabelledMention], *, allow_test: bool
) -> LabelledMention:
    row = rows.get(line.id)
    if row is None:
        raise _ProblemError(f"field 'id': the set has no row {line.id!r}")
    if line.text_sha.strip() != text_sha(row.text):
        raise _ProblemError(
            f"field 'text_sha': row {line.id!r} has another text in the set; review the set again"
        )
    if row.split == "test" and not allow_test:
        raise _ProblemError(
            f"field 'decision': row {line.id!r} is in the test part, which stays as it is; "
            f"empty the field, or allow it with --allow-test"
        )
    return row


def _check_question(
    line: ReviewLine, row: LabelledMention, labels: Mapping[str, Sequence[str]]
) -> None:
    if not line.task:
        return
    if line.task not in labels:
        raise _ProblemError(
            f"field 'task': {line.task!r} is none of {', '.join(labels)} (empty: the language)"
        )
    if line.task not in row.labels:
        raise _ProblemError(f"field 'task': row {line.id!r} has no answer to {line.task!r}")
    if line.label.strip() != row.labels[line.task]:
        raise _ProblemError(
            f"field 'label': row {line.id!r} has {row.labels[line.task]!r} in the set, "
            f"not {line.label!r}; review the set again"
        )


def _kind(line: ReviewLine, decision: str, labels: Mapping[str, Sequence[str]]) -> str:
    own = ("keep", "drop", "unknown") if line.task else ("keep", "drop")
    if decision in own:
        return decision
    possible = labels[line.task] if line.task else [x.code for x in target_languages()]
    if decision not in possible:
        raise _ProblemError(
            f"field 'decision': {line.decision.strip()!r} is none of "
            f"{', '.join((*own, *possible))} (empty: undecided)"
        )
    return "relabelled" if line.task else "language"


def _check_once(
    line: ReviewLine, decision: str, made: dict[tuple[str, str], tuple[str, int]]
) -> None:
    before, number = made.setdefault((line.id, line.task), (decision, line.line))
    if before != decision:
        raise _ProblemError(
            f"field 'decision': {decision!r}, but line {number} says {before!r} about the same "
            f"answer; decide for one"
        )


def _add(decisions: Decisions, line: ReviewLine, kind: str, decision: str) -> None:
    decisions.counts[kind] += 1
    if kind == "drop":
        decisions.dropped.add(line.id)
    elif kind == "unknown":
        decisions.answers[line.id, line.task] = None
    elif kind == "relabelled":
        decisions.answers[line.id, line.task] = decision
    elif kind == "language":
        decisions.langs[line.id] = decision


def _contradictions(
    made: Mapping[tuple[str, str], tuple[str, int]], dropped: set[str]
) -> Iterator[str]:
    drops = {id_: number for (id_, _), (decision, number) in made.items() if decision == "drop"}
    for (id_, _), (decision, number) in made.items():
        if id_ in dropped and decision != "drop":
            yield (
                f"line {number}: field 'decision': {decision!r}, but line {drops[id_]} drops the "
                f"whole row {id_!r}; decide for one"
            )
