"""A labelled file of any format and encoding: its good rows, and a report of every other."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from mentionlens_data.errors import FileMappingError, LabelledFileError
from mentionlens_data.files.bad_row import BadRow, Fault
from mentionlens_data.files.guessing import Guess, guess_mapping
from mentionlens_data.files.ids import SeenIds
from mentionlens_data.files.interpreter import FileRow, Interpreter
from mentionlens_data.files.mapping import FileMapping, completed, own_names
from mentionlens_data.files.opening import open_source
from mentionlens_data.files.record import Record, Source
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task, default_tasks

__all__ = ["FileRow", "LabelledFile", "read_labelled_file"]

_ROWS_TO_GUESS_FROM = 10_000


class LabelledFile:
    """A CSV, TSV, JSON Lines or Parquet file, gzipped too, or a set of `datasets`.

    Args:
        path_or_name: a file, a folder written by `datasets`' `save_to_disk`, or
            `datasets:NAME[@CONFIG][#SPLIT]`.
        mapping: their columns and labels to ours; where it names no columns, they are guessed
            from the names and the first rows, and what is not safe is left out (see `guess`).
        tasks: questions and their labels; by default those that mentionlens ships with.

    Attributes:
        name: the file as the caller named it.
        tasks: the questions.

    Raises:
        LabelledFileError: no such file, or one that cannot be read at all.
        FileMappingError: the mapping names something that does not exist.
    """

    def __init__(
        self,
        path_or_name: Path | str,
        *,
        mapping: FileMapping | None = None,
        tasks: Sequence[Task] | None = None,
    ) -> None:
        self.name = str(path_or_name)
        self.tasks = tuple(tasks or default_tasks())
        self._given = mapping or FileMapping()
        self._given.check(self.tasks)
        self._source = open_source(
            path_or_name,
            encoding=self._given.encoding,
            header=self._given.header,
            quotes=self._given.quotes,
            is_row=self._is_row,
        )
        for field, column in self._given.columns.items():
            if self.source.columns_are_fixed and self.source.columns.count(column) != 1:
                found = ", ".join(map(repr, self.source.columns)) or "none"
                twice = "stands twice" if column in self.source.columns else "does not exist"
                raise FileMappingError(
                    f"{self.name}: column {column!r}, mapped to {field!r}, {twice}; "
                    f"the columns are {found}"
                )

    @property
    def given(self) -> FileMapping:
        """The mapping that was given; empty where none was."""
        return self._given

    @property
    def source(self) -> Source:
        """The opened file: format, encoding, columns."""
        return self._source

    @functools.cached_property
    def guess(self) -> Guess:
        """What the names and the first rows say about columns and labels."""
        rows = []
        unreadable = []
        for record in islice(self._source.records(), _ROWS_TO_GUESS_FROM):
            if record.fault:
                unreadable.append(f"line {record.line}: {record.fault.problem}")
            else:
                rows.append(record.values)
        guess = guess_mapping(self._source.columns, rows, self.tasks)
        guess.unreadable = unreadable
        return guess

    @functools.cached_property
    def mapping(self) -> FileMapping:
        """The mapping that is used: the given one, or what is safe of the guess.

        Raises:
            LabelledFileError: none was given, and no column is plainly the text.
        """
        if self._given.columns:
            return self._given
        mapping = completed(self._given, self.guess.mapping)
        if "text" not in mapping.columns:
            raise LabelledFileError(_no_text(self.name, self._source.columns))
        mapping.check(self.tasks)
        return mapping

    @functools.cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter(self.mapping, self.tasks)

    def read(
        self, on_bad: Callable[[BadRow], None], *, unique_ids: bool = True
    ) -> Iterator[FileRow]:
        """Yield every good row in the order of the file; memory does not grow with its length.

        Every row is either yielded or reported. Blank lines are no rows.

        Args:
            on_bad: is called for every other row.
            unique_ids: report a row whose id came before; else leave that to the caller.

        Raises:
            LabelledFileError: see `mapping`.
        """
        interpreter = self._interpreter
        seen = SeenIds() if unique_ids and "id" in self.mapping.columns else None
        for record in self._source.records():
            row = interpreter.read(record)
            if isinstance(row, FileRow) and seen is not None:
                before = seen.add(row.id, row.line)
                if before is not None:
                    row = Fault(
                        "duplicate id", f"{row.id!r} stands on line {before} too", "id", "a new id"
                    )
            if isinstance(row, FileRow):
                yield row
            else:
                on_bad(self._bad(record, row))

    def _is_row(self, values: Mapping[str, str]) -> bool:
        # While the mapping is still being guessed nothing is known of labels.
        known = bool(self._given.columns) or "mapping" in self.__dict__
        return known and self._interpreter.has_answer(values)

    def _bad(self, record: Record, fault: Fault) -> BadRow:
        return BadRow(
            file=self.name,
            line=record.line,
            field=fault.field,
            problem=fault.problem,
            allowed=fault.allowed,
            row=record.raw,
            kind=fault.kind,
        )


def read_labelled_file(
    path: Path, *, tasks: Sequence[Task] | None = None, split: str = "test"
) -> list[LabelledMention]:
    """Read a labelled file that uses our own names, strictly, into memory.

    Columns: `text`, `lang` (optional, ISO 639-1, default `und`), `id`, `split`, `group`, `weight`
    and `slices` (optional), and one column per task, empty or absent where the answer is not known.
    Other columns are ignored. An id that comes twice is left to the caller, who may read several
    files.

    Args:
        path: the file, of any format that `LabelledFile` reads.
        tasks: questions and their labels; by default those that mentionlens ships with.
        split: the part to read; rows that name another are left out, rows that name none are in it.

    Raises:
        LabelledFileError: the file cannot be read, has no column `text` or no rows of the part, or
            a row is bad; the message names file, line and field.
    """
    tasks = tuple(tasks or default_tasks())
    source = open_source(path)
    mapping = own_names(source.columns if source.columns_are_fixed else None, tasks)
    if "text" not in mapping.columns:
        raise LabelledFileError(_no_text(str(path), source.columns))
    file = LabelledFile(path, mapping=mapping, tasks=tasks)
    rows = list(file.read(_refuse, unique_ids=False))
    wanted = [row for row in rows if row.split in (None, split)]
    if not wanted:
        parts = ", ".join(sorted({row.split for row in rows if row.split}))
        raise LabelledFileError(
            f"{path}: no rows"
            + (f" of the part {split!r}; they belong to {parts}" if parts else "")
        )
    return [
        LabelledMention(
            id=f"{path.name}/{row.id}",
            text=row.text,
            lang=row.lang,
            source=path.name,
            split=split,
            group=row.group or row.id,
            labels=row.labels,
            weight=row.weight,
            slices=row.slices,
        )
        for row in wanted
    ]


def _no_text(name: str, columns: Sequence[str]) -> str:
    if not columns:
        return f"{name}: no rows"
    return (
        f"{name}: no column 'text', found {list(columns)}; `mentionlens data inspect` shows the "
        f"columns and writes a mapping to edit"
    )


def _refuse(bad: BadRow) -> None:
    raise LabelledFileError(str(bad))
