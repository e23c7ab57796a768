"""Conditions of a playbook's rules: TOML tables, each of one kind, no expressions.

| condition | holds where |
|---|---|
| `{ probability = "complaint.safety", least = 0.5 }` | the probability is 0.5 or more |
| `{ probability = "not complaint.none", below = 0.3 }` | that of all other labels is below 0.3 |
| `{ label = ["sentiment.neutral", "sentiment.positive"] }` | one of these labels was answered |
| `{ flag = "unsupported_language" }` | the flag is there, alone or with something behind a colon |
| `{ lang = ["pl", "ro"] }` | the file says that the text is in one of these languages |
| `{ sign = "question" }` | the sign is found in the text |
| `{ number = "author.unanswered_complaints", least = 1 }` | the number is known, and 1 or more |
| `{ state = "answered" }` | the mention was replied to |
| `{ any = [ ... ] }` | at least one of these conditions holds |

`is = false` turns `label`, `flag`, `lang`, `sign` and `state` around. `least` and `below` may stand
together, and may name one of the playbook's thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from mentionlens.triage.facts import Facts
from mentionlens.triage.signs import Sign

__all__ = [
    "AnyOf",
    "Bounds",
    "Condition",
    "FlagCondition",
    "LabelCondition",
    "LangCondition",
    "NumberCondition",
    "ProbabilityCondition",
    "Reason",
    "SignCondition",
    "StateCondition",
]

JsonValue: TypeAlias = str | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a condition holds, so that a person can check it.

    Attributes:
        what: the probability, number, sign or flag that was looked at.
        found: its value.
        needed: what the rule asks for.
    """

    what: str
    found: JsonValue
    needed: str

    def __str__(self) -> str:
        """Return the reason as a short text."""
        found = self.found
        if isinstance(found, bool):
            found = "yes" if found else "no"
        elif isinstance(found, float):
            found = f"{found:.2f}" if found < 10 and not found.is_integer() else f"{found:,.0f}"
        elif isinstance(found, list):
            found = ", ".join(found)
        shown = f"{self.what} {'none' if found is None else found}".strip()
        return f"{shown} ({self.needed})" if self.needed else shown

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the JSON shape."""
        found = round(self.found, 6) if isinstance(self.found, float) else self.found
        return {"what": self.what, "found": found, "needed": self.needed}


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of numbers, from `least` on and below `below`; the names are those of thresholds."""

    least: float | None = None
    below: float | None = None
    least_name: str = ""
    below_name: str = ""

    def __str__(self) -> str:
        """Return what is asked for."""
        parts = []
        if self.least is not None:
            parts.append(f"at least {self.least:g}" + _named(self.least_name))
        if self.below is not None:
            parts.append(f"below {self.below:g}" + _named(self.below_name))
        return " and ".join(parts)

    def hold(self, low: float, high: float) -> bool:
        """Tell whether all between two numbers is inside."""
        return (self.least is None or low >= self.least) and (
            self.below is None or high < self.below
        )


class Condition(Protocol):
    """One condition."""

    def holds(self, facts: Facts) -> bool:
        """Tell whether it holds."""
        ...

    def reason(self, facts: Facts) -> Reason:
        """Return why it holds, of facts for which it does."""
        ...


@dataclass(frozen=True, slots=True)
class ProbabilityCondition:
    """The probability of a label, or of all others where `others` is set."""

    task: str
    label: str
    others: bool
    bounds: Bounds

    def holds(self, facts: Facts) -> bool:
        """Tell whether the probability is surely inside the bounds."""
        found = self._range(facts)
        return found is not None and self.bounds.hold(*found)

    def reason(self, facts: Facts) -> Reason:
        """Return the probability, the end that decided where only bounds are known."""
        found = self._range(facts) or (0.0, 1.0)
        name = f"{'not ' if self.others else ''}{self.task}.{self.label}"
        end = found[1] if self.bounds.least is None else found[0]
        return Reason(f"probability {name}", end, str(self.bounds))

    def _range(self, facts: Facts) -> tuple[float, float] | None:
        found = facts.probability(self.task, self.label)
        return (1.0 - found[1], 1.0 - found[0]) if found is not None and self.others else found


@dataclass(frozen=True, slots=True)
class LabelCondition:
    """The answered label of a task is, or is not, one of several."""

    task: str
    labels: tuple[str, ...]
    wanted: bool = True

    def holds(self, facts: Facts) -> bool:
        """Tell whether it is; a mention without an answer is in no way."""
        found = facts.mention.labels.get(self.task)
        return found is not None and (found in self.labels) is self.wanted

    def reason(self, facts: Facts) -> Reason:
        """Return the label."""
        needed = f"{'' if self.wanted else 'not '}{' or '.join(self.labels)}"
        return Reason(self.task, facts.mention.labels[self.task], needed)


@dataclass(frozen=True, slots=True)
class FlagCondition:
    """A flag is there, or is not."""

    flag: str
    wanted: bool = True

    def holds(self, facts: Facts) -> bool:
        """Tell whether it is."""
        return (self._found(facts) is not None) is self.wanted

    def reason(self, facts: Facts) -> Reason:
        """Return the flag."""
        found = self._found(facts)
        return (
            Reason("", f"no flag {self.flag}", "") if found is None else Reason("flag", found, "")
        )

    def _found(self, facts: Facts) -> str | None:
        for flag in facts.mention.flags:
            if flag == self.flag or flag.startswith(f"{self.flag}:"):
                return flag
        return None


@dataclass(frozen=True, slots=True)
class LangCondition:
    """The language that the file names is, or is not, one of several."""

    langs: tuple[str, ...]
    wanted: bool = True

    def holds(self, facts: Facts) -> bool:
        """Tell whether it is; a language that nobody named is none of them."""
        return (facts.mention.lang in self.langs) is self.wanted

    def reason(self, facts: Facts) -> Reason:
        """Return the language."""
        needed = f"{'' if self.wanted else 'not '}{' or '.join(self.langs)}"
        return Reason("language", facts.mention.lang, needed)


@dataclass(frozen=True, slots=True)
class SignCondition:
    """A sign is found in the text, or is not."""

    sign: Sign
    wanted: bool = True

    def holds(self, facts: Facts) -> bool:
        """Tell whether it is."""
        return (self._found(facts) is not None) is self.wanted

    def reason(self, facts: Facts) -> Reason:
        """Return what was found."""
        name = f"sign {self.sign.name}"
        return Reason(name, self._found(facts), "") if self.wanted else Reason("", f"no {name}", "")

    def _found(self, facts: Facts) -> str | None:
        return self.sign.find(facts.folded_text, facts.mention.lang)


@dataclass(frozen=True, slots=True)
class NumberCondition:
    """One of the numbers is known and inside bounds."""

    name: str
    bounds: Bounds

    def holds(self, facts: Facts) -> bool:
        """Tell whether it is."""
        found = facts.number(self.name)
        return found is not None and self.bounds.hold(found, found)

    def reason(self, facts: Facts) -> Reason:
        """Return the number."""
        return Reason(self.name, float(facts.number(self.name) or 0), str(self.bounds))


@dataclass(frozen=True, slots=True)
class StateCondition:
    """A state is on, or off."""

    name: str
    wanted: bool = True

    def holds(self, facts: Facts) -> bool:
        """Tell whether it is as wanted."""
        return facts.state(self.name) is self.wanted

    def reason(self, facts: Facts) -> Reason:
        """Return the state."""
        return Reason(self.name, facts.state(self.name), "")


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several conditions holds."""

    conditions: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        """Tell whether one does."""
        return any(condition.holds(facts) for condition in self.conditions)

    def reason(self, facts: Facts) -> Reason:
        """Return the reason of the first that holds."""
        return next(c.reason(facts) for c in self.conditions if c.holds(facts))


def _named(name: str) -> str:
    return f", {name}" if name else ""
