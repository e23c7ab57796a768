"""What time it is in a stream of mentions whose times may be wrong.

The clock is that of the mentions, so that a history and a live stream are watched alike. A
mention far ahead of all others does not move it: it is held back until the median of what arrives
says that time went on (a quiet night, a source that stopped), and stays out if it never does (a
year mistyped, a machine whose clock jumped).
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field

from mentionlens.scored_mention import ScoredMention

__all__ = ["EventClock"]

_ARRIVALS = 9
"""Arrivals whose median may move the clock far."""
_MOST_HELD = 1_000


@dataclass
class EventClock:
    """The clock, and the mentions that wait for it.

    Attributes:
        ahead: seconds by which one mention alone may move it.
        now: seconds since 1970 of the latest mention that is believed; None before the first.
        arrivals: times of the last mentions, believed or not.
        held: mentions that lie too far ahead, with their times.
        dropped: mentions that were given up since there was no room to hold them.
    """

    ahead: float
    now: float | None = None
    arrivals: deque[float] = field(default_factory=lambda: deque(maxlen=_ARRIVALS))
    held: list[tuple[float, ScoredMention]] = field(default_factory=list)
    dropped: int = 0

    def admit(self, mention: ScoredMention, time: float) -> list[tuple[float, ScoredMention]]:
        """Take in a mention.

        Args:
            mention: that arrives.
            time: its own, in seconds since 1970.

        Returns:
            The mentions that can be counted now, in the order of their times where several were
            held back.
        """
        self.arrivals.append(time)
        if self.now is None:
            # Nothing is known of a stream whose first mentions do not agree on a day.
            self.held.append((time, mention))
            return self._settle()
        if time <= self.now + self.ahead:
            self.now = max(self.now, time)
            return [(time, mention)]
        self.held.append((time, mention))
        if statistics.median_low(self.arrivals) > self.now + self.ahead:
            return self._release(statistics.median_low(self.arrivals))
        if len(self.held) > _MOST_HELD:
            self.held.pop(0)
            self.dropped += 1
        return []

    def settle(self) -> list[tuple[float, ScoredMention]]:
        """Begin with what there is, at the end of a stream shorter than its beginning takes."""
        if self.now is not None or not self.held:
            return []
        return self._release(statistics.median_low(self.arrivals))

    def _settle(self) -> list[tuple[float, ScoredMention]]:
        if len(self.arrivals) < _ARRIVALS:
            return []
        return self._release(statistics.median_low(self.arrivals))

    def _release(self, middle: float) -> list[tuple[float, ScoredMention]]:
        due = sorted(
            (pair for pair in self.held if pair[0] <= middle + self.ahead), key=lambda pair: pair[0]
        )
        self.held = [pair for pair in self.held if pair[0] > middle + self.ahead]
        self.now = max([self.now if self.now is not None else middle, *(t for t, _ in due)])
        return due
