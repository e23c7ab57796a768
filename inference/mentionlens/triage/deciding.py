"""From scored mentions to decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mentionlens.scored_mention import ScoredMention
from mentionlens.triage.conditions import Reason
from mentionlens.triage.facts import Facts, Past
from mentionlens.triage.guidance import Guidance
from mentionlens.triage.history import History, HistoryBuilder
from mentionlens.triage.playbook import Playbook, Rule, load_playbook

__all__ = ["Decision", "Triage"]

# Where a playbook has a gap: a person, as with everything that is not sure.
_NO_RULE = "none"
_GAP = "no rule of the playbook holds"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one mention.

    Attributes:
        action: one of `ACTIONS`.
        priority: from 1, the most urgent.
        target_hours: in which it is to be answered; None where nobody waits.
        due_at: when that is over; None where the time of the mention is not known.
        rule: id of the rule that decided.
        why: what the rule is for.
        reasons: what was found behind each of its conditions, and what could not be read.
        guidance_do: what to do.
        guidance_avoid: what to avoid.
    """

    action: str
    priority: int
    target_hours: float | None
    due_at: datetime | None
    rule: str
    why: str
    reasons: tuple[Reason, ...]
    guidance_do: str
    guidance_avoid: str

    @property
    def target_time(self) -> str | None:
        """The target for people: `30 min`, `2 h`, `3 d`."""
        return None if self.target_hours is None else _duration(self.target_hours)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape."""
        return {
            "action": self.action,
            "priority": self.priority,
            "target_time": self.target_time,
            "due_at": None if self.due_at is None else time_text(self.due_at),
            "rule": self.rule,
            "reasons": [
                {"what": f"rule {self.rule}", "found": None, "needed": self.why},
                *(reason.to_dict() for reason in self.reasons),
            ],
            "guidance_do": self.guidance_do,
            "guidance_avoid": self.guidance_avoid,
        }


class Triage:
    """Decides by a playbook.

    Args:
        playbook: the rules; None takes those that come with mentionlens.
        guidance_language: of the guidance; None takes that of each mention.

    Attributes:
        playbook: the same.

    Raises:
        GuidanceError: there is no guidance in that language, or none for a rule.
    """

    def __init__(
        self, playbook: Playbook | None = None, *, guidance_language: str | None = None
    ) -> None:
        self.playbook = playbook or load_playbook()
        self._guidance = Guidance(guidance_language)
        for rule in self.playbook.rules:
            self._guidance.check(rule.guidance)

    def kinds(self, mention: ScoredMention) -> frozenset[str]:
        """Return which of `KINDS` a mention counts as."""
        facts = Facts(mention, self.playbook.tasks)
        return frozenset(
            kind
            for kind, conditions in self.playbook.kinds.items()
            if all(condition.holds(facts) for condition in conditions)
        )

    def history(self, mentions: Iterable[ScoredMention]) -> History:
        """Return the history of mentions, in any order of times."""
        builder = HistoryBuilder(self.playbook.history_days)
        for mention in mentions:
            builder.add(mention, self.kinds(mention))
        return builder.finish()

    def decide(
        self, mention: ScoredMention, past: Past | None = None, *, now: datetime | None = None
    ) -> Decision:
        """Decide what to do with one mention.

        Args:
            mention: with its answers.
            past: what came before it; None where nobody knows.
            now: the time at which it is looked at; None leaves its age unknown.
        """
        facts = Facts(mention, self.playbook.tasks, past, now)
        for rule in self.playbook.rules:
            if all(condition.holds(facts) for condition in rule.conditions):
                return self._decision(rule, facts)
        last = max(
            (
                n
                for n, one in enumerate(self.playbook.priorities, 1)
                if one.target_hours is not None
            ),
            default=len(self.playbook.priorities),
        )
        return self._decision(Rule(_NO_RULE, _GAP, "person", last, (), ()), facts)

    def decide_all(
        self, mentions: Iterable[ScoredMention], *, now: datetime | None = None
    ) -> list[Decision]:
        """Decide about mentions that are each other's history, in their order."""
        listed = list(mentions)
        history = self.history(listed)
        return [
            self.decide(mention, history.past(place), now=now)
            for place, mention in enumerate(listed)
        ]

    def _decision(self, rule: Rule, facts: Facts) -> Decision:
        mention = facts.mention
        reasons = [condition.reason(facts) for condition in rule.conditions]
        reasons += [
            Reason("flag", flag, "could not be read, and is taken for missing")
            for flag in mention.flags
            if flag.startswith("bad_")
        ]
        hours = self.playbook.target_hours(rule.priority)
        advice = self._guidance.advise(rule.guidance, mention.lang)
        return Decision(
            action=rule.action,
            priority=rule.priority,
            target_hours=hours,
            due_at=_due(mention.time, hours),
            rule=rule.id,
            why=rule.why,
            reasons=tuple(reasons),
            guidance_do=advice.do,
            guidance_avoid=advice.avoid,
        )


def time_text(time: datetime) -> str:
    """Return a time in UTC as ISO 8601, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _due(time: datetime | None, hours: float | None) -> datetime | None:
    if time is None or hours is None:
        return None
    try:
        return time + timedelta(hours=hours)
    except OverflowError:  # the year 9999
        return None


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{round(hours * 60)} min"
    return f"{hours:g} h" if hours < 72 else f"{hours / 24:g} d"
