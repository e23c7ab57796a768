"""Outputs that grow by whole chunks, and can be cut back to the last chunk that was promised."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from mentionlens_data.scoring.answers import AnswerColumns, ScoredRow, cell
from mentionlens_data.scoring.errors import ScoringError
from mentionlens_data.scoring.formats import Format
from mentionlens_data.spreadsheet import neutralise

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FileSink", "ParquetSink", "Sink", "StreamSink", "TextEncoder", "text_encoder"]

_SURROGATE = re.compile("[\ud800-\udfff]")


class Sink(Protocol):
    """Where scored rows go."""

    def write(self, rows: Sequence[ScoredRow]) -> int:
        """Append a chunk, see it on disk, and return the position behind it."""
        ...

    def finish(self) -> None:
        """Give the output its name."""
        ...


class TextEncoder(Protocol):
    """Scored rows to text."""

    def __call__(self, rows: Sequence[ScoredRow], *, first: bool) -> str:
        """Return the lines; with a header where they are the first and the format has one."""
        ...


class _CsvEncoder:
    def __init__(
        self, columns: Sequence[str], answers: AnswerColumns, delimiter: str, *, safe: bool
    ) -> None:
        self._columns = (*columns, *answers.names(table=True))
        self._answers = answers
        self._delimiter = delimiter
        self._safe = safe

    def __call__(self, rows: Sequence[ScoredRow], *, first: bool) -> str:
        lines = [self._line(self._columns)] if first else []
        for row in rows:
            values = self._answers.table_row(row)
            lines.append(self._line([cell(values.get(name)) for name in self._columns]))
        return "".join(lines)

    def _line(self, cells: Sequence[str]) -> str:
        file = io.StringIO()
        # Only characters of the line end are quoted, and a lone carriage return must be, too.
        writer = csv.writer(file, delimiter=self._delimiter, lineterminator="\r\n")
        writer.writerow([neutralise(value) for value in cells] if self._safe else cells)
        return file.getvalue().removesuffix("\r\n") + "\n"


class _JsonEncoder:
    def __init__(self, answers: AnswerColumns) -> None:
        self._answers = answers

    def __call__(self, rows: Sequence[ScoredRow], *, first: bool) -> str:
        return "".join(
            json.dumps(self._answers.json_object(row), ensure_ascii=False, default=str) + "\n"
            for row in rows
        )


def text_encoder(
    form: Format, columns: Sequence[str], answers: AnswerColumns, delimiter: str, *, safe: bool
) -> TextEncoder:
    """Return what writes rows in a text format.

    Args:
        form: CSV, TSV or JSON Lines.
        columns: of the input.
        answers: what is added.
        delimiter: of CSV.
        safe: neutralise cells that a spreadsheet would take for formulas.
    """
    if form.kind == "jsonl":
        return _JsonEncoder(answers)
    return _CsvEncoder(columns, answers, "\t" if form.kind == "tsv" else delimiter, safe=safe)


class StreamSink:
    """Standard output: nothing to cut back, nothing to name."""

    def __init__(self, stream: IO[bytes], encoder: TextEncoder) -> None:
        self._stream = stream
        self._encoder = encoder
        self._first = True

    def write(self, rows: Sequence[ScoredRow]) -> int:
        """Append a chunk."""
        self._stream.write(_bytes(self._encoder(rows, first=self._first)))
        self._stream.flush()
        self._first = False
        return 0

    def finish(self) -> None:
        """Do nothing; the stream is the caller's."""


class FileSink:
    """A text file, gzipped or not; gzip members follow one another, one a chunk.

    Args:
        partial: what is written to; cut back to `position` at once.
        output: the name of the finished file.
        position: bytes that stand.
        encoder: rows to text.
        compressed: gzip.
    """

    def __init__(
        self, partial: Path, output: Path, position: int, *, encoder: TextEncoder, compressed: bool
    ) -> None:
        self._partial = partial
        self._output = output
        self._encoder = encoder
        self._compressed = compressed
        with partial.open("ab") as file:
            if file.tell() < position:
                raise ScoringError(
                    f"{partial}: {file.tell():,} bytes, the journal says {position:,}; "
                    "--overwrite starts again"
                )
            file.truncate(position)
        self._position = position

    def write(self, rows: Sequence[ScoredRow]) -> int:
        """Append a chunk, see it on disk, and return the length of the file."""
        data = _bytes(self._encoder(rows, first=not self._position))
        if self._compressed:
            data = gzip.compress(data, compresslevel=6, mtime=0)
        with self._partial.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            self._position = file.tell()
        return self._position

    def finish(self) -> None:
        """Give the file its name; an input without rows gets its header."""
        if not self._position:
            self.write([])
        self._partial.replace(self._output)


class ParquetSink:
    """A Parquet file, from parts in a folder, since a file without its footer is none.

    Args:
        partial: folder of the parts.
        output: the finished file.
        position: number of parts that stand; what else lies in the folder goes.
        columns: of the input.
        answers: what is added.
        schema: of the input where it is Parquet itself; else its columns are texts.
    """

    def __init__(
        self,
        partial: Path,
        output: Path,
        position: int,
        *,
        columns: Sequence[str],
        answers: AnswerColumns,
        schema: pa.Schema | None,
    ) -> None:
        import pyarrow

        self._folder = partial
        self._output = output
        self._parts = position
        self._answers = answers
        self._typed = schema is not None
        own = schema or pyarrow.schema([(name, pyarrow.string()) for name in columns])
        added = [
            *((n, pyarrow.float64() if number else pyarrow.string())
              for n, number in answers.numbers_by_task().items()),
            (answers.names(table=True)[-1], pyarrow.string()),
        ]  # fmt: skip
        self._schema = pyarrow.schema([*own, *(pyarrow.field(*column) for column in added)])
        partial.mkdir(exist_ok=True)
        standing = {self._part(number) for number in range(position)}
        if missing := sorted(path for path in standing if not path.is_file()):
            raise ScoringError(f"{missing[0]} is missing; --overwrite starts again")
        for path in partial.iterdir():
            if path not in standing:
                path.unlink()

    def write(self, rows: Sequence[ScoredRow]) -> int:
        """Write a part, see it on disk, and return the number of parts."""
        import pyarrow
        from pyarrow import parquet

        table = pyarrow.Table.from_pylist([self._values(row) for row in rows], self._schema)
        path = self._part(self._parts)
        with path.open("wb") as file:
            parquet.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        self._parts += 1
        return self._parts

    def finish(self) -> None:
        """Make one file of the parts; the parts stay, until nobody can ask for them."""
        from pyarrow import parquet

        whole = self._folder / "whole.parquet"
        with parquet.ParquetWriter(whole, self._schema) as writer:
            for number in range(self._parts):
                writer.write_table(parquet.read_table(self._part(number), schema=self._schema))
        whole.replace(self._output)

    def _part(self, number: int) -> Path:
        return self._folder / f"part-{number:06d}.parquet"

    def _values(self, row: ScoredRow) -> dict[str, Any]:
        values = self._answers.table_row(row)
        if not self._typed:
            values |= {name: _text(row.values.get(name)) for name in row.values}
        return values


def _text(value: object) -> str | None:
    return None if value is None else _SURROGATE.sub("\ufffd", cell(value))


def _bytes(text: str) -> bytes:
    # Half a surrogate pair is neither UTF-8 nor read by most JSON parsers.
    return _SURROGATE.sub("\ufffd", text).encode("utf-8")
