"""From the TOML of a condition to its type, with errors that name the place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mentionlens.triage.conditions import (
    AnyOf,
    Bounds,
    Condition,
    FlagCondition,
    LabelCondition,
    LangCondition,
    NumberCondition,
    ProbabilityCondition,
    SignCondition,
    StateCondition,
)
from mentionlens.triage.facts import NUMBERS, STATES
from mentionlens.triage.signs import Sign
from mentionlens.triage.toml_fields import TomlFields

__all__ = ["Names", "read_conditions"]

_OTHERS = "not "


@dataclass(frozen=True)
class Names:
    """What conditions of a playbook may name.

    Attributes:
        tasks: task to its labels.
        thresholds: name to number.
        signs: name to sign.
        numbers: those that are known where the conditions are asked.
        states: likewise.
    """

    tasks: Mapping[str, tuple[str, ...]]
    thresholds: Mapping[str, float]
    signs: Mapping[str, Sign]
    numbers: Sequence[str] = NUMBERS
    states: Sequence[str] = STATES


def read_conditions(fields: TomlFields, name: str, names: Names) -> tuple[Condition, ...]:
    """Read a list of conditions, which may be empty.

    Args:
        fields: the table that holds the list.
        name: of the list.
        names: what may be named.

    Raises:
        BundleFormatError: something is not a condition, or names what there is not.
    """
    tables = fields.tables(name) if fields.values(name) else []
    return tuple(_read(table, names) for table in tables)


def _read(fields: TomlFields, names: Names) -> Condition:
    kinds = [kind for kind in _READERS if fields.has(kind)]
    if len(kinds) != 1:
        raise fields.error(
            "",
            f"a condition has exactly one of {', '.join(_READERS)}; "
            f"found {', '.join(kinds or fields.names()) or 'nothing'}",
        )
    condition = _READERS[kinds[0]](fields, names)
    fields.finish()
    return condition


def _probability(fields: TomlFields, names: Names) -> Condition:
    text = fields.text("probability")
    task, label = _label(fields, "probability", text.removeprefix(_OTHERS), names)
    bounds = _bounds(fields, names)
    for name, value in (("least", bounds.least), ("below", bounds.below)):
        if value is not None and not 0 <= value <= 1:
            raise fields.error(name, f"a probability is from 0 to 1, found {value:g}")
    return ProbabilityCondition(task, label, text.startswith(_OTHERS), bounds)


def _label_condition(fields: TomlFields, names: Names) -> Condition:
    pairs = [_label(fields, "label", text, names) for text in fields.text_or_texts("label")]
    tasks = sorted({task for task, _ in pairs})
    if len(tasks) > 1:
        raise fields.error("label", f"labels of one task are needed, found those of {tasks}")
    return LabelCondition(tasks[0], tuple(label for _, label in pairs), _wanted(fields))


def _flag(fields: TomlFields, names: Names) -> Condition:
    return FlagCondition(fields.text("flag"), _wanted(fields))


def _lang(fields: TomlFields, names: Names) -> Condition:
    return LangCondition(fields.text_or_texts("lang"), _wanted(fields))


def _sign(fields: TomlFields, names: Names) -> Condition:
    name = fields.known("sign", fields.text("sign"), names.signs)
    return SignCondition(names.signs[name], _wanted(fields))


def _number(fields: TomlFields, names: Names) -> Condition:
    name = fields.known("number", fields.text("number"), names.numbers)
    return NumberCondition(name, _bounds(fields, names))


def _state(fields: TomlFields, names: Names) -> Condition:
    name = fields.known("state", fields.text("state"), names.states)
    return StateCondition(name, _wanted(fields))


def _any(fields: TomlFields, names: Names) -> Condition:
    fields.tables("any")  # an empty list would never hold
    conditions = read_conditions(fields, "any", names)
    if any(isinstance(condition, AnyOf) for condition in conditions):
        raise fields.error("any", "an `any` inside an `any` says no more than one of them")
    return AnyOf(conditions)


_READERS: dict[str, Callable[[TomlFields, Names], Condition]] = {
    "probability": _probability,
    "label": _label_condition,
    "flag": _flag,
    "lang": _lang,
    "sign": _sign,
    "number": _number,
    "state": _state,
    "any": _any,
}


def _label(fields: TomlFields, name: str, text: str, names: Names) -> tuple[str, str]:
    task, _, label = text.partition(".")
    if task not in names.tasks or label not in names.tasks[task]:
        possible = [f"{task}.{label}" for task, labels in names.tasks.items() for label in labels]
        raise fields.error(name, f"there is no {text!r}; possible are {', '.join(possible)}")
    return task, label


def _bounds(fields: TomlFields, names: Names) -> Bounds:
    least, least_name = _end(fields, "least", names)
    below, below_name = _end(fields, "below", names)
    if least is None and below is None:
        raise fields.error("least", "`least`, `below` or both are needed")
    if not (-math.inf if least is None else least) < (math.inf if below is None else below):
        raise fields.error("below", f"nothing is {least:g} or more and below {below:g}")
    return Bounds(least, below, least_name, below_name)


def _end(fields: TomlFields, name: str, names: Names) -> tuple[float | None, str]:
    """Return one end of a range, and the name of the threshold where it is one."""
    if not fields.has(name):
        return None, ""
    if not fields.is_text(name):
        return fields.number(name), ""
    threshold = fields.known(name, fields.text(name), names.thresholds)
    return names.thresholds[threshold], threshold


def _wanted(fields: TomlFields) -> bool:
    return fields.truth("is", default=True)
