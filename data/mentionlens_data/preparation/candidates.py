"""A mapped row on its way into a part, and the record of one that does not get there."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Candidate", "Removal"]


@dataclass(slots=True)
class Candidate:
    """A mapped row that still has to find its part.

    Attributes:
        id: `<source>/<the source's own id>`.
        text: the mention.
        lang: ISO 639-1 code.
        source: corpus or file.
        labels: task to label.
        excluded: task to labels that it surely does not have.
        weight: trust.
        slices: what it is beyond its labels.
        split: the part it came with; `divide` sets the part it ends in.
        duplicate: equal for rows that are the same mention.
        joins: keys it shares with the rows that must share its part, as `<kind>|<what>`.
        cut: what decides its part when a part is cut from training rows; empty: its group.
        official: the part is the source's own validation or test part.
        surplus: official, but above the cap: kept out of every part.
        group: name of its group, set by `divide`.
    """

    id: str
    text: str
    lang: str
    source: str
    labels: dict[str, str]
    weight: float
    split: str
    duplicate: str
    joins: tuple[str, ...]
    slices: tuple[str, ...] = ()
    cut: str = ""
    official: bool = False
    surplus: bool = False
    group: str = ""
    excluded: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def answers(self) -> frozenset[tuple[str, str]]:
        """What the row says, as (task, label); `!a|b` stands for neither a nor b."""
        excluded = ((task, f"!{'|'.join(names)}") for task, names in self.excluded.items())
        return frozenset((*self.labels.items(), *excluded))


@dataclass(frozen=True, slots=True)
class Removal:
    """A row that was left out, and why.

    Attributes:
        id: `<source>/<the source's own id>`.
        source: corpus or file.
        reason: why, in words; equal for equal causes.
        twin: id of a row that was kept (or contradicts) and is the cause; None where there is none.
        tie: what ties the row to its twin.
    """

    id: str
    source: str
    reason: str
    twin: str | None = None
    tie: str | None = None
