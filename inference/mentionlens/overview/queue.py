"""The queue: what somebody has to look at now, the most urgent first."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mentionlens.overview.scopes import Scopes
from mentionlens.scored_mention import ScoredMention
from mentionlens.triage import Decision, Past
from mentionlens.triage.deciding import time_text

__all__ = ["Queue"]

_RECENT_HOURS = 24
_FOLLOWED_UP_HOURS = 72
_MOST_CHARACTERS = 1000
_MOST_NAME = 80
_MOST_BYTES = 900_000


@dataclass(frozen=True, slots=True)
class _Entry:
    priority: int
    due: float
    place: int
    mention: ScoredMention
    decision: Decision

    @property
    def order(self) -> tuple[int, float, int]:
        return self.priority, self.due, self.place


class Queue:
    """Takes decided mentions and keeps those that are to be looked at.

    These are the ones without a reply that somebody waits for; of the last day those that nobody
    waits for; and of the last three days answered cases that are to be followed up. Where nobody
    knows what was replied to, the queue is the last day. What has no time is always in it.

    Args:
        scopes: for the counts.
        now: the time of which the queue speaks.
        replies_known: whether the mentions say when they were answered.
    """

    def __init__(self, scopes: Scopes, now: datetime, *, replies_known: bool) -> None:
        self._scopes = scopes
        self._now = now
        self._replies_known = replies_known
        self._entries: list[_Entry] = []

    def add(self, mention: ScoredMention, past: Past, decision: Decision) -> None:
        """Take one mention."""
        if past.closed or not self._is_open(mention, decision):
            return
        due = math.inf if decision.due_at is None else decision.due_at.timestamp()
        place = len(self._entries)
        self._entries.append(_Entry(decision.priority, due, place, mention, decision))

    def to_dict(self, most: int) -> dict[str, Any]:
        """Return the JSON shape.

        Args:
            most: rows that are given at most; the counts are of all of them.
        """
        guidance: dict[tuple[str, str], int] = {}
        rows: list[dict[str, Any]] = []
        room = _MOST_BYTES
        entries = sorted(self._entries, key=lambda entry: entry.order)
        for entry in entries[:most]:
            decision = entry.decision
            advice = (decision.guidance_do, decision.guidance_avoid)
            row = self._row(entry, guidance.setdefault(advice, len(guidance)))
            room -= len(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
            if room < 0 and rows:
                break
            rows.append(row)
        return {
            "total": len(entries),
            "rows": rows,
            "guidance": [{"do": do, "avoid": avoid} for do, avoid in guidance],
            "counts": self._counts(),
        }

    def _is_open(self, mention: ScoredMention, decision: Decision) -> bool:
        age = self._age(mention)
        if age is None:
            return mention.replied_at is None
        if mention.replied_at is not None and mention.replied_at <= self._now:
            return decision.action == "follow_up" and age < _FOLLOWED_UP_HOURS
        if age < _RECENT_HOURS:
            return True
        return self._replies_known and decision.target_hours is not None

    def _age(self, mention: ScoredMention) -> float | None:
        if mention.time is None:
            return None
        return (self._now - mention.time).total_seconds() / 3600

    def _row(self, entry: _Entry, guidance: int) -> dict[str, Any]:
        mention, decision = entry.mention, entry.decision
        text = mention.text
        return {
            "id": mention.id[:_MOST_NAME],
            "text": text[:_MOST_CHARACTERS],
            "cut": max(0, len(text) - _MOST_CHARACTERS),
            "brand": mention.brand,
            "lang": mention.lang or "",
            "author": mention.author and mention.author[:_MOST_NAME],
            "time": mention.time and time_text(mention.time),
            "action": decision.action,
            "priority": decision.priority,
            "target": decision.target_time,
            "due": decision.due_at and time_text(decision.due_at),
            "rule": decision.rule,
            "why": decision.why,
            "reasons": [str(reason) for reason in decision.reasons],
            "guidance": guidance,
            "labels": {
                task: [label, round(mention.probabilities.get(task, {}).get(label, math.nan), 2)]
                if label in mention.probabilities.get(task, {})
                else [label, None]
                for task, label in mention.labels.items()
            },
            "flags": list(mention.flags),
        }

    def _counts(self) -> list[dict[str, Any]]:
        counts: Counter[tuple[str | None, str | None, str, int, bool]] = Counter()
        now = self._now.timestamp()
        for entry in self._entries:
            brand, lang = self._scopes.listed(entry.mention)
            key = brand, lang, entry.decision.action, entry.priority, entry.due < now
            counts[key] += 1
        return [
            {
                "brand": brand,
                "lang": lang,
                "action": action,
                "priority": priority,
                "overdue": overdue,
                "mentions": count,
            }
            for (brand, lang, action, priority, overdue), count in counts.items()
        ]
