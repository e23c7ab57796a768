"""Predictions as a table for people; the columns come from the bundle's tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from mentionlens.manifest import TaskSpec
from mentionlens.prediction import Prediction, TaskPrediction
from mentionlens.width import pad, printable, shorten, width

__all__ = ["table_lines"]

_GAP = "  "
_LEAST_TEXT = 20
# The widths are taken from the first rows, so that a long stream need not be held.
_MEASURED_ROWS = 500


def table_lines(
    predictions: Iterable[Prediction], tasks: Sequence[TaskSpec], columns: int
) -> Iterator[str]:
    """Yield the lines of a table: mention, one column per task, flags.

    Args:
        predictions: the rows; a stream is fine.
        tasks: the bundle's tasks.
        columns: width of the terminal; mentions are shortened to fit, down to 20 columns.

    Yields:
        A header and a line per prediction, without line ends; nothing where there is no row.
    """
    stream = iter(predictions)
    head = list(islice(stream, _MEASURED_ROWS))
    if not head:
        return
    answers = [
        max(width(task.name), *(width(label) + len(" 100%") for label in task.labels))
        for task in tasks
    ]
    flags = max(len(_flags(row)) for row in head)
    taken = sum(len(_GAP) + size for size in answers)
    if flags:
        taken += len(_GAP) + max(flags, len("flags"))
    longest = max(len("mention"), *(width(_text(row, columns)) for row in head))
    text = min(longest, max(_LEAST_TEXT, columns - taken))
    sizes = [text, *answers]
    names = ["mention", *(task.name for task in tasks), "flags" if flags else ""]
    yield _line(names, sizes)
    for row in chain(head, stream):
        cells = [
            _answer(row.tasks[task.name], size) for task, size in zip(tasks, answers, strict=True)
        ]
        yield _line([shorten(_text(row, text), text), *cells, _flags(row)], sizes)


def _line(cells: Sequence[str], sizes: Sequence[int]) -> str:
    padded = [pad(cell, size) for cell, size in zip(cells, sizes, strict=False)]
    return _GAP.join([*padded, cells[-1]]).rstrip()


def _text(row: Prediction, columns: int) -> str:
    # A mention of a megabyte needs no more than its beginning; 8 characters a column leave room
    # for marks and joined emoji.
    return printable(row.text[: columns * 8 + 1])


def _answer(answer: TaskPrediction, size: int) -> str:
    percent = f"{answer.score:4.0%}"
    return pad(answer.label, size - len(percent)) + percent


def _flags(row: Prediction) -> str:
    return printable(" ".join(row.flags))
