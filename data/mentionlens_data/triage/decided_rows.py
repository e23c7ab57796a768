"""What a decision adds to a row: columns of a table, or one object of a JSON line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentionlens.triage import Decision

from mentionlens_data.scoring.answers import cell
from mentionlens_data.spreadsheet import neutralise

__all__ = ["ADDED", "JSON_NAME", "TextRows", "table_values"]

ADDED = (
    "action",
    "priority",
    "target_time",
    "due_at",
    "rule",
    "reasons",
    "guidance_do",
    "guidance_avoid",
)
"""What is added to tables."""

JSON_NAME = "triage"
"""What is added to JSON objects: one object with the same names."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def table_values(decision: Decision, prefix: str) -> dict[str, Any]:
    """Return the added columns with their values; the reasons are one text."""
    found = decision.to_dict()
    reasons = f"{decision.why} {'; '.join(map(str, decision.reasons))}".rstrip()
    return {prefix + name: reasons if name == "reasons" else found[name] for name in ADDED}


@dataclass(frozen=True)
class TextRows:
    """Rows as lines of a text format.

    Attributes:
        columns: of a table, without the added ones; not looked at for JSON Lines.
        prefix: before the added names.
        delimiter: between the cells of a table; empty for JSON Lines.
        safe: neutralise cells that a spreadsheet would take for formulas.
    """

    columns: Sequence[str]
    prefix: str
    delimiter: str
    safe: bool = False

    def head(self) -> bytes:
        """Return the first line of a table; nothing for JSON Lines."""
        if not self.delimiter:
            return b""
        return _bytes(self._line([*self.columns, *(self.prefix + name for name in ADDED)]))

    def line(self, values: Mapping[str, Any], decision: Decision) -> bytes:
        """Return the line of a row."""
        if not self.delimiter:
            row = {**values, self.prefix + JSON_NAME: decision.to_dict()}
            return _bytes(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        cells = [cell(values.get(name)) for name in self.columns]
        added = table_values(decision, self.prefix).values()
        return _bytes(self._line([*cells, *map(cell, added)]))

    def _line(self, cells: Sequence[str]) -> str:
        file = io.StringIO()
        # Only characters of the line end are quoted, and a lone carriage return must be, too.
        writer = csv.writer(file, delimiter=self.delimiter, lineterminator="\r\n")
        writer.writerow([neutralise(value) for value in cells] if self.safe else cells)
        return file.getvalue().removesuffix("\r\n") + "\n"


def _bytes(text: str) -> bytes:
    # Half a surrogate pair is neither UTF-8 nor read by most JSON parsers.
    return _SURROGATE.sub("\ufffd", text).encode("utf-8")
