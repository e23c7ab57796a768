"""What every format is read into before columns and labels are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mentionlens_data.files.bad_row import Fault
from mentionlens_data.files.encoding import Encoding

__all__ = ["Record", "Source"]


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file with the file's own columns.

    Attributes:
        line: the line on which the row begins, from 1; the row's number where there are no lines.
        values: their column to their value; empty where `fault` is set.
        raw: the row as it was, for people.
        fault: why the row cannot be divided into columns, if so.
    """

    line: int
    values: Mapping[str, Any]
    raw: Mapping[str, Any] | str
    fault: Fault | None = None


class Source(Protocol):
    """An opened file of one format."""

    @property
    def format(self) -> str:
        """For people, such as `CSV, delimiter ;`."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in their order."""
        ...

    @property
    def columns_are_fixed(self) -> bool:
        """False where a later row may have columns that `columns` does not name."""
        ...

    @property
    def encoding(self) -> Encoding | None:
        """None where the format has none to choose."""
        ...

    def records(self) -> Iterator[Record]:
        """Yield every row from the start of the file."""
        ...
