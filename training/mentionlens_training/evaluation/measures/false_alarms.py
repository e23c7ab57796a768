"""Mistakes that are counted for themselves: rows of a slice that are given a wrong label."""

from __future__ import annotations

from collections.abc import Sequence

from mentionlens_data.tasks import FalseAlarm

from mentionlens_training.evaluation.answers import RowFacts, TaskAnswers
from mentionlens_training.evaluation.measures.intervals import wilson_interval
from mentionlens_training.evaluation.schema import Estimate, FalseAlarms

__all__ = ["count_false_alarms"]


def count_false_alarms(
    answers: TaskAnswers,
    facts: Sequence[RowFacts],
    wanted: Sequence[FalseAlarm],
    confidence: float,
) -> tuple[FalseAlarms, ...]:
    """Count them; a slice without rows of another right answer is left out.

    Args:
        answers: to one task.
        facts: of all rows; `answers.rows` are indices into them.
        wanted: the label and the slice of each sort.
        confidence: of Wilson's interval. (Wilson's, since the bootstrap of no alarm at all says
            that there can never be one.)
    """
    found = []
    for alarm in wanted:
        label = answers.labels.index(alarm.label)
        inside = [
            position
            for position, row in enumerate(answers.rows)
            if alarm.slice in facts[row].slices and answers.gold[position] != label
        ]
        if inside:
            alarms = int((answers.predicted[inside] == label).sum())
            low, high = wilson_interval(alarms, len(inside), confidence)
            share = Estimate(value=alarms / len(inside), low=low, high=high)
            found.append(
                FalseAlarms(
                    slice=alarm.slice,
                    label=alarm.label,
                    rows=len(inside),
                    alarms=alarms,
                    share=share,
                )
            )
    return tuple(found)
