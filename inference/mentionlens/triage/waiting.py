"""What is still waiting: complaints without an answer, and praise that was answered first."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mentionlens.scored_mention import ScoredMention
from mentionlens.triage.deciding import Decision, time_text
from mentionlens.triage.facts import Past
from mentionlens.triage.intervals import difference_interval, share_interval
from mentionlens.triage.playbook import Playbook

__all__ = ["AGES", "Answered", "GroupWaiting", "LongestWaiting", "Waiting"]

AGES: tuple[tuple[str, float], ...] = (
    ("under 1 h", 1),
    ("1 to 4 h", 4),
    ("4 to 24 h", 24),
    ("1 to 3 days", 72),
    ("3 to 7 days", 168),
    ("over 7 days", float("inf")),
)
"""Names of ages and the hours at which they end."""

UNKNOWN_AGE = "age not known"
_MOST_NAMED = 20


@dataclass(slots=True)
class Answered:
    """How many of some mentions were answered."""

    answered: int = 0
    total: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape, with a 95 % interval of the share."""
        share = self.answered / self.total if self.total else None
        interval = [round(end, 4) for end in share_interval(self.answered, self.total)]
        return {
            "answered": self.answered,
            "total": self.total,
            "share": None if share is None else round(share, 4),
            "interval": interval if self.total else None,
        }


@dataclass(slots=True)
class GroupWaiting:
    """The figures of one brand and language, or of all.

    Attributes:
        mentions: of any kind.
        complaints: how many of them were answered.
        praise: likewise.
        closed: unanswered complaints whose authors told later that they were solved.
        waiting: age to how many complaints wait.
        overdue: age to how many of these are beyond their target time.
        repeat_writers: authors who wrote again while their case was open.
    """

    mentions: int = 0
    complaints: Answered = field(default_factory=Answered)
    praise: Answered = field(default_factory=Answered)
    closed: int = 0
    waiting: Counter[str] = field(default_factory=Counter)
    overdue: Counter[str] = field(default_factory=Counter)
    repeat_writers: set[bytes] = field(default_factory=set)

    def to_dict(self, *, replies_known: bool) -> dict[str, Any]:
        """Return the JSON shape; without known replies nothing is said of what was answered."""
        figures: dict[str, Any] = {
            "mentions": self.mentions,
            "complaints": self.complaints.total,
            "waiting": sum(self.waiting.values()),
            "overdue": sum(self.overdue.values()),
            "closed_by_author": self.closed,
            "repeat_writers_with_open_case": len(self.repeat_writers),
            "ages": {
                age: {"waiting": self.waiting[age], "overdue": self.overdue[age]}
                for age in (*(name for name, _ in AGES), UNKNOWN_AGE)
                if self.waiting[age]
            },
        }
        if replies_known:
            figures["answered_complaints"] = self.complaints.to_dict()
            figures["answered_praise"] = self.praise.to_dict()
            figures["praise_ahead"] = _ahead(self.praise, self.complaints)
        return figures


@dataclass(frozen=True, slots=True)
class LongestWaiting:
    """One complaint that waits.

    Attributes:
        over_hours: beyond its target time; negative where that is still to come.
        age_hours: since it was written.
        id: of the mention.
        brand: whom it is about.
        lang: of the text.
        rule: that decided about it.
        due_at: when it was to be answered.
    """

    over_hours: float
    age_hours: float
    id: str
    brand: str
    lang: str
    rule: str
    due_at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape."""
        return {
            "id": self.id,
            "brand": self.brand,
            "lang": self.lang,
            "rule": self.rule,
            "age_hours": round(self.age_hours, 2),
            "over_hours": round(self.over_hours, 2),
            "due_at": time_text(self.due_at),
        }


class Waiting:
    """Counts decided mentions; no text is held.

    Args:
        playbook: that decided.
        now: the time of which the figures speak.
        replies_known: whether the mentions say when they were answered. Where they do not, every
            complaint counts as waiting, and no share of answers is given.

    Attributes:
        total: the figures of all.
        groups: brand and language (empty where it is not known) to the figures.
        actions: action and priority to how many mentions.
        rules: id of a rule to how many mentions.
        bad_cells: flag of what could not be read to how many mentions.
    """

    def __init__(self, playbook: Playbook, now: datetime, *, replies_known: bool) -> None:
        self._playbook = playbook
        self._now = now
        self._replies_known = replies_known
        self.total = GroupWaiting()
        self.groups: dict[tuple[str, str], GroupWaiting] = {}
        self.actions: Counter[tuple[str, int]] = Counter()
        self.rules: Counter[str] = Counter()
        self.bad_cells: Counter[str] = Counter()
        self._longest: list[tuple[float, int, LongestWaiting]] = []

    @property
    def longest(self) -> list[LongestWaiting]:
        """The complaints that are the farthest beyond their target time, the worst first."""
        return [waiting for _, _, waiting in sorted(self._longest, reverse=True)]

    def add(
        self,
        mention: ScoredMention,
        kinds: Collection[str],
        past: Past,
        decision: Decision,
    ) -> None:
        """Count one mention."""
        self.actions[decision.action, decision.priority] += 1
        self.rules[decision.rule] += 1
        self.bad_cells.update(flag for flag in mention.flags if flag.startswith("bad_"))
        group = self.groups.setdefault((mention.brand, mention.lang or ""), GroupWaiting())
        answered = mention.replied_at is not None and mention.replied_at <= self._now
        for figures in (self.total, group):
            figures.mentions += 1
            if "praise" in kinds:
                figures.praise.total += 1
                figures.praise.answered += answered
            if "complaint" in kinds:
                figures.complaints.total += 1
                figures.complaints.answered += answered
        if "complaint" in kinds and not answered:
            self._wait(mention, past, decision, group)

    def _wait(
        self, mention: ScoredMention, past: Past, decision: Decision, group: GroupWaiting
    ) -> None:
        if past.closed:
            self.total.closed += 1
            group.closed += 1
            return
        age_hours, over_hours = None, None
        if mention.time is not None:
            age_hours = max(0.0, (self._now - mention.time).total_seconds() / 3600)
            over_hours = (
                None if decision.target_hours is None else age_hours - decision.target_hours
            )
        name = UNKNOWN_AGE if age_hours is None else next(n for n, end in AGES if age_hours < end)
        author = past.author
        again = author is not None and author.unanswered_complaints + author.answered_complaints > 0
        for figures in (self.total, group):
            figures.waiting[name] += 1
            figures.overdue[name] += over_hours is not None and over_hours > 0
            if again:
                figures.repeat_writers.add(_author_key(mention))
        if age_hours is not None and over_hours is not None and decision.due_at is not None:
            waiting = LongestWaiting(
                over_hours,
                age_hours,
                mention.id,
                mention.brand,
                mention.lang or "",
                decision.rule,
                decision.due_at,
            )
            # The earlier row first where two wait equally long.
            entry = (over_hours, -self.total.mentions, waiting)
            if len(self._longest) < _MOST_NAMED:
                heapq.heappush(self._longest, entry)
            else:
                heapq.heappushpop(self._longest, entry)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape of the summary."""
        known = self._replies_known
        return {
            "playbook": {"name": self._playbook.name, "version": self._playbook.version},
            "now": time_text(self._now),
            "replies_known": known,
            "all": self.total.to_dict(replies_known=known),
            "by_brand_and_language": [
                {"brand": brand, "lang": lang, **group.to_dict(replies_known=known)}
                for (brand, lang), group in sorted(self.groups.items())
            ],
            "actions": [
                {"action": action, "priority": priority, "mentions": count}
                for (action, priority), count in sorted(
                    self.actions.items(), key=lambda item: (item[0][1], item[0][0])
                )
            ],
            "rules": dict(self.rules.most_common()),
            "longest_waiting": [waiting.to_dict() for waiting in self.longest],
            "cells_not_read": dict(sorted(self.bad_cells.items())),
        }


def _ahead(praise: Answered, complaints: Answered) -> Mapping[str, Any] | None:
    """Return by how much more praise than complaints is answered; None without one of them."""
    if not praise.total or not complaints.total:
        return None
    one, other = (praise.answered, praise.total), (complaints.answered, complaints.total)
    low, high = difference_interval(one, other)
    share = one[0] / one[1] - other[0] / other[1]
    return {"difference": round(share, 4), "interval": [round(low, 4), round(high, 4)]}


def _author_key(mention: ScoredMention) -> bytes:
    name = f"{mention.brand}\x1f{mention.author}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(name, digest_size=8).digest()
