"""Proves what a playbook promises: every rule can be reached, and every mention meets one.

Nothing is sampled. Where a rule can never decide, or a mention meets none, that is shown by cutting
away, rule by rule, what is decided already (see `regions`); a mention that is left over is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mentionlens.triage.playbook import Playbook, Rule
from mentionlens.triage.regions import Box, Region, boxes

__all__ = ["Finding", "check_playbook"]

# Regions that are looked at for one question; the default playbook needs some hundreds.
_MOST_STEPS = 50_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend.

    Attributes:
        kind: `conflict` (an earlier rule always decides, and otherwise), `redundant` (an earlier
            rule always decides, and alike), `unreachable` (earlier rules together always decide),
            `gap` (a mention meets no rule), `principle` (a principle is broken), or `undecided`
            (too many cases to prove that there is none of the others).
        rule: id of the rule; empty for a gap.
        message: what is wrong, with a mention that shows it where there is one.
    """

    kind: str
    rule: str
    message: str

    def __str__(self) -> str:
        """Return the finding as a line."""
        return f"{self.kind}: {self.message}"


class _TooManyError(Exception):
    """The budget of regions is spent."""


def check_playbook(playbook: Playbook) -> list[Finding]:
    """Return what is wrong with a playbook, in the order of its rules; nothing where all is well.

    Args:
        playbook: one that was read, so that its names and types are right.
    """
    all_boxes = {rule.id: boxes(rule.conditions) for rule in playbook.rules}
    findings = []
    for place, rule in enumerate(playbook.rules):
        earlier = playbook.rules[:place]
        if (found := _reach(playbook, rule, earlier, all_boxes)) is not None:
            findings.append(found)
    for principle in playbook.principles:
        forbidden = boxes(principle.conditions)
        for place, rule in enumerate(playbook.rules):
            if rule.action not in principle.never:
                continue
            before = [box for one in playbook.rules[:place] for box in all_boxes[one.id]]
            starts = [(*a, *b) for a in all_boxes[rule.id] for b in forbidden]
            example = _search(playbook, starts, before)
            if isinstance(example, Region):
                message = f"rule {rule.id!r} ({rule.action}) decides where it must not: "
                message += f"{principle.why} A mention with {example.describe()}."
                findings.append(Finding("principle", rule.id, message))
            elif example is _UNDECIDED:
                findings.append(_undecided(rule.id, f"whether rule {rule.id!r} keeps a principle"))
    every = [box for rule in playbook.rules for box in all_boxes[rule.id]]
    example = _search(playbook, [()], every)
    if isinstance(example, Region):
        message = f"no rule for a mention with {example.describe()}; end with a rule without "
        findings.append(Finding("gap", "", message + "conditions (`when = []`) for a person"))
    elif example is _UNDECIDED:
        findings.append(_undecided("", "whether every mention meets a rule"))
    return findings


_UNDECIDED = object()


def _reach(
    playbook: Playbook, rule: Rule, earlier: Sequence[Rule], all_boxes: dict[str, list[Box]]
) -> Finding | None:
    own = all_boxes[rule.id]
    if _search(playbook, own, []) is None:
        return Finding("unreachable", rule.id, f"rule {rule.id!r}: its conditions exclude another")
    for one in earlier:
        if _search(playbook, own, all_boxes[one.id]) is None:
            alike = (one.action, one.priority) == (rule.action, rule.priority)
            return Finding(
                "redundant" if alike else "conflict",
                rule.id,
                f"rule {rule.id!r} ({rule.action}, priority {rule.priority}) is never asked: "
                f"{one.id!r} ({one.action}, priority {one.priority}) stands before it and always "
                "holds where it would; put the narrower one first",
            )
    found = _search(playbook, own, [box for one in earlier for box in all_boxes[one.id]])
    if found is None:
        message = f"rule {rule.id!r}: the rules before it decide wherever it would hold"
        return Finding("unreachable", rule.id, message)
    if found is _UNDECIDED:
        return _undecided(rule.id, f"whether rule {rule.id!r} can be reached")
    return None


def _undecided(rule: str, what: str) -> Finding:
    return Finding("undecided", rule, f"{what}: more than {_MOST_STEPS:,} cases")


def _search(playbook: Playbook, starts: Sequence[Box], decided: Sequence[Box]) -> object:
    """Return a region of the starting boxes that is outside all decided ones.

    Returns:
        None where there is none, `_UNDECIDED` where there are too many cases to say.
    """
    budget = [_MOST_STEPS]
    try:
        for start in starts:
            region = Region({}, playbook.tasks).within(start)
            if region is not None and (found := _left_over(region, decided, budget)) is not None:
                return found
    except _TooManyError:
        return _UNDECIDED
    return None


def _left_over(region: Region, decided: Sequence[Box], budget: list[int]) -> Region | None:
    budget[0] -= 1
    if budget[0] < 0:
        raise _TooManyError
    # Boxes beside the region do not matter, and one around it ends the search.
    near = []
    for box in decided:
        inside = region.within(box)
        if inside is region or (inside is not None and inside.facts == region.facts):
            return None
        if inside is not None:
            near.append(box)
    if not near:
        return region
    # The box with the fewest cuts leaves the fewest parts.
    first = min(range(len(near)), key=lambda place: len(near[place]))
    rest = [*near[:first], *near[first + 1 :]]
    for part in region.outside(near[first]):
        if (found := _left_over(part, rest, budget)) is not None:
            return found
    return None
