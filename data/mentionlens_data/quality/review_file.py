"""The review file: one doubtful answer a line, for a person to decide in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from mentionlens_data.atomic import written_atomically
from mentionlens_data.errors import ReviewFileError
from mentionlens_data.hashing import text_hash
from mentionlens_data.spreadsheet import neutralise, restore

__all__ = ["COLUMNS", "REASONS", "ReviewLine", "read_review", "text_sha", "write_review"]

REASONS = ("suspicious", "conflict", "language")
_NEEDED = ("id", "task", "label", "text_sha", "decision")
_LONGEST = 30_000
"""Spreadsheets cut cells at 32,767 characters; the text is there to be read, not read back."""


@dataclass(frozen=True)
class ReviewLine:
    """One doubtful answer; every field is one column.

    Attributes:
        id: the row of the set.
        lang: its declared language.
        source: its corpus.
        text: the mention, to be read; the row is recognised by `id` and `text_sha`.
        task: the question; empty where the language is doubted.
        label: the given answer; empty where the language is doubted.
        suggested: the answer (or the language) that was found instead.
        probability: of the given label, out of fold, as a decimal number; empty where unknown.
        reason: one of `REASONS`.
        decision: empty, or what a person decided: `keep`, `drop`, `unknown` or a label
            (where the language is doubted: a language).
        note: what speaks for the doubt; free for a person's own words.
        text_sha: `sha-` and 16 hexadecimal digits that stand for the text (the prefix keeps
            spreadsheets from taking digits for a number).
        line: line of the file where it was read from; 0 otherwise. Not a column.
    """

    id: str
    lang: str = ""
    source: str = ""
    text: str = ""
    task: str = ""
    label: str = ""
    suggested: str = ""
    probability: str = ""
    reason: str = ""
    decision: str = ""
    note: str = ""
    text_sha: str = ""
    line: int = 0


COLUMNS = tuple(field.name for field in fields(ReviewLine) if field.name != "line")


def text_sha(text: str) -> str:
    """Return what stands for a text in the column `text_sha`."""
    return f"sha-{text_hash(text)}"


def write_review(path: Path, lines: Iterable[ReviewLine], *, delimiter: str = ",") -> int:
    """Write a review file: UTF-8 with a byte order mark, so that Excel reads its letters.

    Args:
        path: written beside and renamed into place.
        lines: in the order of the file.
        delimiter: `,`, or `;` for the Excel of countries that write 0,5.

    Returns:
        The number of lines.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    number = 0
    # Lone surrogates have no place in UTF-8, and the text is not read back.
    with written_atomically(path, encoding="utf-8-sig", errors="replace") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(COLUMNS)
        for line in lines:
            values = [str(getattr(line, name)) for name in COLUMNS]
            writer.writerow([neutralise(_short(value)) for value in values])
            number += 1
    return number


def read_review(path: Path) -> Iterator[ReviewLine]:
    """Yield the lines of a review file, as written or as a spreadsheet saved it.

    Commas, semicolons and tabs are recognised; so are UTF-8 with and without a byte order mark,
    UTF-16 with one, every kind of line end, another order of columns, and columns of one's own.

    Raises:
        ReviewFileError: not such a file; the message says what is missing.
    """
    text = _decoded(path)
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            raise ReviewFileError(
                f"{path}, line 1: no column {', '.join(missing)}; found {', '.join(names)}; "
                f"needed {', '.join(_NEEDED)}"
            )
        places = {name: names.index(name) for name in COLUMNS if name in names}
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                values = {n: restore(cells[i]) for n, i in places.items() if i < len(cells)}
                if len(cells) < len(names) and not set(_NEEDED) <= set(values):
                    raise ReviewFileError(
                        f"{path}, line {start}: {len(cells)} cells, the header has {len(names)}"
                    )
                yield ReviewLine(**{"id": "", **values}, line=start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise ReviewFileError(f"{path}, line {reader.line_num}: not a table: {error}") from error


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReviewFileError(f"{path}: cannot be read: {error.strerror}") from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReviewFileError(
            f"{path}: not UTF-8 (byte {error.start}); save it as `CSV UTF-8` in the spreadsheet"
        ) from error


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST else value[:_LONGEST] + " […]"
