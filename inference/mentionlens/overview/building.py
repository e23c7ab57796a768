"""From mentions with their answers to everything that the page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mentionlens.errors import MentionlensError
from mentionlens.overview.days import DayAxis, hour_number
from mentionlens.overview.health import find_health
from mentionlens.overview.queue import Queue
from mentionlens.overview.scopes import Scope, Scopes
from mentionlens.overview.trends import find_trends
from mentionlens.scored_mention import ScoredMention
from mentionlens.triage import HistoryBuilder, Triage, Waiting
from mentionlens.triage.deciding import time_text
from mentionlens.watch import WatchOptions

__all__ = ["SCHEMA_VERSION", "OverviewError", "OverviewOptions", "build_overview"]

SCHEMA_VERSION = 1
"""Of what `build_overview` returns."""

_LONGEST = 10


class OverviewError(MentionlensError, ValueError):
    """An overview cannot be made; the message says what is possible."""


@dataclass(frozen=True)
class OverviewOptions:
    """How an overview is made.

    Attributes:
        watch: what is expected, and when it is an alert; its time zone divides the days.
        history_days: how far back trends and shares go; what is waiting goes back without end.
        most_rows: of the queue that are given; the counts are of all.

    Raises:
        OverviewError: a number outside its range.
    """

    watch: WatchOptions = field(default_factory=WatchOptions)
    history_days: int = 60
    most_rows: int = 400

    def __post_init__(self) -> None:
        for name, most in (("history_days", 366), ("most_rows", 10_000)):
            value = getattr(self, name)
            if not 1 <= value <= most:
                raise OverviewError(f"{name}: must be from 1 to {most}, found {value}")


def build_overview(
    mentions: Iterable[ScoredMention],
    *,
    now: datetime,
    triage: Triage | None = None,
    replies_known: bool | None = None,
    options: OverviewOptions | None = None,
) -> dict[str, Any]:
    """Return what the page shows, as JSON has it. All mentions are held in memory meanwhile.

    Args:
        mentions: with their answers, in any order; those that are later than `now` count nowhere.
        now: the time of which the overview speaks, aware.
        triage: decides what is to be done; None takes the packaged playbook.
        replies_known: whether the mentions say when they were answered; None: if one does.
        options: how; None takes the defaults.

    Raises:
        OverviewError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise OverviewError("now: a time with its zone is needed, such as datetime.now(UTC)")
    options, triage = options or OverviewOptions(), triage or Triage()
    given = list(mentions)
    seen = [one for one in given if one.time is None or one.time <= now]
    if replies_known is None:
        replies_known = any(one.replied_at is not None for one in seen)
    scopes = Scopes(seen)
    start = now - timedelta(days=options.history_days)
    dated = sorted((one for one in seen if one.time is not None and one.time > start), key=_time_of)
    axis = None
    if dated:
        first, last = hour_number(_time_of(dated[0])), hour_number(now)
        axis = DayAxis(first, last, options.watch.timezone)
    answered = [one for one in dated if one.labels]
    recent = [one for one in seen if one.time is None or one.time > start]
    return {
        "schema_version": SCHEMA_VERSION,
        "now": time_text(now),
        "timezone": options.watch.timezone,
        "playbook": {"name": triage.playbook.name, "version": triage.playbook.version},
        "priorities": [priority.meaning for priority in triage.playbook.priorities],
        "replies_known": replies_known,
        "read": {
            "mentions": len(seen),
            "later_than_now": len(given) - len(seen),
            "without_time": sum(one.time is None for one in seen),
            "without_answers": sum(not one.labels for one in seen),
        },
        "brands": scopes.brands,
        "langs": scopes.langs,
        "brands_left_out": scopes.brands_left_out,
        "langs_left_out": scopes.langs_left_out,
        "days": [] if axis is None else axis.to_list(),
        **_decided(seen, scopes, triage, now, replies_known=replies_known, most=options.most_rows),
        "trends": None
        if axis is None or not answered
        else find_trends(answered, scopes, axis, options.watch),
        "health": find_health(recent, scopes, axis, now),
    }


def _decided(
    mentions: Sequence[ScoredMention],
    scopes: Scopes,
    triage: Triage,
    now: datetime,
    *,
    replies_known: bool,
    most: int,
) -> dict[str, Any]:
    builder = HistoryBuilder(triage.playbook.history_days)
    kinds = [triage.kinds(mention) for mention in mentions]
    for mention, found in zip(mentions, kinds, strict=True):
        builder.add(mention, found)
    history = builder.finish()
    queue = Queue(scopes, now, replies_known=replies_known)
    waiting: dict[Scope, Waiting] = {}
    for place, mention in enumerate(mentions):
        past = history.past(place)
        decision = triage.decide(mention, past, now=now)
        queue.add(mention, past, decision)
        for scope in scopes.of(mention):
            if scope not in waiting:
                waiting[scope] = Waiting(triage.playbook, now, replies_known=replies_known)
            waiting[scope].add(mention, kinds[place], past, decision)
    ordered = sorted(
        waiting.items(), key=lambda item: [(part is not None, part) for part in item[0]]
    )
    return {
        "queue": queue.to_dict(most),
        "waiting": [
            {
                "brand": brand,
                "lang": lang,
                **figures.total.to_dict(replies_known=replies_known),
                "longest": [one.to_dict() for one in figures.longest[:_LONGEST]],
            }
            for (brand, lang), figures in ordered
        ],
    }


def _time_of(mention: ScoredMention) -> Any:  # noqa: ANN401 - never None where it is asked
    return mention.time
