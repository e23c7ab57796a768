"""Rows to be judged: of a prepared set, or of one labelled file."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from pathlib import Path

from mentionlens_data.files.sources import read_mentions
from mentionlens_data.preparation.grouping import text_keys
from mentionlens_data.prepared import open_prepared
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import Task, default_tasks

__all__ = ["read_rows", "tasks_of"]


def read_rows(
    path: Path,
    *,
    splits: Collection[str] = SPLITS,
    langs: Collection[str] = (),
    tasks: Collection[str] = (),
    sources: Collection[str] = (),
) -> Iterator[LabelledMention]:
    """Yield the rows of a prepared set or of a labelled file.

    Args:
        path: folder of a prepared set, or a labelled file.
        splits: parts to take; the rows of a file that names none are `train`.
        langs: languages to take; empty for all.
        tasks: answers to keep; rows without one of them are left out; empty for all.
        sources: corpora to take; empty for all.

    Raises:
        PreparedSetError: not a prepared set, or a damaged one.
        LabelledFileError: a labelled file with rows that cannot be used.
    """
    found = read_mentions(path, splits=splits)
    for row in found if path.is_dir() else map(_tied, found):
        if (langs and row.lang not in langs) or (sources and row.source not in sources):
            continue
        if tasks:
            labels = {task: label for task, label in row.labels.items() if task in tasks}
            if labels:
                yield dataclasses.replace(row, labels=labels)
        else:
            yield row


def _tied(row: LabelledMention) -> LabelledMention:
    """Give copies of a text one group; a file knows no duplicates."""
    return dataclasses.replace(row, group=text_keys(row.text, row.lang).duplicate)


def tasks_of(path: Path) -> tuple[Task, ...]:
    """Return the questions of a prepared set, or those that mentionlens ships with."""
    if not path.is_dir():
        return default_tasks()
    return open_prepared(path).tasks
