"""Playbooks: which mention is answered first, and how, as data.

A playbook is one TOML file. Its rules are asked in their order, and the first whose conditions all
hold decides; so what must never be lost stands above what is pleasant. `check_playbook` proves
that every rule can be reached and that every mention meets one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from mentionlens.errors import BundleFormatError
from mentionlens.triage.conditions import Condition
from mentionlens.triage.errors import PlaybookError
from mentionlens.triage.facts import HISTORY_NUMBERS, HISTORY_STATES, NUMBERS, STATES
from mentionlens.triage.reading import Names, read_conditions
from mentionlens.triage.signs import Sign
from mentionlens.triage.toml_fields import TomlFields

__all__ = [
    "ACTIONS",
    "KINDS",
    "PLAYBOOK_SCHEMA",
    "Playbook",
    "Principle",
    "Priority",
    "Rule",
    "load_playbook",
]

PLAYBOOK_SCHEMA = 1
"""The version of the form of playbooks."""

ACTIONS: Mapping[str, str] = {
    "answer_now": "answer in public, and take the details to a private channel",
    "answer_question": "answer the question",
    "thank": "thank",
    "follow_up": "see that what was promised is done, and say so",
    "watch": "do nothing yet, and look again",
    "do_not_engage": "do not answer; never delete",
    "person": "a person must look and decide",
}
"""What can be done with a mention."""

KINDS: Mapping[str, str] = {
    "complaint": "waits for an answer",
    "praise": "is thanked, and is weighed against the complaints",
    "troll": "counts in an author's history",
    "resolved": "closes an author's case",
}
"""What a mention may count as in history and in the figures of what is waiting."""


@dataclass(frozen=True, slots=True)
class Priority:
    """One level of priority.

    Attributes:
        meaning: for people.
        target_hours: in which a mention is to be answered; None where nobody waits.
    """

    meaning: str
    target_hours: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: its name in every reason.
        why: what it is for, in a sentence.
        action: one of `ACTIONS`.
        priority: from 1, the most urgent.
        guidance: keys of what to do and to avoid.
        conditions: all of them must hold; none always do.
    """

    id: str
    why: str
    action: str
    priority: int
    guidance: tuple[str, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Principle:
    """What no rule may do, wherever it stands; `check_playbook` proves it.

    Attributes:
        why: the principle, in a sentence.
        never: actions that must not be taken.
        conditions: where they must not, all of which hold.
    """

    why: str
    never: tuple[str, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Playbook:
    """A checked playbook.

    Attributes:
        name: of the playbook.
        version: its own, which stands in every summary.
        history_days: how far back history counts.
        tasks: task to the labels that the rules know.
        signs: name to sign.
        priorities: the levels, the first of which is 1.
        kinds: kind to conditions that must all hold.
        rules: in the order in which they are asked.
        principles: what none of them may do.
    """

    name: str
    version: str
    history_days: float
    tasks: Mapping[str, tuple[str, ...]]
    signs: Mapping[str, Sign]
    priorities: tuple[Priority, ...]
    kinds: Mapping[str, tuple[Condition, ...]]
    rules: tuple[Rule, ...]
    principles: tuple[Principle, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], place: str = "playbook") -> Playbook:
        """Read and check a playbook.

        Args:
            data: what TOML gave.
            place: name of the file, for messages.

        Raises:
            PlaybookError: another schema version, an unknown field, label, flag or number, or a
                value of the wrong type.
        """
        try:
            return _playbook(TomlFields(data, ""))
        except BundleFormatError as error:
            raise PlaybookError(f"{place}: {error}") from error

    def target_hours(self, priority: int) -> float | None:
        """Return the target of a priority."""
        return self.priorities[priority - 1].target_hours


def load_playbook(path: str | Path | None = None) -> Playbook:
    """Load a playbook.

    Args:
        path: of the TOML file; None loads the one that comes with mentionlens.

    Raises:
        PlaybookError: there is no such file, or it is no playbook.
    """
    place = "playbook.toml" if path is None else str(path)
    try:
        if path is None:
            content = resources.files("mentionlens.triage").joinpath(place).read_text("utf-8")
        else:
            content = Path(path).read_text("utf-8")
        data = tomllib.loads(content)
    except OSError as error:
        raise PlaybookError(f"{place}: {error.strerror or error}; name a TOML file") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML
        raise PlaybookError(f"{place}: not TOML in UTF-8: {error}") from error
    return Playbook.from_dict(data, place)


def _playbook(fields: TomlFields) -> Playbook:
    schema = fields.integer("schema_version")
    if schema != PLAYBOOK_SCHEMA:
        raise fields.error(
            "schema_version",
            f"the playbook has version {schema}, this mentionlens reads version {PLAYBOOK_SCHEMA}",
        )
    tasks = _tasks(fields.table("tasks"))
    if not tasks:
        raise fields.error("tasks", "no task; name those of the model, with their labels")
    signs = _signs(fields.table("signs", required=False))
    priorities = tuple(_priority(table) for table in fields.tables("priorities"))
    names = Names(tasks, _thresholds(fields.table("thresholds", required=False)), signs)
    playbook = Playbook(
        name=fields.text("name"),
        version=fields.version("version"),
        history_days=fields.number("history_days", above=0.0),
        tasks=tasks,
        signs=signs,
        priorities=priorities,
        kinds=_kinds(fields.table("kinds"), names),
        rules=tuple(_rule(table, names, len(priorities)) for table in fields.tables("rules")),
        principles=_principles(fields, names),
    )
    fields.finish()
    fields.distinct("rules", "id", [rule.id for rule in playbook.rules])
    return playbook


def _tasks(fields: TomlFields) -> dict[str, tuple[str, ...]]:
    return {name: fields.texts(name, at_least=2) for name in fields.names()}


def _thresholds(fields: TomlFields) -> dict[str, float]:
    return {name: fields.number(name) for name in fields.names()}


def _signs(fields: TomlFields) -> dict[str, Sign]:
    signs = {}
    for name in fields.names():
        table = fields.table(name)
        words = {lang: table.texts(lang, at_least=1) for lang in table.names()}
        if not words:
            raise fields.error(name, "no words; name a language, or `any`, and its words")
        for lang, of in words.items():
            for word in of:
                parts = word.removeprefix("^").split()
                if not parts or not all(part.strip("*") for part in parts):
                    raise table.error(lang, f"{word!r} would be found everywhere")
        signs[name] = Sign(name, words)
    return signs


def _priority(fields: TomlFields) -> Priority:
    hours = fields.number("target_hours", above=0.0) if fields.has("target_hours") else None
    priority = Priority(fields.text("meaning"), hours)
    fields.finish()
    return priority


def _kinds(fields: TomlFields, names: Names) -> dict[str, tuple[Condition, ...]]:
    # History is made of kinds, so that kinds cannot be made of history.
    without_history = Names(
        names.tasks,
        names.thresholds,
        names.signs,
        [number for number in NUMBERS if number not in (*HISTORY_NUMBERS, "age_hours")],
        [state for state in STATES if state not in HISTORY_STATES],
    )
    kinds = {}
    for kind in KINDS:
        kinds[kind] = read_conditions(fields, kind, without_history)
        if not kinds[kind]:
            raise fields.error(kind, "no conditions: every mention would be one")
    fields.finish()
    return kinds


def _principles(fields: TomlFields, names: Names) -> tuple[Principle, ...]:
    principles = []
    for table in fields.tables("principles") if fields.has("principles") else ():
        never = table.text_or_texts("never")
        for action in never:
            table.known("never", action, ACTIONS)
        principles.append(
            Principle(table.text("why"), never, read_conditions(table, "when", names))
        )
        table.finish()
    return tuple(principles)


def _rule(fields: TomlFields, names: Names, priorities: int) -> Rule:
    rule = Rule(
        id=fields.text("id"),
        why=fields.text("why"),
        action=fields.known("action", fields.text("action"), ACTIONS),
        priority=fields.integer("priority", least=1),
        guidance=fields.text_or_texts("guidance"),
        conditions=read_conditions(fields, "when", names),
    )
    if rule.priority > priorities:
        raise fields.error(
            "priority", f"{rule.priority} is beyond the {priorities} levels of `priorities`"
        )
    fields.finish()
    return rule
