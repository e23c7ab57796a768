"""From signals to incidents: one for one trouble, told when it opens, grows and ends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mentionlens.watch.alerts import Alert
from mentionlens.watch.describing import SEVERITIES, WAVE_KINDS, Describer, Incident
from mentionlens.watch.detection import LEAST_COUNT, Detector, Signal
from mentionlens.watch.expectation import WINDOWS, Expectation
from mentionlens.watch.recent import KEPT, RecentHours
from mentionlens.watch.series import COMPLAINT, MENTIONS, NEGATIVE, TROLL, Series, SeriesTable
from mentionlens.watch.tails import upper_tail, with_clustering

__all__ = ["Incidents"]

_CALM = 0.05
"""A window whose tail is larger than this is calm."""
_CALM_HOURS = {False: WINDOWS.index(6), True: WINDOWS.index(24)}
"""By whether it is a drift: the window that must be calm, for as many hours as it has."""
_LONGEST = 14 * 24
"""Hours after which what goes on is what is usual."""
_MOST_OF = 0.6
"""Part of the excess that a narrower series must hold to be what an incident is about."""


class Incidents:
    """The incidents that go on.

    Args:
        table: the series.
        recent: the last hours.
        expectation: of all series.
        detector: is told what need not be found again.
        describer: makes messages of them.

    Attributes:
        open: in the order of their opening.
    """

    def __init__(
        self,
        table: SeriesTable,
        recent: RecentHours,
        expectation: Expectation,
        detector: Detector,
        describer: Describer,
    ) -> None:
        self._table = table
        self._recent = recent
        self._expectation = expectation
        self._detector = detector
        self._describer = describer
        self.open: list[Incident] = []

    def covered(self) -> NDArray[np.bool_]:
        """Return which rows belong to an incident that goes on, (rows,)."""
        covered = np.zeros(len(self._table), dtype=bool)
        for incident in self.open:
            covered[self._related(incident.row)] = True
        return covered

    def step(self, hour: int, signals: Sequence[Signal]) -> list[Alert]:
        """Go on by an hour.

        Args:
            hour: that ended.
            signals: of rows that no incident covers, the strongest first.

        Returns:
            What is to be told.
        """
        told = [alert for incident in list(self.open) for alert in self._go_on(incident, hour)]
        taken = np.zeros(len(self._table), dtype=bool)
        for signal in signals:
            if not taken[signal.row]:
                incident = self._open(signal, hour)
                related = self._related(incident.row)
                taken[related] = True
                taken[self._related(signal.row)] = True
                told.append(self._describer.describe(incident, hour, "opened"))
        for incident in self.open:
            self._recent.suspect[hour % KEPT, self._related(incident.row, mentions=True)] = True
        return told

    def _open(self, signal: Signal, hour: int) -> Incident:
        hours = min(max(signal.hours, 1), WINDOWS[-1])
        drift = signal.test == "drift"
        # A drift is older than the hours that are kept, and is told as it was found.
        row = signal.row if drift else self._narrowed(signal.row, hour, hours)
        since = hour - signal.hours + 1
        if not drift:
            places = np.arange(since, hour + 1)
            above = self._recent.counts[places % KEPT, row] > self._recent.means[places % KEPT, row]
            since += int(np.argmax(above)) if above.any() else 0
        series = self._table.series[row]
        incident = Incident(
            id=_identity(series, hour),
            row=row,
            drift=drift,
            since=since,
            opened=hour,
            observed_before=float(self._detector.observed[row]),
            expected_before=float(self._detector.expected[row]),
            p_value=signal.p_value if row == signal.row else None,
        )
        self.open.append(incident)
        related = self._related(row, mentions=True)
        for past in range(max(since, hour - KEPT + 1), hour):
            self._recent.suspect[past % KEPT, related] = True
        return incident

    def _narrowed(self, row: int, hour: int, hours: int) -> int:
        """Return the row that says best what a signal is about.

        Of all related series the one with the largest excess is where to begin: the whole of the
        trouble. From there to complaints or trolling, a language and a type, wherever one holds
        most of the excess.
        """
        table = self._table
        series = table.series[row]
        places = np.arange(hour - hours + 1, hour + 1) % KEPT
        rows = self._related(row)
        counts = self._recent.counts[places][:, rows].sum(axis=0, dtype=np.float64)
        means = self._recent.means[places][:, rows].sum(axis=0, dtype=np.float64)
        # One or two mentions are no trouble of their own.
        excess = np.where(counts >= LEAST_COUNT, counts - means, 0.0)
        over = dict(zip(rows.tolist(), excess.tolist(), strict=True))
        start = max(rows.tolist(), key=lambda one: (over[one], one == row))
        whole = _MOST_OF * over[start]

        def holds(lang: str | None, measure: str) -> int | None:
            found = table.find(Series(series.brand, lang, measure))
            return found if found is not None and over.get(found, 0.0) >= whole else None

        if over[start] <= 0:
            return row
        langs = sorted({table.series[one].lang for one in rows.tolist()} - {None}, key=str)
        measures = [one for one in table.measures if one.startswith(f"{COMPLAINT}:")]
        measure = next(
            (one for one in (TROLL, COMPLAINT, NEGATIVE) if holds(None, one) is not None),
            series.measure,
        )
        if measure == COMPLAINT:
            found = [one for one in measures if holds(None, one) is not None]
            measure = found[0] if found else measure
        best = holds(None, measure)
        for lang in langs:
            narrower = holds(lang, measure)
            if narrower is not None:
                return narrower
        return row if best is None else best

    def _go_on(self, incident: Incident, hour: int) -> list[Alert]:
        place = _CALM_HOURS[incident.drift]
        hours = WINDOWS[place]
        row = incident.row
        count = self._recent.sum_since(self._recent.counts, row, hour - hours + 1, hour)
        mean = self._recent.sum_since(self._recent.means, row, hour - hours + 1, hour)
        size, clustering = self._expectation.spread(place, row)
        size = with_clustering(size, mean, clustering)
        is_calm = upper_tail(int(count), mean, size) > _CALM
        incident.calm = incident.calm + 1 if is_calm else 0
        lasted = hour - incident.opened >= _LONGEST
        if incident.calm >= hours or lasted:
            alert = self._describer.describe(incident, hour, "closed")
            self._close(incident, hour, lasted)
            return [alert]
        if not self._describer.may_have_turned(incident, hour):
            return []
        alert = self._describer.describe(incident, hour, "escalated")
        worse = SEVERITIES.index(alert.severity) > SEVERITIES.index(incident.severity)
        turned = alert.kind != incident.kind and alert.kind in WAVE_KINDS
        return [self._describer.tell(incident, alert)] if worse or turned else []

    def _close(self, incident: Incident, hour: int, lasted: bool) -> None:
        self.open.remove(incident)
        related = self._related(incident.row)
        self._detector.forget(related, hour)
        if lasted:
            rows = self._related(incident.row, mentions=True)
            counts = self._recent.window_counts(hour)[-1, rows]
            means = self._recent.window_means(hour)[-1, rows]
            self._expectation.adopt(rows, (counts + 1) / (means + 1))

    def _related(self, row: int, *, mentions: bool = False) -> NDArray[np.intp]:
        """Return the rows that tell of the same trouble.

        Args:
            row: of an incident.
            mentions: whether the counts of all mentions belong to them, too.
        """
        one = self._table.series[row]
        brand = self._table.rows_of_brand(int(self._table.brand[row]))
        return np.array(
            [i for i in brand.tolist() if _is_related(one, self._table.series[i], mentions)],
            dtype=np.intp,
        )


def _is_related(one: Series, other: Series, mentions: bool) -> bool:
    if one.lang is not None and other.lang is not None and one.lang != other.lang:
        return False
    if other.measure == MENTIONS:
        return mentions
    if one.measure == other.measure or NEGATIVE in (one.measure, other.measure):
        return True
    both = (one.measure, other.measure)
    return COMPLAINT in both and TROLL not in both


def _identity(series: Series, hour: int) -> str:
    name = f"{series.brand}\x1f{series.lang}\x1f{series.measure}\x1f{hour}"
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
