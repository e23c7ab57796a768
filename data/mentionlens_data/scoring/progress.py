"""How far the scoring is: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time

__all__ = ["Progress"]

_TERMINAL_SECONDS = 0.2
_LOG_SECONDS = 30.0
_BAR = 24


class Progress:
    """Prints to standard error.

    Args:
        name: of the file.
        total: rows to come, as far as is known; None where it is not.
        done: rows that an earlier run has scored.
    """

    def __init__(self, name: str, total: int | None, done: int = 0) -> None:
        self._name = name
        self._total = total
        self._first = done
        self._start = self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()
        if done:
            self._print(f"{name}: going on after {done:,} rows", end="\n")

    def rows(self, done: int) -> None:
        """Take the number of rows so far."""
        now = time.monotonic()
        if now - self._shown < (_TERMINAL_SECONDS if self._terminal else _LOG_SECONDS):
            return
        self._shown = now
        rate = self._rate(done, now)
        parts = [f"{done:,} rows", f"{rate:,.0f} a second"]
        if self._total:
            share = min(done / self._total, 1.0)
            full = int(share * _BAR)
            bar = f"[{'#' * full}{'.' * (_BAR - full)}] " if self._terminal else ""
            parts[0] = f"{bar}{share:.0%} of about {self._total:,} rows"
            parts.append(f"{_duration(max(self._total - done, 0) / max(rate, 1e-9))} left")
        self._print(f"{self._name}: {', '.join(parts)}", end="" if self._terminal else "\n")

    def finish(self, done: int, note: str) -> None:
        """Print the last line."""
        rate = self._rate(done, time.monotonic())
        self._print(f"{self._name}: {done:,} rows, {rate:,.0f} a second{note}", end="\n")

    def _rate(self, done: int, now: float) -> float:
        return (done - self._first) / max(now - self._start, 1e-9)

    def _print(self, text: str, end: str) -> None:
        clear = "\r\x1b[2K" if self._terminal else ""
        print(clear + text, end=end, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
