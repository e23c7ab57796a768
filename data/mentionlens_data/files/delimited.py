"""CSV and its relatives: every row with the number of its line, and no row swallowed in silence.

A quote that is opened and never closed would make one row of all that follows. Rows are therefore
read strictly, and where a row over several lines turns out impossible - text after the closing
quote, the wrong number of fields, the end of the file, more than `MOST_LINES` lines - only its
first line is bad, and reading goes on with the second. The same holds where the first line is a
row by itself, its quote taken for a mere character, and a later one is, too.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import Fault
from mentionlens_data.files.lines import LONGEST_LINE, Line, TextFile
from mentionlens_data.files.record import Record

__all__ = ["DELIMITERS", "MOST_LINES", "DelimitedSource"]

DELIMITERS = (",", ";", "\t", "|")
MOST_LINES = 200
"""A quoted text over more lines than that is taken for a quote that was never closed."""

_SNIFFED_LINES = 200
_SHOWN = {",": '","', ";": '";"', "\t": "tab", "|": '"|"'}


class DelimitedSource:
    """Rows of a file with a delimiter; see `Source`.

    Args:
        path: the file.
        encoding: overrules what would be detected.
        header: whether the first row names the columns; else they are called `1`, `2`, ...
        quotes: whether a quote at the start of a field opens a quoted text.
        is_row: says of fields whether they make a row that a person may have meant; used only to
            tell a quote that was never closed.

    Raises:
        LabelledFileError: it cannot be read, or has no row at all.
    """

    columns_are_fixed = True

    def __init__(
        self,
        path: Path,
        *,
        encoding: str | None = None,
        header: bool = True,
        quotes: bool = True,
        is_row: Callable[[dict[str, str]], bool] = lambda row: False,
    ) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_LINE))
        self._file = TextFile(path, encoding)
        self._header = header
        self._quotes = quotes
        self._is_row = is_row
        self.encoding = self._file.encoding
        first = list(islice(self._file, _SNIFFED_LINES))
        # Excel's own way to name the delimiter; no row.
        top_line = first[0].text.rstrip("\r\n").lower() if first else ""
        self._named = top_line.startswith("sep=") and top_line[4:] in DELIMITERS
        if self._named:
            self.delimiter = top_line[4:]
        else:
            self.delimiter = _sniff([line.text for line in first if line.text.strip()])
        self.format = f"CSV, delimiter {_SHOWN[self.delimiter]}"
        self._names: tuple[str, ...] = ()
        top = next(self._divide(), None)
        if top is None:
            raise LabelledFileError(f"{path}: no rows")
        if top.fault:
            raise LabelledFileError(f"{path}, line {top.line}: the header: {top.fault.problem}")
        if header:
            self._names = tuple(name.strip() for name in top.fields)
        else:
            self._names = tuple(str(number) for number in range(1, len(top.fields) + 1))
        self.columns = self._names

    def records(self) -> Iterator[Record]:
        """Yield every row from the start of the file."""
        for row in islice(self._divide(), 1 if self._header else 0, None):
            if row.fault is None and len(row.fields) == len(self._names):
                values = dict(zip(self._names, row.fields, strict=True))
                # Where two columns share a name, only the line holds the whole row.
                whole = values if len(values) == len(row.fields) else row.raw
                yield Record(row.line, values, whole)
                continue
            fault = row.fault or Fault(
                "ragged",
                f"{len(row.fields)} fields, the header has {len(self._names)}",
                allowed=f"{len(self._names)} fields; a {_SHOWN[self.delimiter]} inside a text "
                f"needs quotes around the text",
            )
            yield Record(row.line, {}, row.raw, fault)

    def _divide(self) -> Iterator[_Row]:
        lines = iter(self._file)
        if self._named:
            next(lines)
        taker = _Taker(lines)
        while True:
            line = taker.peek()
            if line is None:
                return
            text = line.text.rstrip("\r\n")
            if line.fault or not text.strip():
                taker.take()
                # Tabs and delimiters only are a row, of empty fields.
                if line.fault or (self.delimiter in text and text.strip(" ")):
                    yield _Row(line.number, text.split(self.delimiter), text, line.fault)
            elif not self._quotes or ('"' not in text and "\r" not in text):
                taker.take()
                yield _Row(line.number, text.split(self.delimiter), text, None)
            else:
                yield from self._quoted(taker)

    def _quoted(self, taker: _Taker) -> Iterator[_Row]:
        taken: list[Line] = []
        reader = csv.reader(taker.feed(taken), delimiter=self.delimiter, strict=True)
        problem = ""
        try:
            fields = next(reader)
        except (csv.Error, StopIteration) as error:
            fields, problem = [], str(error)
        line = taken[0]
        text = line.text.rstrip("\r\n")
        if len(taken) == 1:
            fault = Fault("bad quotes", _explain(problem, False), None, _QUOTES)
            yield _Row(line.number, fields, text, fault if problem else None)
            return
        later = taken[1:]
        closes_wrongly = self._names and len(fields) != len(self._names)
        swallowed = not (problem or closes_wrongly) and self._is_swallowed(line, later)
        if problem or closes_wrongly or swallowed:
            if swallowed:
                # Its quote closed the row: what it means is as doubtful as the first line.
                last = later.pop()
                fault = Fault(
                    "bad quotes", f"closes a quote opened on line {line.number}", None, _QUOTES
                )
                taker.put_back([*later, Line(last.number, last.text, fault)])
            else:
                taker.put_back(later)
            explained = _explain(problem, True)
            if closes_wrongly and not problem:
                explained += f", or {len(fields)} fields over {len(taken)} lines"
            yield _Row(line.number, [], text, Fault("bad quotes", explained, None, _QUOTES))
            return
        whole = "".join(part.text for part in taken).rstrip("\r\n")
        fault_inside = next((part.fault for part in taken if part.fault), None)
        yield _Row(line.number, fields, whole, fault_inside)

    def _is_swallowed(self, first: Line, later: Sequence[Line]) -> bool:
        return self._stands_alone(first) and any(self._stands_alone(line) for line in later)

    def _stands_alone(self, line: Line) -> bool:
        fields = line.text.rstrip("\r\n").split(self.delimiter)
        return len(fields) == len(self._names) and self._is_row(
            dict(zip(self._names, fields, strict=True))
        )


_QUOTES = 'quotes around a whole field, a quote inside it written twice (""); or `quotes = false`'


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    fields: list[str]
    raw: str
    fault: Fault | None


class _Taker:
    """Lines one by one, with a way back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._back: deque[Line] = deque()

    def peek(self) -> Line | None:
        if not self._back:
            line = next(self._lines, None)
            if line is None:
                return None
            self._back.append(line)
        return self._back[0]

    def take(self) -> Line:
        return self._back.popleft()

    def put_back(self, lines: Sequence[Line]) -> None:
        self._back.extendleft(reversed(lines))

    def feed(self, taken: list[Line]) -> Iterator[str]:
        """Yield texts for one row and note in `taken` which lines they were."""
        size = 0
        while len(taken) < MOST_LINES and size < LONGEST_LINE and self.peek() is not None:
            line = self.take()
            taken.append(line)
            size += len(line.text)
            yield line.text


def _explain(problem: str, several_lines: bool) -> str:
    if "expected after" in problem and not several_lines:
        return "text after the quote that closes a field"
    if "new-line character" in problem:
        return "a carriage return outside quotes"
    return "a quote is opened and never closed" if problem or several_lines else ""


def _sniff(lines: Sequence[str]) -> str:
    """Return the delimiter that divides most rows like the header; a comma where none does."""

    def score(delimiter: str) -> tuple[float, int]:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            rows = [line.split(delimiter) for line in lines]
        sizes = Counter(len(row) for row in rows if row)
        columns = len(rows[0]) if rows else 0
        if columns < 2:
            return 0.0, 0
        return round(sizes[columns] / sizes.total(), 1), columns

    return max(DELIMITERS, key=score)
