"""How a corpus is divided into parts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from mentionlens_data.corpora.base import LedgerModel, compiled_pattern

__all__ = ["Parallel", "SplitPlan"]


class Parallel(LedgerModel):
    """Rows that translate each other: same name, same fields, same number in the id."""

    name: str
    fields: list[str]
    id_pattern: str

    @model_validator(mode="after")
    def _check(self) -> Parallel:
        if compiled_pattern(self.id_pattern).groups != 1:
            raise ValueError(f"id_pattern needs exactly one group: {self.id_pattern!r}")
        return self


class SplitPlan(LedgerModel):
    """How the corpus is divided.

    Attributes:
        official: the corpus's own part to ours; parts that are not named keep their name, and
            rows without one count as `train`. Parts that a language lacks are cut from `train`.
        test_share: share of the groups that a cut test part takes.
        validation_share: the same for validation.
        max_test: most test rows kept per language; official rows above it are left out.
        max_validation: the same for validation.
        cut_by: fields whose values move together when a part is cut (not for leak removal).
        group_by: fields whose values tie rows into one group.
        parallel: translations of one sentence are one group.
        without: corpora whose texts are removed from this one.
    """

    official: dict[str, Literal["train", "validation", "test"]] = Field(default_factory=dict)
    test_share: float = Field(default=0.1, ge=0, lt=0.5)
    validation_share: float = Field(default=0.1, ge=0, lt=0.5)
    max_test: int = Field(default=2000, ge=0)
    max_validation: int = Field(default=1000, ge=0)
    cut_by: list[str] = Field(default_factory=list)
    group_by: list[str] = Field(default_factory=list)
    parallel: Parallel | None = None
    without: list[str] = Field(default_factory=list)
