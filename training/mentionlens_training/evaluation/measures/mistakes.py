"""Wrong answers worth reading: the surest ones, and the commonest sorts with typical examples.

A text is kept whole up to `MOST_CHARACTERS`, so that an evaluation of a hundred thousand long
letters stays a file that a browser opens. `without_texts` takes the texts out again, for a place
where the licence of a corpus does not let them lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.schema import (
    Evaluation,
    LanguageResult,
    Mistake,
    MistakeKind,
    TaskResult,
)

__all__ = ["MOST_CHARACTERS", "confident_mistakes", "typical_mistakes", "without_texts"]

MOST_CHARACTERS = 10_000
"""Of a longer text the beginning is kept; it ends with an ellipsis then."""


def confident_mistakes(
    answers: TaskAnswers, facts: Sequence[RowFacts], most: int = 30
) -> tuple[Mistake, ...]:
    """Return the wrong answers that the model was surest of, the surest first, ties by id.

    Args:
        answers: to one task.
        facts: of every row; `answers.rows` counts in them.
        most: number of mistakes to return.
    """
    confidence = answers.confidence
    wrong = np.flatnonzero(~answers.correct).tolist()
    order = sorted(wrong, key=lambda at: (-confidence[at], _row(answers, facts, at).id))
    return tuple(_mistake(answers, facts, at) for at in order[:most])


def typical_mistakes(
    answers: TaskAnswers, facts: Sequence[RowFacts], kinds: int = 6, examples: int = 5
) -> tuple[MistakeKind, ...]:
    """Return the most frequent confusions, each with examples that are typical of it.

    Examples come from the middle half of the confusion's rows by confidence. They are spread over
    the sources there as evenly as can be; in each source those nearest to the median come first.

    Args:
        answers: to one task.
        facts: of every row; `answers.rows` counts in them.
        kinds: number of confusions to return, ties in the order of the labels.
        examples: of each.
    """
    wrong = np.flatnonzero(~answers.correct)
    pairs = Counter(
        zip(answers.gold[wrong].tolist(), answers.predicted[wrong].tolist(), strict=True)
    )
    commonest = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:kinds]
    return tuple(
        MistakeKind(
            gold=answers.labels[gold],
            predicted=answers.labels[predicted],
            rows=rows,
            share=rows / len(wrong),
            examples=tuple(
                _mistake(answers, facts, at)
                for at in _typical(answers, facts, gold, predicted, examples)
            ),
        )
        for (gold, predicted), rows in commonest
    )


def without_texts(evaluation: Evaluation) -> Evaluation:
    """Return the same evaluation with no text in it: what may lie in a bundle or a repository."""
    return evaluation.model_copy(
        update={"languages": tuple(_bare_language(found) for found in evaluation.languages)}
    )


def _typical(
    answers: TaskAnswers, facts: Sequence[RowFacts], gold: int, predicted: int, number: int
) -> list[int]:
    """Return positions of examples around the median confidence, spread over sources."""
    confidence = answers.confidence
    sort = np.flatnonzero((answers.gold == gold) & (answers.predicted == predicted)).tolist()
    ranked = sorted(sort, key=lambda at: (confidence[at], _row(answers, facts, at).id))
    middle = (len(ranked) - 1) / 2
    nearest = sorted(range(len(ranked)), key=lambda rank: abs(rank - middle))
    seen: Counter[str] = Counter()
    candidates = []
    for near, rank in enumerate(nearest[: max(number, (len(ranked) + 1) // 2)]):
        at = ranked[rank]
        source = _row(answers, facts, at).source
        candidates.append((seen[source], near, at))
        seen[source] += 1
    # The first of every source, then the second of every source, and so on.
    return [at for _, _, at in sorted(candidates)[:number]]


def _mistake(answers: TaskAnswers, facts: Sequence[RowFacts], at: int) -> Mistake:
    row = _row(answers, facts, at)
    gold, predicted = answers.gold[at], answers.predicted[at]
    return Mistake(
        id=row.id,
        text=None if row.text is None else _cut(row.text),
        source=row.source,
        gold=answers.labels[gold],
        predicted=answers.labels[predicted],
        # Rounding in float32 may end a hair above one.
        score=min(1.0, float(answers.probabilities[at, predicted])),
        gold_score=min(1.0, float(answers.probabilities[at, gold])),
        slices=row.slices,
    )


def _row(answers: TaskAnswers, facts: Sequence[RowFacts], at: int) -> RowFacts:
    return facts[int(answers.rows[at])]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _bare_language(found: LanguageResult) -> LanguageResult:
    return found.model_copy(update={"tasks": tuple(_bare_task(task) for task in found.tasks)})


def _bare_task(found: TaskResult) -> TaskResult:
    typical = tuple(
        kind.model_copy(update={"examples": _bare(kind.examples)})
        for kind in found.typical_mistakes
    )
    return found.model_copy(
        update={
            "confident_mistakes": _bare(found.confident_mistakes),
            "typical_mistakes": typical,
        }
    )


def _bare(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    return tuple(mistake.model_copy(update={"text": None}) for mistake in mistakes)
