"""A row that cannot be used: where it stands, what is wrong, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["BadRow", "Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, before it is known which file the row belongs to.

    Attributes:
        kind: short name under which equal problems are counted, such as `ragged`.
        problem: what is wrong, with the value that was found.
        field: our name of the field, or None where the whole row is concerned.
        allowed: what would be right; empty where there is nothing to choose from.
    """

    kind: str
    problem: str
    field: str | None = None
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    r"""One row that was not taken.

    Attributes:
        file: the file as the caller named it.
        line: the line on which the row begins, from 1; in Parquet files and saved datasets, which
            have no lines, the number of the row.
        field: our name of the field, or None where the whole row is concerned.
        problem: what is wrong.
        allowed: what would be right; may be empty.
        row: the row as it was: its columns, or its line where it could not be divided into
            columns (bytes that cannot be decoded are written as `\xNN`).
        kind: short name under which equal problems are counted.
    """

    file: str
    line: int
    field: str | None
    problem: str
    allowed: str
    row: Mapping[str, Any] | str
    kind: str = ""

    def __str__(self) -> str:
        """Return one line for people: file, line, field, problem, what is allowed."""
        field = f" field {self.field!r}:" if self.field else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{self.file}, line {self.line}:{field} {self.problem}{allowed}"
