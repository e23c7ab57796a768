"""Triage: which mention is answered first, how, and why; and what is still waiting.

>>> from mentionlens.scored_mention import Columns, from_row
>>> from mentionlens.triage import Triage
>>> row = {"text": "Where is my parcel?", "complaint": {"label": "delivery", "score": 0.96}}
>>> decision = Triage().decide(from_row(row, Columns.find(list(row), fixed=False)))
>>> decision.action, decision.priority, decision.rule
('answer_now', 3, 'delivery')
"""

from mentionlens.triage.checking import Finding, check_playbook
from mentionlens.triage.conditions import Reason
from mentionlens.triage.deciding import Decision, Triage
from mentionlens.triage.errors import GuidanceError, PlaybookError
from mentionlens.triage.facts import Past, PastOf
from mentionlens.triage.guidance import guidance_languages
from mentionlens.triage.history import History, HistoryBuilder
from mentionlens.triage.playbook import (
    ACTIONS,
    KINDS,
    Playbook,
    Principle,
    Priority,
    Rule,
    load_playbook,
)
from mentionlens.triage.waiting import Waiting

__all__ = [
    "ACTIONS",
    "KINDS",
    "Decision",
    "Finding",
    "GuidanceError",
    "History",
    "HistoryBuilder",
    "Past",
    "PastOf",
    "Playbook",
    "PlaybookError",
    "Principle",
    "Priority",
    "Reason",
    "Rule",
    "Triage",
    "Waiting",
    "check_playbook",
    "guidance_languages",
    "load_playbook",
]
