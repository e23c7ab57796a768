"""A file of mentions, read as mentions with their answers; no row is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from mentionlens.errors import InputError
from mentionlens.scored_mention import Columns, ScoredMention, from_row

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.delimited import DelimitedSource
from mentionlens_data.files.opening import open_source
from mentionlens_data.files.record import Record, Source
from mentionlens_data.files.tables import ParquetSource
from mentionlens_data.scoring.formats import format_of
from mentionlens_data.triage.errors import TriageError

__all__ = ["BAD_ANSWER", "Row", "ScoredFile", "readable"]

BAD_ANSWER = "bad_answer"
"""Flag of a row whose answer is not the shape of one; it counts as not answered by the model."""

_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        values: the file's own columns.
        mention: what they say.
        damaged: why the file ends here, if it breaks off; empty otherwise.
    """

    values: Mapping[str, Any]
    mention: ScoredMention
    damaged: str = ""


class ScoredFile:
    """A file that may hold answers.

    Args:
        path: CSV, TSV, JSON Lines or Parquet, by its ending.
        encoding: of text files; None finds out.
        options: for `Columns.find`.

    Attributes:
        path: the same.
        source: the opened file.
        columns: what its columns hold.

    Raises:
        LabelledFileError: it cannot be read.
        TriageError: a column that was named is not there, or none holds the texts.
    """

    def __init__(self, path: Path, encoding: str | None, options: Mapping[str, Any]) -> None:
        self.path = path
        self.source: Source = open_source(path, encoding=encoding)
        try:
            self.columns = Columns.find(
                self.source.columns, fixed=self.source.columns_are_fixed, **options
            )
        except InputError as error:
            raise TriageError(f"{path}: {error} (--column ROLE=NAME)") from error

    @property
    def delimiter(self) -> str:
        """What stands between the cells of a CSV file that is written from this one."""
        if isinstance(self.source, DelimitedSource) and format_of(self.path).kind == "csv":
            return self.source.delimiter
        return ","

    @property
    def schema(self) -> Any:  # noqa: ANN401 - pyarrow is imported only where it is needed
        """The types of a Parquet file's columns; None for other formats."""
        return self.source.schema if isinstance(self.source, ParquetSource) else None

    def has(self, role: str) -> bool:
        """Tell whether a column for a role is among those that the file shows."""
        return any(name in self.source.columns for name in self.columns.names[role])

    def name_of(self, role: str) -> str | None:
        """Return the column of a role; None where there is none."""
        found = (name for name in self.columns.names[role] if name in self.source.columns)
        return next(found, None)

    def answered_tasks(self) -> set[str]:
        """Return the tasks that a table has columns for, or the first thousand JSON rows have."""
        tasks = {answer.task for answer in self.columns.answers}
        for row in islice(self.rows(), _LOOKED_AT):
            tasks.update(row.mention.labels)
        return tasks

    def all_columns(self) -> tuple[str, ...]:
        """Return every column, where later rows may have more by reading all of them once."""
        if self.source.columns_are_fixed:
            return self.source.columns
        names = dict.fromkeys(self.source.columns)
        for record in self.source.records():
            names.update(dict.fromkeys(record.values))
        return tuple(names)

    def rows(self) -> Iterator[Row]:
        """Yield every row; one that cannot be read is kept as it stood, without an answer."""
        for number, record in enumerate(self.source.records(), 1):
            yield self._row(record, number)

    def _row(self, record: Record, number: int) -> Row:
        if record.fault:
            text = self.name_of("text") or self.columns.names["text"][0]
            values = {text: record.raw}
            mention = _without_answer(values, self.columns, number)
            flag = f"bad_row:{record.fault.kind.replace(' ', '_')}"
            damaged = record.fault.problem if record.fault.kind == "damaged" else ""
            return Row(values, replace(mention, flags=(flag,)), damaged)
        try:
            return Row(record.values, from_row(record.values, self.columns, number=number))
        except InputError:
            mention = _without_answer(record.values, self.columns, number)
            flags = (*mention.flags, BAD_ANSWER)
            return Row(record.values, replace(mention, flags=flags))


def _without_answer(values: Mapping[str, Any], columns: Columns, number: int) -> ScoredMention:
    plain = {name: value for name, value in values.items() if not isinstance(value, Mapping)}
    return from_row(plain, replace(columns, answers=()), number=number)


def readable(path: Path) -> None:
    """Check that the name of a file tells its format.

    Raises:
        LabelledFileError: there is no such file.
        ScoringError: an ending that is not known.
    """
    if not path.is_file():
        raise LabelledFileError(f"{path}: no such file")
    format_of(path)
