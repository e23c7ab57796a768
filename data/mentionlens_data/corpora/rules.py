"""The rules of a mapping: conditions on fields, and what follows where they hold."""

from __future__ import annotations

from pydantic import Field, model_validator

from mentionlens_data.corpora.base import LedgerModel, compiled_pattern

__all__ = ["Condition", "Rule", "Scalar", "ValueTest"]

Scalar = bool | int | float | str


class ValueTest(LedgerModel):
    """A condition on one field beyond a list of values; every given part must hold."""

    min: float | None = None
    max: float | None = None
    matches: str | None = None

    @model_validator(mode="after")
    def _check(self) -> ValueTest:
        if self.matches is not None:
            compiled_pattern(self.matches)
        if self.min is None and self.max is None and self.matches is None:
            raise ValueError("a condition needs min, max or matches")
        return self


Condition = list[Scalar] | ValueTest
"""Values, one of which the field must equal, or a `ValueTest`. An absent field never matches."""


class Rule(LedgerModel):
    """One step of the mapping.

    Attributes:
        when: field name to condition; all must hold. Empty: always.
        labels: task to label, or to `@aspects`.
        excludes: task to labels that the row surely does not have; counts where no rule labels it.
        drop: reason for which the row is left out.
        weight: multiplies the weight of the row.
    """

    when: dict[str, Condition] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)
    excludes: dict[str, list[str]] = Field(default_factory=dict)
    drop: str | None = None
    weight: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _check(self) -> Rule:
        answers = bool(self.labels or self.excludes)
        if not answers and self.drop is None and self.weight is None:
            raise ValueError("a rule needs labels, excludes, drop or weight")
        if answers and self.drop is not None:
            raise ValueError("a rule either labels or drops")
        return self
