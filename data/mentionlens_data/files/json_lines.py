"""JSON Lines: one object a line; blank lines are no rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import Fault
from mentionlens_data.files.lines import Line, TextFile
from mentionlens_data.files.record import Record

__all__ = ["JsonLinesSource"]

_ROWS_FOR_COLUMNS = 1_000


class JsonLinesSource:
    """Rows of a JSON Lines file; see `Source`.

    Args:
        path: the file.
        encoding: overrules what would be detected.

    Raises:
        LabelledFileError: it cannot be read, or holds one JSON array.
    """

    format = "JSON Lines"
    columns_are_fixed = False

    def __init__(self, path: Path, *, encoding: str | None = None) -> None:
        self._file = TextFile(path, encoding)
        self.encoding = self._file.encoding
        first = next((line for line in self._file if line.text.strip()), None)
        if first and first.text.lstrip().startswith("["):
            raise LabelledFileError(
                f"{path}, line {first.number}: a JSON array; one object a line is needed "
                f"(`jq -c '.[]'` makes that)"
            )
        found = (record.values for record in islice(self.records(), _ROWS_FOR_COLUMNS))
        self.columns = tuple(dict.fromkeys(name for values in found for name in values))

    def records(self) -> Iterator[Record]:
        """Yield every row from the start of the file."""
        return (_record(line) for line in self._file if line.fault or line.text.strip())


def _record(line: Line) -> Record:
    text = line.text.strip()
    fault = line.fault
    if fault is None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            fault = Fault("not JSON", f"not JSON: {error}", allowed="a JSON object")
        else:
            if isinstance(value, dict):
                return Record(line.number, value, value)
            found = type(value).__name__
            fault = Fault("not JSON", f"a JSON object is needed, found {found}")
    return Record(line.number, {}, text, fault)
