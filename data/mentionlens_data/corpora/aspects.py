"""How the aspects of a text, each with a polarity, become one answer to a task."""

from __future__ import annotations

from pydantic import Field, model_validator

from mentionlens_data.corpora.base import LedgerModel, compiled_pattern
from mentionlens_data.corpora.rules import Condition

__all__ = ["ASPECTS", "AspectTable", "AspectType"]

ASPECTS = "@aspects"
"""Name of the derived field that `[aspects]` computes; a rule may test it or copy it."""


class AspectType(LedgerModel):
    """Categories that match `pattern` (a search) mean `label`; without a label they are silent.

    `general` categories ("the phone as such") speak only where no specific one does.
    """

    pattern: str
    label: str | None = None
    when: dict[str, Condition] = Field(default_factory=dict)
    general: bool = False

    @model_validator(mode="after")
    def _check(self) -> AspectType:
        compiled_pattern(self.pattern)
        return self


class AspectTable(LedgerModel):
    """How a list of opinions becomes one complaint type.

    The type named by most negative opinions wins; a tie is no answer. Only positive opinions
    give `none`. Opinions of any other polarity, without a negative one, give no answer.

    Attributes:
        task: the task that is answered.
        none: the label where every opinion is positive.
        field: holds a list of opinions, or an object of category to polarity.
        category: key or position of the category in an opinion (0 in an object's item).
        polarity: key or position of the polarity in an opinion (1 in an object's item).
        negative: polarities that count as negative.
        positive: polarities that count as positive.
        silent: polarities of opinions that were not given.
        types: which categories mean which label; the first that matches.
    """

    task: str = "complaint"
    none: str = "none"
    field: str
    category: str | int
    polarity: str | int
    negative: list[str]
    positive: list[str]
    silent: list[str] = Field(default_factory=list)
    types: list[AspectType]
