"""How a brand fares: the shares of positive and negative mentions, with their intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from mentionlens.overview.days import DayAxis
from mentionlens.overview.scopes import Scope, Scopes
from mentionlens.scored_mention import ScoredMention
from mentionlens.triage.intervals import share_interval

__all__ = ["find_health"]

_TASK = "sentiment"
_LABELS = ("positive", "negative")
_WEEK = timedelta(days=7)


class _Counted:
    """Mentions with an answer, and how many of them are positive or negative."""

    __slots__ = ("mentions", "of")

    def __init__(self) -> None:
        self.mentions = 0
        self.of = dict.fromkeys(_LABELS, 0)

    def add(self, label: str) -> None:
        self.mentions += 1
        if label in self.of:
            self.of[label] += 1

    def to_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {"mentions": self.mentions}
        for label, count in self.of.items():
            ends = share_interval(count, self.mentions)
            interval = [round(end, 4) for end in ends] if self.mentions else None
            share = round(count / self.mentions, 4) if self.mentions else None
            found[label] = {"count": count, "share": share, "interval": interval}
        return found


class _Scope:
    def __init__(self, days: int) -> None:
        self.whole, self.week, self.week_before = _Counted(), _Counted(), _Counted()
        self.days = [_Counted() for _ in range(days)]

    def to_dict(self) -> dict[str, Any]:
        return {
            "all": self.whole.to_dict(),
            "week": self.week.to_dict(),
            "week_before": self.week_before.to_dict(),
            "days": [day.to_dict() for day in self.days],
        }


def find_health(
    mentions: Iterable[ScoredMention], scopes: Scopes, axis: DayAxis | None, now: datetime
) -> list[dict[str, Any]]:
    """Return the shares of every brand and language, over time.

    The intervals are Wilson's (95 %) for the answered labels.

    Args:
        mentions: with their answers; those without count nowhere.
        scopes: for which figures are given.
        axis: days; None where no times are known.
        now: end of the last week.

    Returns:
        For each scope what all mentions, those of the last seven days, those of the seven days
        before, and those of each day are.
    """
    found: dict[Scope, _Scope] = defaultdict(lambda: _Scope(len(axis or ())))
    for mention in mentions:
        label = mention.labels.get(_TASK)
        if label is None:
            continue
        for scope in scopes.of(mention):
            figures = found[scope]
            figures.whole.add(label)
            if mention.time is None or axis is None:
                continue
            place = axis.place(mention.time)
            if place is not None:
                figures.days[place].add(label)
            age = now - mention.time
            if age < _WEEK:
                figures.week.add(label)
            elif age < 2 * _WEEK:
                figures.week_before.add(label)
    ordered = sorted(found.items(), key=lambda item: [(part is not None, part) for part in item[0]])
    return [
        {"brand": brand, "lang": lang, **figures.to_dict()} for (brand, lang), figures in ordered
    ]
