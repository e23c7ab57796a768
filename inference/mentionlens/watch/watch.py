"""Watches mentions as they come, hour by hour, and says when a wave is building.

>>> from mentionlens.watch import Watch
>>> watch = Watch()
>>> for mention in mentions:
...     for alert in watch.add(mention):
...         print(alert.summary)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from mentionlens.scored_mention import ScoredMention
from mentionlens.watch.alerts import Alert
from mentionlens.watch.describing import Describer
from mentionlens.watch.detection import Detector
from mentionlens.watch.event_clock import EventClock
from mentionlens.watch.expectation import Expectation
from mentionlens.watch.incidents import Incidents
from mentionlens.watch.kept_mentions import Authors, KeptMentions, Vocabulary, keep
from mentionlens.watch.options import WatchOptions
from mentionlens.watch.recent import KEPT, LAG, RecentHours
from mentionlens.watch.rhythm import HOURS, WeekClock
from mentionlens.watch.series import SeriesTable, measures_of

__all__ = ["Memory", "Parts", "Watch", "WatchReport"]

_HOUR = 3600
_MOST_IDS = 200_000
_LONGEST_SILENCE = 14 * 24
"""Hours without a mention that are taken for quiet; after more of them the source had stopped."""
_FADE = 0.5 ** (1 / 8)
"""What a word of last week is worth against one of this week."""
_EARLIEST, _LATEST = 0, 4_102_444_800  # 1970 and 2100: what is beyond is no time of a mention.


@dataclass
class WatchReport:
    """What became of the mentions.

    Attributes:
        counted: taken in, the late ones included.
        late: of these, later than the lateness: in the history, without an alarm.
        duplicates: of an id that came in the last two days.
        without_time: with no time, or one outside 1970 to 2100.
        without_answers: without a label of any task.
        unwatched: of brands for whose series there was no room.
        ahead: too far after all others to be believed, so far.
    """

    counted: int = 0
    late: int = 0
    duplicates: int = 0
    without_time: int = 0
    without_answers: int = 0
    unwatched: int = 0
    ahead: int = 0


@dataclass
class Memory:
    """What a watch remembers besides its arrays.

    Attributes:
        hour: that goes on; None before the first mention.
        first_hours: of each brand, by its number.
        learned: last hour that was learned.
        ids: of recent mentions, as numbers, with the hour in which they came.
        report: what became of the mentions.
    """

    hour: int | None = None
    first_hours: list[int] = field(default_factory=list)
    learned: int | None = None
    ids: dict[int, int] = field(default_factory=dict)
    report: WatchReport = field(default_factory=WatchReport)


@dataclass(frozen=True)
class Parts:
    """The parts of a watch, for whoever stores it."""

    table: SeriesTable
    expectation: Expectation
    recent: RecentHours
    detector: Detector
    incidents: Incidents
    kept: KeptMentions
    authors: Authors
    vocabulary: Vocabulary
    clock: EventClock
    memory: Memory
    buffer: list[tuple[int, ...]]


class Watch:
    """Counts mentions, learns what is usual, and tells what is not.

    The clock is that of the mentions: an hour is tested when the first mention of a later one
    comes. The same mentions in the same order give the same alerts. Memory is bounded by the
    number of series. Not safe for use by several threads at once.

    Args:
        options: see there.
        texts: whether alerts may hold texts of mentions.
    """

    def __init__(self, options: WatchOptions | None = None, *, texts: bool = True) -> None:
        self.options = options or WatchOptions()
        self.texts = texts
        self._table = SeriesTable(self.options.most_series)
        self._expectation = Expectation(
            self._table, WeekClock(self.options.timezone), self.options.half_life
        )
        self._recent = RecentHours()
        self._detector = Detector(self._table, self.options.alarms)
        self._kept = KeptMentions()
        self._authors = Authors()
        self._vocabulary = Vocabulary()
        describer = Describer(
            self._table,
            self._recent,
            self._expectation,
            kept=self._kept,
            authors=self._authors,
            vocabulary=self._vocabulary,
            texts=texts,
        )
        self._incidents = Incidents(
            self._table, self._recent, self._expectation, self._detector, describer
        )
        self._clock = EventClock(self.options.ahead * _HOUR)
        self._memory = Memory()
        self._buffer: list[tuple[int, ...]] = []

    @property
    def parts(self) -> Parts:
        """The parts, by reference."""
        return Parts(
            self._table,
            self._expectation,
            self._recent,
            self._detector,
            self._incidents,
            self._kept,
            self._authors,
            self._vocabulary,
            self._clock,
            self._memory,
            self._buffer,
        )

    @property
    def report(self) -> WatchReport:
        """What became of the mentions so far."""
        self._memory.report.ahead = len(self._clock.held) + self._clock.dropped
        return self._memory.report

    @property
    def brands(self) -> tuple[str, ...]:
        """The brands that are watched, in the order in which they came."""
        return tuple(self._table.brands)

    @property
    def series(self) -> int:
        """How many series are kept."""
        return len(self._table)

    def watch(self, mentions: Iterable[ScoredMention]) -> Iterator[Alert]:
        """Yield the alerts of a whole history, with its last hour."""
        for mention in mentions:
            yield from self.add(mention)
        yield from self.finish()

    def add(self, mention: ScoredMention) -> list[Alert]:
        """Take in a mention.

        Returns:
            The alerts of the hours that ended with it; mostly none.
        """
        report = self._memory.report
        if mention.time is None:
            report.without_time += 1
            return []
        time = mention.time.timestamp()
        if not _EARLIEST <= time < _LATEST:
            report.without_time += 1
            return []
        if not mention.labels:
            report.without_answers += 1
            return []
        if self._is_known(mention):
            report.duplicates += 1
            return []
        alerts: list[Alert] = []
        for when, admitted in self._clock.admit(mention, time):
            alerts += self._count(admitted, when)
        return alerts

    def finish(self) -> list[Alert]:
        """Test the hour that goes on as it stands: the history ends here.

        What is added afterwards to that hour is tested with the next one.
        """
        alerts: list[Alert] = []
        for when, admitted in self._clock.settle():
            alerts += self._count(admitted, when)
        if self._memory.hour is not None:
            alerts += self._end_hour(self._memory.hour)
            self._begin(self._memory.hour + 1)
        return alerts

    def _is_known(self, mention: ScoredMention) -> bool:
        data = f"{mention.brand}\x1f{mention.id}".encode("utf-8", "surrogatepass")
        number = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
        ids = self._memory.ids
        if number in ids:
            return True
        ids[number] = self._memory.hour or 0
        if len(ids) > _MOST_IDS:
            del ids[next(iter(ids))]
        return False

    def _count(self, mention: ScoredMention, time: float) -> list[Alert]:
        memory, report = self._memory, self._memory.report
        hour = int(time // _HOUR)
        alerts: list[Alert] = []
        if memory.hour is None:
            memory.learned = hour - 1
            self._begin(hour)
        assert memory.hour is not None
        silent_until = memory.hour + _LONGEST_SILENCE
        while memory.hour < hour:
            alerts += self._end_hour(memory.hour)
            self._begin(memory.hour + 1 if memory.hour < silent_until else hour)
        measures = measures_of(mention)
        rows = self._table.rows_of(mention.brand, mention.lang, measures)
        if rows is None:
            report.unwatched += 1
            return alerts
        report.counted += 1
        if len(memory.first_hours) < len(self._table.brands):
            memory.first_hours.append(min(hour, memory.hour))
        if hour == memory.hour:
            self._buffer.append(rows)
        else:
            self._count_earlier(rows, hour, time)
        kept = keep(mention, hour, measures)
        if kept.author is not None:
            self._authors.add(kept.author, hour)
        if measures:
            self._vocabulary.add(mention.brand, mention.text)
            if hour > memory.hour - LAG:
                self._kept.add(mention.brand, kept)
        return alerts

    def _count_earlier(self, rows: tuple[int, ...], hour: int, time: float) -> None:
        memory = self._memory
        assert memory.hour is not None and memory.learned is not None
        assert self._clock.now is not None
        self._grow(memory.hour)
        is_late = self._clock.now - time > self.options.lateness * _HOUR
        memory.report.late += is_late
        if hour <= memory.learned:
            for row in rows:
                self._expectation.add_late(row, hour, memory.hour - hour)
        else:
            array = self._recent.late if is_late else self._recent.counts
            array[hour % KEPT, list(rows)] += 1

    def _begin(self, hour: int) -> None:
        memory = self._memory
        if memory.hour is not None and hour > memory.hour + 1:
            # Nobody listened meanwhile: that says nothing about what is usual.
            self._recent.clear()
            self._detector.forget(np.arange(len(self._detector.cusum)), hour - 1)
            memory.learned = hour - 1
        memory.hour = hour
        self._recent.begin(hour)

    def _flush(self) -> None:
        """Put the mentions of the hour that goes on into its counts."""
        assert self._memory.hour is not None
        self._grow(self._memory.hour)
        rows = np.fromiter(chain.from_iterable(self._buffer), dtype=np.intp)
        place = self._memory.hour % KEPT
        self._recent.counts[place] += np.bincount(rows, minlength=len(self._table))
        self._buffer.clear()

    def _grow(self, hour: int) -> None:
        old, rows = self._recent.counts.shape[1], len(self._table)
        if rows == old:
            return
        self._expectation.grow()
        self._recent.grow(rows)
        self._detector.grow(hour)
        new = np.arange(old, rows)
        # A series that begins now was empty before, and less than it was expected.
        first = np.array(self._memory.first_hours)[self._table.brand[new]]
        past = np.arange(max(hour - KEPT + 1, int(first.min())), hour)
        known = first <= past[:, None]
        means = self._expectation.means_of(past, new)
        self._recent.means[past[:, None] % KEPT, new] = np.where(known, means, 0.0)

    def _end_hour(self, hour: int) -> list[Alert]:
        self._flush()
        memory, recent = self._memory, self._recent
        assert memory.learned is not None
        recent.means[hour % KEPT] = self._expectation.means(hour)
        covered = self._incidents.covered()
        warm = self._age(hour) >= self.options.warm_up
        signals = self._detector.test(hour, recent, self._expectation, warm=warm, covered=covered)
        alerts = self._incidents.step(hour, signals)
        due = hour - LAG
        if due > memory.learned:
            self._learn(due)
            memory.learned = due
        if hour % 24 == 0:
            self._expectation.refresh()
            self._kept.forget(hour - LAG)
            self._forget_ids(hour - KEPT)
        if hour % HOURS == 0:
            self._vocabulary.fade(_FADE)
        return alerts

    def _learn(self, hour: int) -> None:
        recent = self._recent
        counts = recent.window_counts(hour)
        whole = counts[0] + recent.late[hour % KEPT]
        weights = np.where(recent.suspect[hour % KEPT], 0.02, 1.0)
        self._expectation.learn(
            hour,
            whole,
            counts,
            recent.window_means(hour),
            weights=weights,
            age=self._age(hour),
        )

    def _age(self, hour: int) -> NDArray[np.int64]:
        """Return for how many hours the brand of each row had been watched, (rows,)."""
        return np.asarray(hour - np.array(self._memory.first_hours)[self._table.brand])

    def _forget_ids(self, hour: int) -> None:
        ids = self._memory.ids
        for number in list(islice(ids, len(ids))):
            if ids[number] >= hour:
                break
            del ids[number]
