"""What came before each mention, from one pass over all of them; no text is held.

A mention takes about a hundred bytes here, whatever its length.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import re
from array import array
from collections import deque
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from mentionlens.scored_mention import ScoredMention
from mentionlens.triage.facts import Past, PastOf
from mentionlens.triage.signs import fold

__all__ = ["History", "HistoryBuilder"]

_COMPLAINT, _TROLL, _RESOLVED, _PRAISE = 1, 2, 4, 8
_BITS = {"complaint": _COMPLAINT, "troll": _TROLL, "resolved": _RESOLVED, "praise": _PRAISE}
_KINDS = [frozenset(kind for kind, bit in _BITS.items() if bits & bit) for bits in range(16)]
# Shorter texts are the same by chance: "thanks", "where is my parcel".
_TELLING_LETTERS = 30
_NOBODY = 0
_NO_LETTERS = re.compile(r"[\W_]+")


class HistoryBuilder:
    """Takes mentions in any order; `finish` puts them in that of their times.

    Args:
        days: how far back history counts.
    """

    def __init__(self, days: float) -> None:
        self._days = days
        self._authors = array("q")
        self._threads = array("q")
        self._texts = array("q")
        self._times = array("d")
        self._replies = array("d")
        self._kinds = array("b")

    def add(self, mention: ScoredMention, kinds: Collection[str]) -> None:
        """Take the next mention, and which of `KINDS` it counts as."""
        self._authors.append(_key(mention.brand, mention.author))
        self._threads.append(_key(mention.brand, mention.thread))
        self._texts.append(_text_key(mention))
        self._times.append(math.nan if mention.time is None else mention.time.timestamp())
        replied = mention.replied_at
        self._replies.append(math.nan if replied is None else replied.timestamp())
        self._kinds.append(sum(_BITS[kind] for kind in kinds))

    def finish(self) -> History:
        """Return the history of everything that was added.

        Where no mention has a time, their order is that in which they were added, and whatever has
        a reply had it before the next.
        """
        times = np.frombuffer(self._times) if self._times else np.empty(0)
        replies = np.frombuffer(self._replies) if self._replies else np.empty(0)
        kinds = np.frombuffer(self._kinds, np.int8) if self._kinds else np.empty(0, np.int8)
        window, has_times = self._days * 86400, not bool(np.isnan(times).all())
        if not has_times:
            times = np.arange(len(times), dtype=np.float64)
            replies = np.where(np.isnan(replies), np.nan, -np.inf)
            window = math.inf
        authors = _Groups(self._authors, times)
        threads = _Groups(self._threads, times)
        return History(
            times,
            kinds,
            authors.walk(times, replies, kinds, window, has_times=has_times),
            threads.walk(times, replies, kinds, window, has_times=has_times),
            _Groups(self._texts, times).ranks(),
        )


class History:
    """The past of every mention, by the place at which it was added; see `HistoryBuilder`."""

    def __init__(
        self,
        times: NDArray[np.float64],
        kinds: NDArray[np.int8],
        authors: _Walked,
        threads: _Walked,
        copies: NDArray[np.int32],
    ) -> None:
        self._known = ~np.isnan(times)
        self._kinds = kinds
        self._authors = authors
        self._threads = threads
        self._copies = copies

    def __len__(self) -> int:
        return len(self._known)

    def kinds(self, place: int) -> frozenset[str]:
        """Return what a mention counts as."""
        kinds: frozenset[str] = _KINDS[self._kinds[place]]
        return kinds

    def past(self, place: int) -> Past:
        """Return what came before a mention.

        A mention without a time, among others that have one, has no known past.
        """
        if not self._known[place]:
            return Past()
        return Past(
            author=self._authors.past(place),
            thread=self._threads.past(place),
            earlier_copies=int(self._copies[place]),
            closed=bool(self._authors.closed[place]),
        )


class _Walked:
    """The past of every mention in its group; rows of `counts` are the fields of `PastOf`."""

    def __init__(self, in_group: NDArray[np.bool_]) -> None:
        self.in_group = in_group
        self.counts = np.zeros((5, len(in_group)), np.int32)
        self.waiting = np.full(len(in_group), np.nan)
        self.closed = np.zeros(len(in_group), np.bool_)

    def past(self, place: int) -> PastOf | None:
        if not self.in_group[place]:
            return None
        waiting = float(self.waiting[place])
        mentions, complaints, trolls, unanswered, answered = self.counts[:, place].tolist()
        return PastOf(
            earlier_mentions=mentions,
            earlier_complaints=complaints,
            earlier_trolls=trolls,
            unanswered_complaints=unanswered,
            answered_complaints=answered,
            waiting_hours=None if math.isnan(waiting) else waiting,
        )


class _Groups:
    """Mentions with the same key, each group in the order of times."""

    def __init__(self, keys: array[int], times: NDArray[np.float64]) -> None:
        found = np.frombuffer(keys, np.int64) if keys else np.empty(0, np.int64)
        self._in_group = (found != _NOBODY) & ~np.isnan(times)
        places = np.flatnonzero(self._in_group)
        self._order = places[np.lexsort((times[places], found[places]))]
        ordered = found[self._order]
        self._starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
        self._ends = np.r_[self._starts[1:], len(ordered)][: len(self._starts)]

    def ranks(self) -> NDArray[np.int32]:
        """Return how many of the same group stand before each mention."""
        ranks = np.zeros(len(self._in_group), np.int32)
        starts = np.repeat(self._starts, self._ends - self._starts)
        ranks[self._order] = np.arange(len(self._order)) - starts
        return ranks

    def walk(
        self,
        times: NDArray[np.float64],
        replies: NDArray[np.float64],
        kinds: NDArray[np.int8],
        window: float,
        *,
        has_times: bool,
    ) -> _Walked:
        """Return the past of each mention."""
        walked = _Walked(self._in_group)
        several = np.flatnonzero(self._ends - self._starts > 1)
        for start, end in zip(self._starts[several], self._ends[several], strict=True):
            places = self._order[start:end]
            case = _Cases(
                times[places].tolist(), replies[places].tolist(), kinds[places].tolist(), window
            )
            for step, place in enumerate(places.tolist()):
                *counts, oldest = case.before(step)
                walked.counts[:, place] = counts
                if has_times and oldest is not None:
                    walked.waiting[place] = oldest / 3600
                case.take(step)
            walked.closed[places[case.closed]] = True
        return walked


class _Cases:
    """Walks along the mentions of one group; each is taken, and dropped, once."""

    _WAITS, _REPLIED, _GONE = 1, 2, 0

    def __init__(
        self, times: Sequence[float], replies: Sequence[float], kinds: Sequence[int], window: float
    ) -> None:
        self._times, self._replies, self._kinds, self._window = times, replies, kinds, window
        self._states = [self._GONE] * len(times)
        self._first = self._complaints = self._trolls = self._waiting = self._replied = 0
        self._replies_to_come: list[tuple[float, int]] = []
        self._open: deque[int] = deque()
        self._queue: deque[int] = deque()
        self.closed: list[int] = []

    def before(self, step: int) -> tuple[int, int, int, int, int, float | None]:
        """Return the counts up to a mention, and the seconds that the oldest open one waits."""
        now = self._times[step]
        while self._times[self._first] < now - self._window:
            self._leave(self._first)
            self._first += 1
        while self._replies_to_come and self._replies_to_come[0][0] <= now:
            _, replied = heapq.heappop(self._replies_to_come)
            if self._states[replied] == self._WAITS:
                self._states[replied] = self._REPLIED
                self._waiting -= 1
                self._replied += 1
        while self._queue and self._states[self._queue[0]] != self._WAITS:
            self._queue.popleft()
        return (
            step - self._first,
            self._complaints,
            self._trolls,
            self._waiting,
            self._replied,
            now - self._times[self._queue[0]] if self._queue else None,
        )

    def take(self, step: int) -> None:
        """Add a mention."""
        kind = self._kinds[step]
        self._trolls += bool(kind & _TROLL)
        if kind & _RESOLVED:
            self.closed += [at for at in self._open if self._states[at] != self._GONE]
            for at in self._open:
                self._states[at] = self._GONE
            self._open.clear()
            self._queue.clear()
            self._replies_to_come.clear()
            self._waiting = self._replied = 0
        if kind & _COMPLAINT:
            self._complaints += 1
            self._states[step] = self._WAITS
            self._waiting += 1
            self._open.append(step)
            self._queue.append(step)
            reply = self._replies[step]
            if not math.isnan(reply):
                # A reply before the mention is a mistake of a clock: it came at once.
                heapq.heappush(self._replies_to_come, (max(reply, self._times[step]), step))

    def _leave(self, step: int) -> None:
        kind = self._kinds[step]
        self._complaints -= bool(kind & _COMPLAINT)
        self._trolls -= bool(kind & _TROLL)
        self._waiting -= self._states[step] == self._WAITS
        self._replied -= self._states[step] == self._REPLIED
        self._states[step] = self._GONE
        while self._open and self._states[self._open[0]] == self._GONE:
            self._open.popleft()


def _key(brand: str, name: str | None) -> int:
    return _NOBODY if name is None else _hash(f"{brand}\x1f{name}")


def _text_key(mention: ScoredMention) -> int:
    letters = _NO_LETTERS.sub("", fold(mention.text))
    return _hash(letters) if len(letters) >= _TELLING_LETTERS else _NOBODY


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    # 0 stands for nobody.
    return int.from_bytes(digest, "big", signed=True) or 1
