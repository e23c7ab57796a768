"""The mentions that may be suggested, with what the model says of each: a pass over the files."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
from mentionlens import MentionClassifier
from mentionlens.manifest import TaskSpec
from numpy.typing import NDArray

from mentionlens_data.scoring.answers import ScoredRow
from mentionlens_data.scoring.formats import Format
from mentionlens_data.scoring.progress import Progress
from mentionlens_data.scoring.scorer import OpenedInput, ScoringOptions, open_input
from mentionlens_data.suggestion.copies import copy_key
from mentionlens_data.suggestion.errors import SuggestionError
from mentionlens_data.suggestion.mention_languages import (
    UNKNOWN,
    declared_language,
    detected_language,
    plausible_languages,
)

__all__ = ["BECAUSE", "Pool", "open_pool_file", "read_pool"]

BECAUSE = "suggested_because"
"""The column that says why a mention was suggested."""


@dataclass
class Pool:
    """What is kept of each mention: its numbers (about 100 bytes), and the letters of its text.

    Attributes:
        tasks: of the bundle.
        keys: `copy_key` of each text.
        langs: language of each mention, `und` where it is not known.
        probabilities: for each task (mentions, labels), calibrated.
        files: (mentions,), the index of its file.
        numbers: (mentions,), the index of its row in the file.
        left_out: why rows of the files are no mentions, with their numbers.
        damaged: files of which only a part could be read, and why.
    """

    tasks: tuple[TaskSpec, ...]
    keys: list[str]
    langs: list[str]
    probabilities: tuple[NDArray[np.float32], ...]
    files: NDArray[np.int32]
    numbers: NDArray[np.int64]
    left_out: Counter[str] = field(default_factory=Counter)
    damaged: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of mentions."""
        return len(self.keys)


def open_pool_file(
    path: Path, classifier: MentionClassifier, options: ScoringOptions
) -> OpenedInput:
    """Open a file of mentions, and check its columns.

    Raises:
        ScoringError: a column is missing, or one of a guess is there already.
        SuggestionError: a column for labels, or for the reason, is there already.
        LabelledFileError: the file cannot be read.
    """
    opened = open_input(path, Format("csv"), classifier, options)
    own = (*(task.name for task in classifier.manifest.tasks), BECAUSE)
    taken = next((name for name in own if name in opened.source.columns), None)
    if opened.source.columns_are_fixed and taken is not None:
        raise SuggestionError(
            f"{path}: there is a column {taken!r} already, which the suggestions are to have for "
            "a labeller; rename it, and name files that are labelled with --labelled"
        )
    # Where columns are not fixed, the rows that have such a column are left out one by one.
    scorer = replace(opened.scorer, added=opened.scorer.added | frozenset(own))
    return replace(opened, scorer=scorer)


def read_pool(files: Sequence[OpenedInput], tasks: Sequence[TaskSpec], chunk: int) -> Pool:
    """Score every mention of some files; rows that cannot be read are counted.

    Args:
        files: from `open_pool_file`.
        tasks: of the bundle.
        chunk: rows that are scored at a time.
    """
    builder = _Builder(tasks)
    for number, opened in enumerate(files):
        progress = Progress(str(opened.path), opened.count())
        done = 0
        for rows, damaged in _chunks(opened, chunk):
            builder.add(number, done, rows, opened.scorer.text, opened.scorer.lang)
            done += len(rows)
            progress.rows(done)
            if damaged:
                builder.damaged[str(opened.path)] = damaged
        progress.finish(done, "")
    return builder.pool()


def _chunks(opened: OpenedInput, size: int) -> Iterator[tuple[list[ScoredRow], str]]:
    """Yield scored rows, and why the rest of the file is lost, if it is."""
    records = opened.source.records()
    while batch := list(islice(records, size)):
        fault = batch[-1].fault
        yield (
            opened.scorer.score(batch),
            fault.problem if fault and fault.kind == "damaged" else "",
        )


class _Builder:
    def __init__(self, tasks: Sequence[TaskSpec]) -> None:
        self._tasks = tuple(tasks)
        self._keys: list[str] = []
        self._declared: list[str | None] = []
        self._detected: list[str] = []
        self._values = [array("f") for _ in self._tasks]
        self._files = array("i")
        self._numbers = array("q")
        self._left_out: Counter[str] = Counter()
        self.damaged: dict[str, str] = {}

    def add(
        self, file: int, start: int, rows: Sequence[ScoredRow], text: str, lang: str | None
    ) -> None:
        """Take scored rows; `start` is the index of the first in its file."""
        for number, row in enumerate(rows, start):
            if row.prediction is None or "empty" in row.flags:
                self._left_out["empty" if row.prediction else row.flags[0]] += 1
                continue
            mention = str(row.values[text])
            self._keys.append(copy_key(mention))
            declared = declared_language(row.values.get(lang)) if lang else None
            self._declared.append(declared)
            self._detected.append(UNKNOWN if declared else detected_language(mention))
            for task, values in zip(self._tasks, self._values, strict=True):
                values.extend(row.prediction.tasks[task.name].probabilities.values())
            self._files.append(file)
            self._numbers.append(number)

    def pool(self) -> Pool:
        return Pool(
            tasks=self._tasks,
            keys=self._keys,
            langs=plausible_languages(self._declared, self._detected),
            probabilities=tuple(
                np.frombuffer(values, dtype=np.float32).reshape(-1, len(task.labels))
                if values
                else np.empty((0, len(task.labels)), dtype=np.float32)
                for task, values in zip(self._tasks, self._values, strict=True)
            ),
            files=np.array(self._files, dtype=np.int32),
            numbers=np.array(self._numbers, dtype=np.int64),
            left_out=self._left_out,
            damaged=self.damaged,
        )
