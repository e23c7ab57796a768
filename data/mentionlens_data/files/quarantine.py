"""Bad rows on disk: JSON Lines, or CSV that is safe to open in a spreadsheet; and back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mentionlens_data.atomic import written_atomically
from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.spreadsheet import neutralise, restore

__all__ = [
    "check_quarantine_name",
    "open_quarantine",
    "read_quarantine",
]

_FIELDS = ("file", "line", "field", "problem", "allowed", "row", "kind")


def check_quarantine_name(path: Path) -> None:
    """Check the ending before any work is done.

    Raises:
        LabelledFileError: the name ends in neither `.jsonl` nor `.csv`.
    """
    if path.suffix.lower() not in (".jsonl", ".csv"):
        raise LabelledFileError(f"{path}: the name of a quarantine must end in .jsonl or .csv")


@contextmanager
def open_quarantine(path: Path) -> Iterator[Callable[[BadRow], None]]:
    """Give a function that writes one bad row; the file appears when the block ends well.

    A `.jsonl` file holds one object a row: file, line, field, problem, allowed, row, kind. A
    `.csv` file holds the same columns, `row` as JSON where the row had columns, and an apostrophe
    before every cell that a spreadsheet might run as a formula.

    Raises:
        LabelledFileError: another ending.
    """
    check_quarantine_name(path)
    with written_atomically(path) as file:
        if path.suffix.lower() == ".jsonl":

            def write(bad: BadRow) -> None:
                file.write(_json({name: getattr(bad, name) for name in _FIELDS}) + "\n")
        else:
            # Quotes around all: a lone carriage return needs them, too.
            writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerow(_FIELDS)

            def write(bad: BadRow) -> None:
                row = bad.row if isinstance(bad.row, str) else _json(bad.row)
                writer.writerow(
                    neutralise(_encodable(str(cell)))
                    for cell in (
                        bad.file,
                        bad.line,
                        bad.field or "",
                        bad.problem,
                        bad.allowed,
                        row,
                        bad.kind,
                    )
                )

        yield write


def read_quarantine(path: Path) -> Iterator[BadRow]:
    """Yield the bad rows of a quarantine as they were.

    Raises:
        LabelledFileError: another ending, or not a quarantine.
    """
    check_quarantine_name(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if path.suffix.lower() == ".jsonl":
                for line in file:
                    yield BadRow(**json.loads(line))
                return
            csv.field_size_limit(max(csv.field_size_limit(), 1 << 28))
            for cells in csv.DictReader(file):
                row = {name: restore(cell) for name, cell in cells.items()}
                yield BadRow(
                    file=row["file"],
                    line=int(row["line"]),
                    field=row["field"] or None,
                    problem=row["problem"],
                    allowed=row["allowed"],
                    row=_columns(row["row"]),
                    kind=row["kind"],
                )
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise LabelledFileError(f"{path}: no quarantine of this command: {error}") from error


def _json(value: object) -> str:
    # Values of a Parquet file may be dates and bytes; halves of characters stay as escapes.
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if _is_encodable(text) else json.dumps(value, default=str)


def _columns(row: str) -> dict[str, object] | str:
    if row.startswith("{"):
        try:
            value = json.loads(row)
        except ValueError:
            return row
        if isinstance(value, dict):
            return value
    return row


def _encodable(text: str) -> str:
    return text if _is_encodable(text) else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
