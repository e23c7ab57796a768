"""Outputs of decided rows, in the order of the input or in that of the queue."""

from __future__ import annotations

import gzip
import math
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from mentionlens.triage import Decision

from mentionlens_data.scoring.answers import cell
from mentionlens_data.triage.decided_rows import ADDED, TextRows, table_values

__all__ = ["ParquetOutput", "QueueOutput", "RowOutput", "TextOutput", "opened"]

_BATCH = 2048


class RowOutput(Protocol):
    """Where decided rows go."""

    def add(self, values: Mapping[str, Any], decision: Decision) -> None:
        """Take the next row."""
        ...

    def finish(self) -> None:
        """Write what is left; the stream or file stays open."""
        ...


class TextOutput:
    """Lines, as they come.

    Args:
        write: takes bytes.
        rows: makes lines.
    """

    def __init__(self, write: Callable[[bytes], object], rows: TextRows) -> None:
        self._write = write
        self._rows = rows
        write(rows.head())

    def add(self, values: Mapping[str, Any], decision: Decision) -> None:
        """Write a line."""
        self._write(self._rows.line(values, decision))

    def finish(self) -> None:
        """Do nothing."""


class QueueOutput:
    """Lines by priority, then by when they are due, then in the order of the input.

    The lines wait on disk: in memory a row takes three numbers.

    Args:
        write: takes bytes.
        rows: makes lines.
        folder: for the temporary file; None is the system's.
    """

    def __init__(
        self, write: Callable[[bytes], object], rows: TextRows, folder: Path | None = None
    ) -> None:
        self._write = write
        self._rows = rows
        self._lines: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - see finish
        self._offsets = array("q", [0])
        self._order = _QueueOrder()

    def add(self, values: Mapping[str, Any], decision: Decision) -> None:
        """Keep a line."""
        self._offsets.append(
            self._offsets[-1] + self._lines.write(self._rows.line(values, decision))
        )
        self._order.add(decision)

    def finish(self) -> None:
        """Write the lines in their order."""
        self._write(self._rows.head())
        with self._lines:
            for place in self._order.places():
                self._lines.seek(self._offsets[place])
                self._write(self._lines.read(self._offsets[place + 1] - self._offsets[place]))


class ParquetOutput:
    """A Parquet file. In the order of the queue the whole table is held in memory at the end.

    Args:
        path: of the file.
        columns: of the input.
        schema: of the input where it is Parquet itself; else its columns are texts.
        prefix: before the added names.
        queue: whether to sort as `QueueOutput` does.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[str],
        schema: Any,  # noqa: ANN401 - pyarrow's own types are not known here
        prefix: str,
        *,
        queue: bool,
    ) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        types = dict.fromkeys(ADDED, pa.string())
        types |= {"priority": pa.int64(), "due_at": pa.timestamp("ms", tz="UTC")}
        own = schema or pa.schema([(name, pa.string()) for name in columns])
        added = [pa.field(prefix + name, kind) for name, kind in types.items()]
        self._schema = pa.schema([*own, *added])
        self._typed = schema is not None
        self._prefix = prefix
        self._path = path
        self._writer = parquet.ParquetWriter(path, self._schema)
        self._waiting: list[dict[str, Any]] = []
        self._order = _QueueOrder() if queue else None

    def add(self, values: Mapping[str, Any], decision: Decision) -> None:
        """Keep a row; full batches are written."""
        added = table_values(decision, self._prefix)
        added[self._prefix + "due_at"] = decision.due_at
        own = values if self._typed else {name: _text(value) for name, value in values.items()}
        self._waiting.append({**own, **added})
        if self._order is not None:
            self._order.add(decision)
        if len(self._waiting) == _BATCH:
            self._flush()

    def finish(self) -> None:
        """Complete the file."""
        from pyarrow import parquet

        self._flush()
        self._writer.close()
        if self._order is not None:
            table = parquet.read_table(self._path, schema=self._schema)
            parquet.write_table(table.take(self._order.places()), self._path)

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._waiting, self._schema))
        self._waiting = []


class _QueueOrder:
    def __init__(self) -> None:
        self._priorities = array("b")
        self._due = array("d")

    def add(self, decision: Decision) -> None:
        self._priorities.append(min(decision.priority, 127))
        # Behind those of the same priority that can be late.
        self._due.append(math.inf if decision.due_at is None else decision.due_at.timestamp())

    def places(self) -> list[int]:
        found: list[int] = np.lexsort((self._due, self._priorities)).tolist()
        return found


def _text(value: object) -> str | None:
    return None if value is None else cell(value).encode("utf-8", "replace").decode("utf-8")


@contextmanager
def opened(path: Path, *, compressed: bool) -> Iterator[IO[bytes]]:
    """Open a file to be written, gzipped or not."""
    with path.open("wb") as file:
        if not compressed:
            yield file
            return
        # Neither the name nor the time: the same rows are the same bytes.
        with gzip.GzipFile("", "wb", 6, file, 0) as packed:
            yield packed  # type: ignore[misc] # it is read and written as any other
