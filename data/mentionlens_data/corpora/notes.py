"""What is known about a corpus beyond its mapping: traps, and figures that others published."""

from __future__ import annotations

from pydantic import Field

from mentionlens_data.corpora.base import LedgerModel

__all__ = ["PublishedFigure", "Trap"]


class Trap(LedgerModel):
    """Something wrong with the corpus, and what is done about it here."""

    what: str = Field(min_length=3)
    handled: str = Field(min_length=3)


class PublishedFigure(LedgerModel):
    """A figure that somebody published for the corpus.

    Attributes:
        task: the task of this package that was measured, or the corpus's own in its words.
        metric: for example `macro-F1`.
        value: in percent.
        model: what reached it.
        source: where it was published.
        language: ISO 639-1 code, where the figure is for one of several languages.
        note: what keeps it from being compared with a figure of one's own.
        verified: somebody read it in the source; otherwise it is quoted from memory.
    """

    task: str = Field(min_length=3)
    metric: str = Field(min_length=2)
    value: float = Field(ge=0, le=100)
    model: str = Field(min_length=2)
    source: str = Field(min_length=3)
    language: str | None = None
    note: str | None = None
    verified: bool
