"""What every part of the schema is made of: rounded shares, and figures with an interval."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = [
    "Estimate",
    "Record",
    "Share",
]


def _rounded(value: float) -> float:
    # Adding zero turns -0.0 into 0.0.
    return round(value, 4) + 0.0


Share = Annotated[float, Field(ge=0, le=1), AfterValidator(_rounded)]
"""A share or a score in [0, 1]."""


class Record(BaseModel):
    """What every part of the file is: fixed, and without unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Estimate(Record):
    """A figure with its confidence interval, where there is one."""

    value: Share
    low: Share | None = None
    high: Share | None = None
