"""Figures as they are written on a page."""

from __future__ import annotations

from mentionlens_training.evaluation.schema import Estimate, FalseAlarms

__all__ = ["DASH", "alarm_name", "interval", "number", "percent", "points", "readable"]

DASH = "–"
"""What was not measured."""

_NO_BREAK = "\u00a0"
_MINUS = "−"
# How the pages speak of the slices whose false alarms are counted.
_PEOPLE = {"angry_genuine": "furious customers", "sarcasm_genuine": "sarcastic customers"}


def percent(share: float | Estimate | None, decimals: int = 1) -> str:
    """Write a share in percent."""
    if isinstance(share, Estimate):
        share = share.value
    return DASH if share is None else f"{100 * share:.{decimals}f}{_NO_BREAK}%"


def interval(estimate: Estimate | None) -> str:
    """Write the interval of a figure in percent; nothing where there is none."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{100 * estimate.low:.1f}–{100 * estimate.high:.1f}"


def points(difference: float | None) -> str:
    """Write a difference of two shares in percentage points, with its sign."""
    if difference is None:
        return DASH
    rounded = round(100 * difference, 1)
    sign = "+" if rounded > 0 else _MINUS if rounded < 0 else "±"
    return f"{sign}{abs(rounded):.1f}"


def number(count: int | None) -> str:
    """Write a count."""
    return DASH if count is None else f"{count:,}"


def readable(name: str) -> str:
    """Write a name of the data in words: `angry_genuine` becomes `angry genuine`."""
    return name.replace("_", " ")


def alarm_name(task: str, alarms: FalseAlarms) -> str:
    """Say in words what a false alarm is."""
    people = _PEOPLE.get(alarms.slice, f"“{readable(alarms.slice)}”")
    if (task, alarms.label) == ("troll", "yes"):
        return f"{people} taken for trolls"
    return f"{people} answered “{readable(alarms.label)}”"
