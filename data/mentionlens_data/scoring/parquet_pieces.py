"""Parquet files cut into stretches of rows, each of which can be read without what is before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentionlens_data.files.tables import ParquetSource
from mentionlens_data.scoring.errors import ScoringError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Piece", "cut", "open_files", "read_piece"]

_BATCH_ROWS = 2048
# A batch of long texts has fewer rows.
_BATCH_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of rows of one file.

    Attributes:
        number: its place among all pieces, from 0, in the order of the input.
        path: the file.
        start: the first row, from 0.
        rows: how many; 1 or more.
    """

    number: int
    path: str
    start: int
    rows: int

    def __str__(self) -> str:
        """Return the file and the rows, counted from 1, for people."""
        return f"{self.path}, rows {self.start + 1:,} to {self.start + self.rows:,}"


def open_files(paths: Sequence[Path]) -> tuple[pa.Schema, dict[Path, int]]:
    """Look at the footers of files that become one table.

    Returns:
        The schema of all, in which a column without any value has the type that other files give
        it; and the rows of each file, in the order of `paths`.

    Raises:
        LabelledFileError: pyarrow is not installed, or a file is damaged.
        ScoringError: the files have not the same columns.
    """
    sources = {path: ParquetSource(path) for path in paths}
    import pyarrow as pa

    first = paths[0]
    schema = _bare(sources[first].schema)
    for path, source in sources.items():
        other = _bare(source.schema)
        if other.names != schema.names:
            raise ScoringError(
                f"{path}: the columns are {', '.join(other.names)}, those of {first} "
                f"{', '.join(schema.names)}; files with other columns are scored one by one"
            )
        try:
            schema = pa.unify_schemas([schema, other])
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise ScoringError(
                f"{path}: a column has another type than in the files before ({error}); files "
                "with other types are scored one by one"
            ) from error
    if doubled := sorted({name for name in schema.names if schema.names.count(name) > 1}):
        raise ScoringError(f"{first}: there are several columns {doubled[0]!r}; rename all but one")
    return schema, {path: source.rows for path, source in sources.items()}


def cut(files: dict[Path, int], rows: int) -> list[Piece]:
    """Cut files into pieces of `rows` rows; the last one of a file has what is left."""
    places = [
        (path, start, min(rows, count - start))
        for path, count in files.items()
        for start in range(0, count, rows)
    ]
    return [
        Piece(number, str(path), start, count) for number, (path, start, count) in enumerate(places)
    ]


def read_piece(piece: Piece, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of a piece in tables whose size in memory is bounded.

    Args:
        piece: what to read.
        schema: of all files, to which the tables are brought.

    Raises:
        ScoringError: the file cannot be read, or has other rows than it had.
    """
    import pyarrow as pa
    from pyarrow import parquet

    left = piece.rows
    try:
        with parquet.ParquetFile(piece.path) as file:
            groups, skip = _groups(file.metadata, piece)
            # The groups are decoded from the start of the first: next to scoring, that is nothing.
            for batch in file.iter_batches(_batch_rows(file.metadata, groups), row_groups=groups):
                wanted = batch.slice(skip, left)
                skip = max(skip - batch.num_rows, 0)
                left -= wanted.num_rows
                if wanted.num_rows:
                    yield pa.Table.from_batches([wanted]).cast(schema)
                if not left:
                    return
    except (OSError, ValueError) as error:
        raise ScoringError(
            f"{piece}: cannot be read ({' '.join(str(error).split())}); every processor that "
            "scores must see the file under this name, whole"
        ) from error
    raise ScoringError(f"{piece}: {left:,} of them are missing; the file has been changed")


def _bare(schema: pa.Schema) -> pa.Schema:
    """Return the names and types alone; what pandas or others note beside them may differ."""
    return schema.remove_metadata()


def _groups(metadata: Any, piece: Piece) -> tuple[list[int], int]:  # noqa: ANN401 - pyarrow's
    """Return the row groups that hold the piece, and the rows of the first that are before it."""
    groups: list[int] = []
    skip = begin = 0
    for number in range(metadata.num_row_groups):
        end = begin + metadata.row_group(number).num_rows
        if begin < piece.start + piece.rows and end > piece.start:
            if not groups:
                skip = piece.start - begin
            groups.append(number)
        begin = end
    return groups, skip


def _batch_rows(metadata: Any, groups: Sequence[int]) -> int:  # noqa: ANN401 - pyarrow's
    """Return how many rows of these groups make a batch of bounded size, by their mean sizes."""
    found = [metadata.row_group(number) for number in groups]
    sizes = [group.total_byte_size / max(group.num_rows, 1) for group in found]
    return max(1, min(_BATCH_ROWS, int(_BATCH_BYTES / max([1.0, *sizes]))))
