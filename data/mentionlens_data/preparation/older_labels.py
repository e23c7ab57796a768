"""Rows that were labelled before a task had all of its labels.

Whoever labelled them could not say the new label: a parcel that came crushed is `delivery` there,
and may be `packaging` today. Such a row is no evidence against the new label. What it says is kept
as what it excludes: every label but its own, and but the new ones that were taken from its own
(`taken_from` in the file of tasks; a new label that names none may have been taken from any).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.preparation.candidates import Removal
from mentionlens_data.preparation.source import Found, Source, SourceAccount
from mentionlens_data.tasks import Task, default_tasks

__all__ = ["OlderLabels", "translate_labels"]


class OlderLabels:
    """A source whose rows know an older list of labels than the set they join.

    Args:
        source: yields the rows.
        tasks: the questions of the set.
        older: the questions that the rows were labelled for; by default those that mentionlens
            ships with.
    """

    def __init__(
        self, source: Source, tasks: Sequence[Task], older: Sequence[Task] | None = None
    ) -> None:
        self._source = source
        self._tasks = tuple(tasks)
        self._older = tuple(older or default_tasks())

    @property
    def name(self) -> str:
        """Name in the manifest."""
        return self._source.name

    @property
    def plan(self) -> SplitPlan:
        """How its rows are divided."""
        return self._source.plan

    def account(self) -> SourceAccount:
        """Return what the manifest says of it; complete once all rows were read."""
        return self._source.account()

    def rows(self) -> Iterator[Found | Removal]:
        """Yield every row with what it says of today's labels; one that says nothing is removed."""
        for found in self._source.rows():
            if isinstance(found, Removal):
                yield found
                continue
            row = found.candidate
            row.labels, row.excluded = translate_labels(
                row.labels, row.excluded, self._tasks, self._older
            )
            if row.answers:
                yield found
            else:
                yield Removal(row.id, row.source, "answers none of the tasks")


def translate_labels(
    labels: Mapping[str, str],
    excluded: Mapping[str, Sequence[str]],
    tasks: Sequence[Task],
    older: Sequence[Task],
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return what labels of an older list say of today's: task to label, and to what is excluded.

    A task that is asked no more is left out, and so is a label that exists no more.
    """
    known = {task.name: task.labels for task in older}
    said: dict[str, str] = {}
    not_so: dict[str, tuple[str, ...]] = {}
    for task in tasks:
        label = labels.get(task.name)
        if label in task.labels:
            new = [x for x in task.labels if x not in known.get(task.name, task.labels)]
            split_off = [x for x in new if label in task.taken_from.get(x, (label,))]
            others = tuple(x for x in task.labels if x != label and x not in split_off)
            if not split_off:
                said[task.name] = label
            elif others:
                not_so[task.name] = others
        elif label is None:
            still = tuple(x for x in excluded.get(task.name, ()) if x in task.labels)
            if still:
                not_so[task.name] = still
    return said, not_so
