"""Times of mentions as exports write them, to aware times in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

__all__ = ["parse_time"]

_NUMBER = re.compile(r"\d+(\.\d+)?")
_DOTTED = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(?:г\.\s*)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
# A count of seconds that is so small is a number of something else; in milliseconds and
# microseconds the same times begin where the former unit ends.
_LEAST_SECONDS = 1e8
_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6))


def parse_time(value: object, zone: tzinfo = UTC) -> datetime:
    """Return a time in UTC.

    Args:
        value: a `datetime` or `date`; ISO 8601; seconds, milliseconds or microseconds since 1970,
            as a number or its digits; or day.month.year with or without hours and minutes.
        zone: of what names none. An hour that a change of clocks repeats is taken for the first.

    Raises:
        ValueError: it is none of these, or no time that there is.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise ValueError(f"expected a time, found {type(value).__name__}")
    try:
        return _local(value, zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        shown = repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:39]}…"
        raise ValueError(
            f"{shown} is no time; possible are ISO 8601, seconds or milliseconds since 1970, and "
            "dd.mm.yyyy hh:mm"
        ) from error


def _local(value: str | int | float | date, zone: tzinfo) -> datetime:
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)
    elif isinstance(value, int | float):
        return _since_1970(float(value))
    else:
        text = value.strip()
        if text[4:5] == "-":  # nearly all exports, and the fastest to tell
            found = datetime.fromisoformat(text)
        elif (dotted := _DOTTED.fullmatch(text)) is not None:
            day, month, year, hour, minute, second = (int(part or 0) for part in dotted.groups())
            found = datetime(year, month, day, hour, minute, second)
        # Eight digits are a date of ISO 8601.
        elif len(text) > 8 and _NUMBER.fullmatch(text):
            return _since_1970(float(text))
        else:
            found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _since_1970(number: float) -> datetime:
    if not number >= _LEAST_SECONDS:
        raise ValueError("too small for seconds since 1970")
    for end, unit in _UNITS:
        if number < end:
            return datetime.fromtimestamp(number / unit, UTC)
    raise ValueError("too large for microseconds since 1970")
