"""Rows to be judged: of a prepared set, or of one labelled file."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from pathlib import Path

from mentionlens_data.files.labelled_file import read_labelled_file
from mentionlens_data.preparation.grouping import text_keys
from mentionlens_data.prepared import open_prepared, read_split
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
        splits: parts of a prepared set; a file has no parts, all its rows are yielded.
        langs: languages to take; empty for all.
        tasks: answers to keep; rows without one of them are left out; empty for all.
        sources: corpora to take; empty for all.

    Raises:
        PreparedSetError: not a prepared set, or a damaged one.
        LabelledFileError: a labelled file with rows that cannot be used.
    """
    for row in _prepared(path, splits) if path.is_dir() else _labelled(path):
        if (langs and row.lang not in langs) or (sources and row.source not in sources):
            continue
        if tasks:
            labels = {task: label for task, label in row.labels.items() if task in tasks}
            if labels:
                yield dataclasses.replace(row, labels=labels)
        else:
            yield row


def tasks_of(path: Path) -> tuple[Task, ...]:
    """Return the questions of a prepared set, or those that mentionlens ships with."""
    if not path.is_dir():
        return default_tasks()
    questions = open_prepared(path).manifest["tasks"]
    return tuple(Task(name, tuple(labels)) for name, labels in questions.items())


def _prepared(path: Path, splits: Collection[str]) -> Iterator[LabelledMention]:
    for split in SPLITS:
        if split in splits:
            yield from read_split(path, split)


def _labelled(path: Path) -> Iterator[LabelledMention]:
    for row in read_labelled_file(path, split="train"):
        # A file knows no groups: copies of a text are tied together here.
        yield dataclasses.replace(row, group=text_keys(row.text, row.lang).joins[0])
