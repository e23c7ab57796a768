"""What conditions may ask of a mention: its answer, its text, its time and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mentionlens.scored_mention import ScoredMention
from mentionlens.triage.signs import fold

__all__ = ["HISTORY_NUMBERS", "HISTORY_STATES", "NUMBERS", "STATES", "Facts", "Past", "PastOf"]

_HISTORY = (
    "earlier_mentions",
    "earlier_complaints",
    "earlier_trolls",
    "unanswered_complaints",
    "answered_complaints",
    "waiting_hours",
)
HISTORY_NUMBERS = (
    *(f"{group}.{name}" for group in ("author", "thread") for name in _HISTORY),
    "text.earlier_copies",
)
"""Numbers that come from the other mentions of the file; see `PastOf`."""

NUMBERS = ("age_hours", "reach", *HISTORY_NUMBERS)
"""Every number that a condition may name."""

HISTORY_STATES = ("closed",)
"""States that come from the other mentions: whether the author later told of the solution."""

STATES = ("answered", "scored", *HISTORY_STATES)
"""Every state; the first two: whether it was replied to, and whether the model has answered it."""


@dataclass(frozen=True, slots=True)
class PastOf:
    """Earlier mentions of one brand by one author, or in one thread, up to a mention.

    A case is closed by a later mention that tells of its solution; complaints before that do not
    count as open.

    Attributes:
        earlier_mentions: how many there are.
        earlier_complaints: complaints among them.
        earlier_trolls: trolling among them.
        unanswered_complaints: open complaints without a reply when the mention was written.
        answered_complaints: open complaints that had been replied to by then: who writes again
            was not helped.
        waiting_hours: since the oldest of the unanswered ones; None where there is none, or no
            times are known.
    """

    earlier_mentions: int
    earlier_complaints: int
    earlier_trolls: int
    unanswered_complaints: int
    answered_complaints: int
    waiting_hours: float | None


@dataclass(frozen=True, slots=True)
class Past:
    """What came before a mention; None where nobody knows.

    Attributes:
        author: by the same author about the same brand.
        thread: in the same thread about the same brand.
        earlier_copies: earlier mentions of the same text; 0 for texts that are too short to tell.
        closed: whether a later mention of the author tells that this complaint was solved.
    """

    author: PastOf | None = None
    thread: PastOf | None = None
    earlier_copies: int | None = None
    closed: bool = False


class Facts:
    """The facts of one mention; what is not known is None, and no condition on it holds.

    Args:
        mention: the mention.
        tasks: task to its labels.
        past: its history.
        now: the time at which it is looked at; None leaves ages unknown.
    """

    __slots__ = ("_folded", "_now", "_past", "_tasks", "mention")

    def __init__(
        self,
        mention: ScoredMention,
        tasks: Mapping[str, Sequence[str]],
        past: Past | None = None,
        now: datetime | None = None,
    ) -> None:
        self.mention = mention
        self._tasks = tasks
        self._past = past
        self._now = now
        self._folded: str | None = None

    @property
    def folded_text(self) -> str:
        """The text, folded for signs."""
        if self._folded is None:
            self._folded = fold(self.mention.text)
        return self._folded

    def probability(self, task: str, label: str) -> tuple[float, float] | None:
        """Return between what bounds the probability of a label lies; equal where it is known.

        Where a file holds only the score of the answered label, the others share the rest, and
        none of them is more probable than the answered one.
        """
        known = self.mention.probabilities.get(task)
        if not known:
            return None
        found = known.get(label)
        if found is not None:
            return found, found
        rest = max(0.0, 1.0 - sum(known.values()))
        missing = sum(name not in known for name in self._tasks[task])
        if missing <= 1:
            return rest, rest
        return 0.0, min(rest, max(known.values()))

    def number(self, name: str) -> float | None:
        """Return one of `NUMBERS`."""
        if name == "reach":
            return self.mention.reach
        if name == "age_hours":
            return self._age()
        return None if self._past is None else _past_number(self._past, name)

    def state(self, name: str) -> bool:
        """Return one of `STATES`."""
        if name == "answered":
            replied = self.mention.replied_at
            return replied is not None and (self._now is None or replied <= self._now)
        if name == "closed":
            return self._past is not None and self._past.closed
        return bool(self.mention.labels)

    def _age(self) -> float | None:
        if self._now is None or self.mention.time is None:
            return None
        return max(0.0, (self._now - self.mention.time).total_seconds() / 3600)


def _past_number(past: Past, name: str) -> float | None:
    group, _, field = name.partition(".")
    if group == "text":
        return past.earlier_copies
    of = past.author if group == "author" else past.thread
    if of is None:
        return None
    found: float | None = getattr(of, field)
    return found
