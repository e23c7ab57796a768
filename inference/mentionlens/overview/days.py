"""Days and hours of a time zone, as the axes of what is drawn over time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["DayAxis", "hour_number", "hour_time"]

_HOUR = 3600


class DayAxis:
    """The days from one hour to another.

    Args:
        first: hour since 1970 with which the first day begins, or goes on.
        last: hour of the last day.
        timezone: IANA name; its midnights divide days.

    Attributes:
        days: each day between.
    """

    def __init__(self, first: int, last: int, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        start, end = self._date(hour_time(first)), self._date(hour_time(last))
        self.days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        self._places = {day: place for place, day in enumerate(self.days)}

    def __len__(self) -> int:
        return len(self.days)

    def place(self, time: datetime) -> int | None:
        """Return the place of the day that a time falls on; None outside."""
        return self._places.get(self._date(time))

    def to_list(self) -> list[str]:
        """Return the JSON shape."""
        return [day.isoformat() for day in self.days]

    def _date(self, time: datetime) -> date:
        return time.astimezone(self._zone).date()


def hour_number(time: datetime) -> int:
    """Return the hour since 1970 that a time falls into."""
    return int(time.timestamp() // _HOUR)


def hour_time(hour: int) -> datetime:
    """Return when an hour since 1970 begins."""
    return datetime.fromtimestamp(hour * _HOUR, UTC)
