"""The rhythm of the week: how busy each of its 168 hours is, with 1 as the mean.

A brand's own rhythm leans on what all brands have in common, and each hour on the profile of its
kind of day, the more so the fewer mentions have been seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOURS", "WeekClock", "brand_rhythms"]

HOURS = 168
"""Hours of a week; 0 is midnight between Sunday and Monday."""

_COMMON = 168.0
"""Mentions that what all brands have in common counts for."""
_PROFILE = 50.0
"""Mentions in one hour of the week that the profile of its kind of day counts for."""
_NEIGHBOURS = 30.0
"""Mentions in one hour of the day that the mean with the hours beside it counts for."""
_LEAST = 0.02
"""No hour is quieter than this: what was never seen may still come."""
# Monday to Friday, Saturday, Sunday.
_KIND_OF_DAY = np.array([0, 0, 0, 0, 0, 1, 2])
# The first hour of 1970 was a Thursday's.
_EPOCH_HOUR = 3 * 24


class WeekClock:
    """From hours since 1970 (UTC) to hours of the week in a time zone.

    Args:
        timezone: IANA name.
    """

    def __init__(self, timezone: str) -> None:
        self._zone = None if timezone == "UTC" else ZoneInfo(timezone)

    def hour_of_week(self, hour: int) -> int:
        """Return the hour of the week, 0 to 167."""
        if self._zone is None:
            return (hour + _EPOCH_HOUR) % HOURS
        utc = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(hours=hour)
        local = utc.astimezone(self._zone)
        return local.weekday() * 24 + local.hour


def brand_rhythms(counts: NDArray[np.float64], weeks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rhythm of each brand, (168, brands), each of mean 1.

    Args:
        counts: (168, brands), mentions in each hour of the week, older ones counting less.
        weeks: (168, brands), how many a week without a rhythm would have had, in the same sense.
    """
    # An hour that was seen less often than others says less.
    seen = np.maximum(weeks, 1e-9)
    typical = counts.sum(axis=0) / seen.sum(axis=0)
    # Each brand's hours in units of its own mean; quiet brands say less of what is common.
    # A day of the week that nobody has seen yet is like the others.
    scale = _COMMON / HOURS
    common = _profile(
        counts.sum(axis=1)[:, None] + scale, (weeks * typical).sum(axis=1)[:, None] + scale
    )
    own = _profile(counts + scale * common, weeks * typical + scale)
    cells = (counts + _PROFILE * own) / (weeks * typical + _PROFILE)
    cells = np.maximum(cells, _LEAST)
    return np.asarray(cells / cells.mean(axis=0))


def _profile(counts: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return day of the week times hour of its kind of day, (168, brands), of mean 1."""
    counts = counts.reshape(7, 24, -1)
    expected = np.maximum(expected.reshape(7, 24, -1), 1e-9)
    hours = np.empty_like(counts)
    for kind in range(3):
        of_kind = kind == _KIND_OF_DAY
        shape = counts[of_kind].sum(axis=0) + 1e-9
        whole = expected[of_kind].sum(axis=0) + 1e-9
        ratio = (shape + _NEIGHBOURS * _smooth(shape) / _smooth(whole)) / (whole + _NEIGHBOURS)
        ratio /= np.maximum(ratio.mean(axis=0), 1e-9)
        # Weekends have few hours to learn from, and mostly the shape of the working days.
        if kind:
            trust = shape.sum(axis=0) / (shape.sum(axis=0) + _COMMON)
            ratio = trust * ratio + (1 - trust) * hours[0]
        hours[of_kind] = ratio
    # Against its own hours: a day of which the night alone was seen is no quiet day.
    days = counts.sum(axis=1) / (expected * hours).sum(axis=1)
    whole = (days[:, None] * hours).reshape(HOURS, -1)
    return np.asarray(whole / np.maximum(whole.mean(axis=0), 1e-9))


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(
        0.25 * np.roll(values, 1, axis=0) + 0.5 * values + 0.25 * np.roll(values, -1, axis=0)
    )
