"""What a prepared set is made of: sources that yield candidates and account for every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from mentionlens_data.corpora.entry import SplitPlan
from mentionlens_data.preparation.candidates import Candidate, Removal
from mentionlens_data.preparation.grouping import TextKeys

__all__ = ["Found", "Source", "SourceAccount"]


class Found(NamedTuple):
    """A candidate and the keys of its text."""

    candidate: Candidate
    keys: TextKeys


@dataclass(frozen=True)
class SourceAccount:
    """What the manifest of a prepared set says of a source.

    Attributes:
        name: unique within the set; the beginning of its rows' ids.
        title: one line.
        licence: as its owners state it.
        policy: licence class: `open`, `research`, `unknown`, or `own` for a user's own file.
        address: where it comes from.
        revision: which state of it.
        citation: how to cite it.
        read: rows read.
        content_sha256: of the content that was read.
        as_recorded: whether the content is the one that the ledger knows; None: not recorded.
        annotations: of its annotated rows, how many were `joined`, had a `changed` text or were
            `missing`; None where none of its rows is annotated.
    """

    name: str
    title: str
    licence: str
    policy: str
    address: str
    revision: str
    citation: str
    read: int
    content_sha256: str
    as_recorded: bool | None = None
    annotations: Mapping[str, int] | None = None


class Source(Protocol):
    """A corpus of the ledger, or a user's own file."""

    @property
    def name(self) -> str:
        """Name in the manifest."""

    @property
    def plan(self) -> SplitPlan:
        """How its rows are divided."""

    def rows(self) -> Iterator[Found | Removal]:
        """Yield every row, as a candidate or as a removal."""

    def account(self) -> SourceAccount:
        """Return what the manifest says of it; complete once all rows were read."""
