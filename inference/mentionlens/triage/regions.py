"""Sets of mentions as boxes: what the conditions of rules leave over.

A region says for every fact which values are still possible; a fact that it does not name may have
any. Conditions cut along one fact at a time, so that what remains of a region after a rule is again
a few regions. Regions that no mention can be in (probabilities that do not sum to 1, an answered
label that is not the most probable) are left out, as far as they are recognised: what is found
empty is empty.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

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

__all__ = ["Box", "Region", "Span", "boxes"]

# A cut through the line of numbers: before a number, or (with 1) behind it.
Cut: TypeAlias = tuple[float, int]
_START: Cut = (-math.inf, 0)
_END: Cut = (math.inf, 1)
_ROUNDING = 1e-9
_SWITCH: frozenset[Hashable] = frozenset({True, False})


@dataclass(frozen=True, slots=True)
class Span:
    """Possible values of a number: between two cuts where it is known, or unknown, or either."""

    low: Cut = _START
    high: Cut = _END
    known: bool = True
    unknown: bool = True

    def meet(self, other: Span) -> Span:
        """Return the values that are in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        known = self.known and other.known and low < high
        return Span(low, high, known, self.unknown and other.unknown)

    def rest(self) -> list[Span]:
        """Return everything else; of a span of known numbers only."""
        below, above = Span(high=self.low, unknown=False), Span(low=self.high, unknown=False)
        pieces = [below] if self.low > _START else []
        pieces += [above] if self.high < _END else []
        return [*pieces, Span(known=False)]

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.known and not self.unknown


@dataclass(frozen=True, slots=True)
class Choice:
    """Possible values of a fact that is one of a few; `wide` means any value not named, too."""

    values: frozenset[Hashable]
    wide: bool = False

    def meet(self, other: Choice) -> Choice:
        """Return the values that are in both."""
        if self.wide and other.wide:
            return Choice(self.values & other.values, True)
        if self.wide or other.wide:
            narrow, wide = (other, self) if self.wide else (self, other)
            return Choice(narrow.values - wide.values)
        return Choice(self.values & other.values)

    def rest(self) -> list[Choice]:
        """Return everything else."""
        if not self.wide and self.values and self.values <= _SWITCH:
            return [Choice(_SWITCH - self.values)]
        return [Choice(self.values, not self.wide)]

    @property
    def is_empty(self) -> bool:
        """Whether no value is left; a wide choice names the values that it has not."""
        return not self.wide and not self.values


Domain: TypeAlias = Span | Choice
Fact: TypeAlias = tuple[str, ...]
Box: TypeAlias = tuple[tuple[Fact, Domain], ...]
"""Conditions that must all hold, each on one fact."""


@dataclass(frozen=True)
class Region:
    """A set of mentions.

    Attributes:
        facts: what is possible for each fact that is restricted.
        tasks: task to its labels.
    """

    facts: Mapping[Fact, Domain]
    tasks: Mapping[str, Sequence[str]]

    def within(self, box: Box) -> Region | None:
        """Return the part inside a box; None where there is none."""
        region: Region | None = self
        for fact, domain in box:
            region = None if region is None else region._cut(fact, domain)
        return region

    def outside(self, box: Box) -> Iterator[Region]:
        """Yield the parts outside a box; they do not overlap."""
        inside: Region | None = self
        for fact, domain in box:
            if inside is None:
                return
            for rest in domain.rest():
                part = inside._cut(fact, rest)
                if part is not None:
                    yield part
            inside = inside._cut(fact, domain)

    def _cut(self, fact: Fact, domain: Domain) -> Region | None:
        before = self.facts.get(fact)
        met = domain if before is None else _meet(before, domain)
        if met == before:
            return self
        if met.is_empty:
            return None
        region = Region({**self.facts, fact: met}, self.tasks)
        return region if region._is_possible(fact) else None

    def _is_possible(self, changed: Fact) -> bool:
        if changed in (("state", "scored"),) or changed[0] in ("probability", "label"):
            return all(self._task_is_possible(task) for task in self.tasks)
        return True

    def _task_is_possible(self, task: str) -> bool:
        scored = self.facts.get(("state", "scored"))
        label = self.facts.get(("label", task))
        spans = {
            name: found
            for name in self.tasks[task]
            if isinstance(found := self.facts.get(("probability", task, name)), Span)
        }
        needs_answer = any(not span.unknown for span in spans.values()) or (
            isinstance(label, Choice) and not label.wide and None not in label.values
        )
        if scored == Choice(frozenset({False})):
            return not needs_answer
        answers = [
            name
            for name in self.tasks[task]
            if not isinstance(label, Choice) or (name in label.values) is not label.wide
        ]
        if not answers:
            return scored != Choice(frozenset({True}))
        known = {name: span for name, span in spans.items() if not span.unknown}
        return not known or any(self._can_win(name, known, task) for name in answers)

    def _can_win(self, winner: str, known: Mapping[str, Span], task: str) -> bool:
        """Tell whether a label can be the most probable one, and all sum to 1."""
        ends = {name: _ends(known.get(name)) for name in self.tasks[task]}
        low_sum = sum(low for name, (low, _) in ends.items() if name != winner)
        top = min(ends[winner][1], 1.0 - low_sum)
        if top < max(low for low, _ in ends.values()) - _ROUNDING:
            return False
        return sum(min(high, top) for _, high in ends.values()) >= 1.0 - _ROUNDING

    def describe(self) -> str:
        """Return what is known of the mentions, for people."""
        parts = [_described(fact, domain) for fact, domain in self.facts.items()]
        return ", ".join(part for part in parts if part) or "any mention"


def boxes(conditions: Sequence[Condition]) -> list[Box]:
    """Return boxes of which at least one holds where all conditions do."""
    single = [_cut_of(c) for c in conditions if not isinstance(c, AnyOf)]
    choices = [[_cut_of(c) for c in one.conditions] for one in conditions if isinstance(one, AnyOf)]
    return [(*single, *chosen) for chosen in itertools.product(*choices)]


def _cut_of(condition: Condition) -> tuple[Fact, Domain]:
    match condition:
        case ProbabilityCondition(task, label, others, bounds):
            span = _span(bounds)
            return ("probability", task, label), _mirrored(span) if others else span
        case NumberCondition(name, bounds):
            return ("number", name), _span(bounds)
        case LabelCondition(task, labels, wanted):
            # Neither way holds without an answer.
            values = frozenset(labels)
            return ("label", task), Choice(values if wanted else values | {None}, not wanted)
        case LangCondition(langs, wanted):
            return ("language",), Choice(frozenset(langs), not wanted)
    return _switch_of(condition)


def _switch_of(condition: Condition) -> tuple[Fact, Domain]:
    match condition:
        case FlagCondition(flag, wanted):
            fact = ("flag", flag)
        case SignCondition(sign, wanted):
            fact = ("sign", sign.name)
        case StateCondition(name, wanted):
            fact = ("state", name)
        case _:
            raise TypeError(f"no region for {type(condition).__name__}")
    return fact, Choice(frozenset({wanted}))


def _span(bounds: Bounds) -> Span:
    low = _START if bounds.least is None else (bounds.least, 0)
    high = _END if bounds.below is None else (bounds.below, 0)
    return Span(low, high, unknown=False)


def _mirrored(span: Span) -> Span:
    """Return the span of 1 - p: what was just before a number is just behind it."""
    return Span(_mirror(span.high), _mirror(span.low), unknown=False)


def _mirror(cut: Cut) -> Cut:
    if cut in (_START, _END):
        return _END if cut == _START else _START
    return round(1.0 - cut[0], 9), 1 - cut[1]


def _meet(one: Domain, other: Domain) -> Domain:
    if isinstance(one, Span) and isinstance(other, Span):
        return one.meet(other)
    if isinstance(one, Choice) and isinstance(other, Choice):
        return one.meet(other)
    raise TypeError("a fact is a number or a choice, not both")


def _ends(span: Span | None) -> tuple[float, float]:
    if span is None:
        return 0.0, 1.0
    return max(span.low[0], 0.0), min(span.high[0], 1.0)


def _described(fact: Fact, domain: Domain) -> str:
    name = ".".join(fact[1:]) or fact[0]
    if isinstance(domain, Choice):
        if domain.values in ({True}, {False}) and not domain.wide:
            has = "" if domain.values == {True} else "no "
            return f"{has}{fact[0]} {name}" if fact[0] != "state" else f"{has and 'not '}{name}"
        listed = " or ".join(sorted("no answer" if v is None else str(v) for v in domain.values))
        return f"{name} {'other than ' if domain.wide else ''}{listed}"
    if not domain.known:
        return f"{name} unknown"
    if domain.unknown:
        return ""
    ends = []
    if domain.low > _START:
        ends.append(f"{'above' if domain.low[1] else 'at least'} {domain.low[0]:g}")
    if domain.high < _END:
        ends.append(f"{'at most' if domain.high[1] else 'below'} {domain.high[0]:g}")
    return f"{name} {' and '.join(ends) or 'known'}"
