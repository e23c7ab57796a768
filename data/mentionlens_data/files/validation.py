"""Read labelled files whole, count what they hold, and keep good and bad rows apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from mentionlens_data.atomic import written_atomically
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.labelled_file import FileRow, LabelledFile
from mentionlens_data.files.own_columns import own_columns
from mentionlens_data.files.quarantine import open_quarantine

__all__ = ["Listener", "Validation", "Writers", "open_writers", "validate_file"]


@dataclass
class Validation:
    """What a file holds.

    Attributes:
        file: its name.
        good: rows that can be used.
        bad: kind of fault to number of rows.
        labels: task to label to number of good rows.
        langs: language to number of good rows.
        splits: split to number of good rows; rows that name none are absent.
        slices: slice to number of good rows.
    """

    file: str
    good: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    langs: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    slices: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """Rows in the file: every one is good or bad."""
        return self.good + self.bad.total()

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return {
            "file": self.file,
            "rows": self.rows,
            "good": self.good,
            "bad": dict(self.bad),
            "labels": {task: dict(counts) for task, counts in self.labels.items()},
            "langs": dict(self.langs),
            "splits": dict(self.splits),
            "slices": dict(self.slices),
        }


@dataclass(frozen=True)
class Writers:
    """Where rows go; by default nowhere."""

    good: Callable[[FileRow], None] = lambda row: None
    bad: Callable[[BadRow], None] = lambda row: None


class Listener(Protocol):
    """Is told what happens while a file is read."""

    def bad(self, row: BadRow) -> None:
        """Take a bad row."""

    def progress(self, rows: int) -> None:
        """Take the number of rows so far, after each."""


def validate_file(
    file: LabelledFile, writers: Writers, listener: Listener | None = None, *, id_prefix: str = ""
) -> Validation:
    """Read a file to its end.

    Args:
        file: the file.
        writers: are given every row.
        listener: see `Listener`.
        id_prefix: goes before the ids of the good rows that are written.

    Raises:
        LabelledFileError: the file has no column for the text.
    """
    found = Validation(file.name, labels={task.name: Counter() for task in file.tasks})

    def report(bad: BadRow) -> None:
        found.bad[bad.kind] += 1
        writers.bad(bad)
        if listener:
            listener.bad(bad)
            listener.progress(found.rows)

    for row in file.read(report):
        found.good += 1
        found.langs[row.lang] += 1
        if row.split:
            found.splits[row.split] += 1
        found.slices.update(row.slices)
        for task, label in row.labels.items():
            found.labels[task][label] += 1
        writers.good(replace(row, id=f"{id_prefix}{row.id}") if id_prefix else row)
        if listener:
            listener.progress(found.rows)
    return found


@contextmanager
def open_writers(clean: Path | None, quarantine: Path | None) -> Iterator[Writers]:
    """Give writers to files that appear when the block ends well.

    Args:
        clean: JSON Lines of the good rows with our own names, which `LabelledFile` reads back.
        quarantine: see `open_quarantine`.
    """
    with ExitStack() as stack:
        writers = Writers()
        if clean:
            output = stack.enter_context(written_atomically(clean))

            def write(row: FileRow) -> None:
                output.write(json.dumps(own_columns(row), ensure_ascii=False) + "\n")

            writers = replace(writers, good=write)
        if quarantine:
            writers = replace(writers, bad=stack.enter_context(open_quarantine(quarantine)))
        yield writers
