"""What is said on standard error while a file is read: bad rows, and how far it is."""

from __future__ import annotations

import sys
import time
from collections import Counter

from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.report import printable

__all__ = ["Reporter"]

_EVERY_ROWS = 2_000
_ON_TERMINAL_SECONDS = 0.2
_IN_LOG_SECONDS = 10.0


class Reporter:
    """Prints the first bad rows of every kind, and how many rows were read.

    The number of rows is one changing line on a terminal, else a line now and then.

    Args:
        name: the file.
        show: how many bad rows of a kind are printed.
    """

    def __init__(self, name: str, show: int) -> None:
        self._name = name
        self._show = show
        self._kinds: Counter[str] = Counter()
        self._start = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def bad(self, row: BadRow) -> None:
        """Print a bad row, unless enough of its kind were printed."""
        self._kinds[row.kind] += 1
        if self._kinds[row.kind] <= self._show:
            self._clear()
            print(printable(str(row)), file=sys.stderr)

    def progress(self, rows: int) -> None:
        """Take the number of rows so far."""
        if rows % _EVERY_ROWS:
            return
        now = time.monotonic()
        if now - self._last < (_ON_TERMINAL_SECONDS if self._terminal else _IN_LOG_SECONDS):
            return
        self._last = now
        text = f"{self._name}: {rows:,} rows, {rows / (now - self._start):,.0f} a second"
        self._clear()
        print(text, end="" if self._terminal else "\n", file=sys.stderr, flush=True)

    def finish(self) -> None:
        """Say how many bad rows of each kind were not printed."""
        self._clear()
        for kind, number in self._kinds.items():
            if number > self._show:
                print(f"{self._name}: {number - self._show:,} more: {kind}", file=sys.stderr)

    def _clear(self) -> None:
        if self._terminal:
            print("\r\x1b[2K", end="", file=sys.stderr)
