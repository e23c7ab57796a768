"""How far a long pass over rows is, on standard error, and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["Progress"]

_Item = TypeVar("_Item")
_TERMINAL_SECONDS = 0.2
_LOG_SECONDS = 15.0
_EVERY = 500


class Progress(Generic[_Item]):
    """Passes items on; says now and then how many of them went by.

    One changing line on a terminal, else a line at times.

    Args:
        items: read once.
        total: how many there will be.
        what: what becomes of them, for example `rows answered`.

    Attributes:
        seconds: from the first item asked for to the last one given.
    """

    def __init__(self, items: Iterable[_Item], total: int, what: str) -> None:
        self._items = items
        self._total = total
        self._what = what
        self.seconds = 0.0

    def __iter__(self) -> Iterator[_Item]:
        start = said = time.monotonic()
        terminal = sys.stderr.isatty()
        for number, item in enumerate(self._items, start=1):
            yield item
            now = time.monotonic()
            self.seconds = now - start
            # Items come in batches: the first of one says nothing about the speed.
            if number % _EVERY == 0 and now - said >= (
                _TERMINAL_SECONDS if terminal else _LOG_SECONDS
            ):
                said = now
                left = self.seconds / number * (self._total - number)
                text = f"{number:,} of {self._total:,} {self._what}, {left / 60:.1f} minutes left"
                print(
                    f"\r\x1b[2K{text}" if terminal else text,
                    end="" if terminal else "\n",
                    file=sys.stderr,
                    flush=True,
                )
        if terminal:
            print("\r\x1b[2K", end="", file=sys.stderr)
