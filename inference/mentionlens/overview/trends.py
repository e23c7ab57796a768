"""What a watch expected of each series and what came, by day and by hour, with its alerts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentionlens.overview.bands import usual_counts
from mentionlens.overview.days import DayAxis, hour_number, hour_time
from mentionlens.overview.scopes import Scopes
from mentionlens.scored_mention import ScoredMention
from mentionlens.watch import Alert, Watch, WatchOptions
from mentionlens.watch.expectation import WINDOWS

__all__ = ["find_trends"]

_HOURS = 72
_MOST_SERIES = 400
_MOST_ALERTS = 60
_MOST_CHARACTERS = 300
# Places of the windows of one hour and of a day among those of the watch.
_ONE_HOUR, _ONE_DAY = 0, -1

Key = tuple[str | None, str | None, str]
"""Brand, language (None: all of them) and measure."""

_Floats: TypeAlias = NDArray[np.floating[Any]]
_Bools: TypeAlias = NDArray[np.bool_]


def find_trends(
    mentions: Sequence[ScoredMention], scopes: Scopes, axis: DayAxis, options: WatchOptions
) -> dict[str, Any]:
    """Watch mentions from the first to the last, and keep what was expected and what came.

    Args:
        mentions: in the order of their times, which all of them have; at least one.
        scopes: brands and languages whose series are given; the others are watched, too.
        axis: days.
        options: of the watch.

    Returns:
        The JSON shape: `hours` (when each of the last ones begins), `series` and `alerts`.
    """
    watch = Watch(options)
    recorder = _Recorder(watch, axis, hour_number(_time(mentions[-1])))
    alerts: list[Alert] = []
    for mention in mentions:
        alerts += recorder.add(mention)
    alerts += recorder.finish()
    series, left_out = recorder.series(scopes)
    shown = _told(alerts)
    return {
        "hours": [hour_time(hour).isoformat() for hour in recorder.hours],
        "warm_up_days": round(options.warm_up / 24, 1),
        "series": series,
        "series_left_out": left_out,
        "alerts": shown[:_MOST_ALERTS],
        "alerts_left_out": max(0, len(shown) - _MOST_ALERTS),
    }


def _time(mention: ScoredMention) -> Any:  # noqa: ANN401 - never None here
    return mention.time


@dataclass
class _Grid:
    """What was counted and expected: (steps, rows).

    Attributes:
        counts: of mentions.
        means: that were expected.
        excess: what overdispersion adds to the variance for each expected mention.
        hours: that a step has so far.
        warm: of these, hours in which the brand had been watched for long enough.
    """

    counts: NDArray[np.float64]
    means: NDArray[np.float64]
    excess: NDArray[np.float64]
    hours: NDArray[np.float64]
    warm: NDArray[np.float64]

    @classmethod
    def of(cls, steps: int) -> _Grid:
        return cls(*(np.zeros((steps, 0)) for _ in fields(cls)))

    def grow(self, rows: int) -> None:
        more = rows - self.counts.shape[1]
        if more > 0:
            for one in fields(self):
                setattr(self, one.name, np.pad(getattr(self, one.name), ((0, 0), (0, more))))

    def add(self, step: int, counts: _Floats, means: _Floats, sizes: _Floats, warm: _Bools) -> None:
        """Add an hour to a step, with the sizes of the negative binomials of whole steps."""
        self.grow(len(counts))
        self.counts[step] += counts
        self.means[step] += means
        self.excess[step] += means / sizes
        self.hours[step] += 1
        self.warm[step] += warm


class _Recorder:
    """Reads what a watch has counted and expected, of each hour when it has ended."""

    def __init__(self, watch: Watch, axis: DayAxis, last: int) -> None:
        self._watch = watch
        self._axis = axis
        self._days = _Grid.of(len(axis))
        self.hours = range(last - _HOURS + 1, last + 1)
        self._hours = _Grid.of(_HOURS)
        self._next: int | None = None

    def add(self, mention: ScoredMention) -> list[Alert]:
        if self._next is None:
            self._next = hour_number(_time(mention))
        alerts = self._watch.add(mention)
        self._catch_up()
        return alerts

    def finish(self) -> list[Alert]:
        alerts = self._watch.finish()
        self._catch_up()
        return alerts

    def _catch_up(self) -> None:
        """Record the hours that have ended."""
        current = self._watch.parts.memory.hour
        while self._next is not None and current is not None and self._next < current:
            self._record(self._next)
            self._next += 1

    def _record(self, hour: int) -> None:
        parts = self._watch.parts
        recent = parts.recent
        kept = len(recent.counts)
        current = parts.memory.hour
        # What lies before a silence longer than the ring is gone; nothing came in it.
        if current is None or hour <= current - kept:
            return
        rows = recent.counts.shape[1]
        counts = recent.counts[hour % kept] + recent.late[hour % kept]
        means = recent.means[hour % kept].astype(np.float64)
        usual = parts.expectation.levels() * np.array(WINDOWS)[:, None]
        sizes = parts.expectation.sizes(usual)[:, :rows]
        firsts = np.array(parts.memory.first_hours)[parts.table.brand[:rows]]
        warm = hour - firsts >= self._watch.options.warm_up
        day = self._axis.place(hour_time(hour))
        if day is not None:
            # A day is one window: what makes it busier makes all of its hours so.
            self._days.add(day, counts, means, sizes[_ONE_DAY], warm)
        if hour in self.hours:
            self._hours.add(hour - self.hours.start, counts, means, sizes[_ONE_HOUR], warm)

    def series(self, scopes: Scopes) -> tuple[list[dict[str, Any]], int]:
        """Return the series of some brands and languages, and how many there are beyond."""
        groups: dict[Key, list[int]] = {}
        several = len(self._watch.brands) > 1
        brands, langs = set(scopes.brands), {*scopes.langs, None}
        for row, one in enumerate(self._watch.parts.table.series):
            if row >= self._days.counts.shape[1] or one.lang not in langs:
                continue
            if one.brand in brands:
                groups[one.brand, one.lang, one.measure] = [row]
            if several:
                groups.setdefault((None, one.lang, one.measure), []).append(row)
            else:
                groups[None, one.lang, one.measure] = [row]
        totals = {key: self._days.counts[:, rows].sum() for key, rows in groups.items()}
        ordered = sorted(
            (key for key in groups if totals[key] > 0),
            # Those of all languages stand for the others.
            key=lambda key: (key[1] is not None, -totals[key]),
        )
        shown = ordered[:_MOST_SERIES]
        series = [
            {
                "brand": brand,
                "lang": lang,
                "measure": measure,
                "days": _drawn(self._days, groups[brand, lang, measure]),
                "hours": _drawn(self._hours, groups[brand, lang, measure]),
            }
            for brand, lang, measure in shown
        ]
        return series, len(ordered) - len(shown)


def _drawn(grid: _Grid, rows: list[int]) -> dict[str, list[Any]]:
    """Return count, mean and usual range of a series, or of several together, for each step."""
    grid.grow(max(rows) + 1)
    counts = grid.counts[:, rows].sum(axis=1)
    means = grid.means[:, rows]
    mean = means.sum(axis=1)
    excess = (means * grid.excess[:, rows]).sum(axis=1)
    hours, warm = grid.hours[:, rows], grid.warm[:, rows]
    known = ((hours > 0) & (warm == hours)).any(axis=1) & (mean > 0)
    sizes = np.where(excess > 0, mean**2 / np.where(excess > 0, excess, 1.0), np.inf)
    low, high = usual_counts(mean, np.clip(sizes, 1e-3, 1e7))
    return {
        "counts": counts.astype(int).tolist(),
        "means": _where(known, [float(f"{value:.3g}") for value in mean.tolist()]),
        "low": _where(known, low.tolist()),
        "high": _where(known, high.tolist()),
    }


def _where(known: NDArray[np.bool_], values: Iterable[Any]) -> list[Any]:
    return [value if is_known else None for is_known, value in zip(known, values, strict=True)]


def _told(alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """Return each trouble once, as it was told last; what goes on first, then the newest."""
    first: dict[str, Alert] = {}
    last: dict[str, Alert] = {}
    strongest: dict[str, Alert] = {}
    for alert in alerts:
        first.setdefault(alert.id, alert)
        last[alert.id] = alert
        if alert.event != "closed":
            strongest[alert.id] = alert
    ordered = sorted(last, key=lambda one: (last[one].event == "closed", -last[one].at.timestamp()))
    return [_one(first[one], strongest.get(one, last[one]), last[one]) for one in ordered]


def _one(opened: Alert, told: Alert, last: Alert) -> dict[str, Any]:
    found = told.to_dict()
    for example in found["examples"]:
        example["text"] = _cut(example["text"])
    found["texts"] = {**found["texts"], "wave_text": _cut(found["texts"]["wave_text"])}
    found["summary"] = _cut(found["summary"])
    closed = last.at.isoformat() if last.event == "closed" else None
    return {**found, "opened_at": opened.at.isoformat(), "closed_at": closed}


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= _MOST_CHARACTERS:
        return text
    return text[: _MOST_CHARACTERS - 1] + "…"
