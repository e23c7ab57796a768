"""What every part of a ledger entry is built on."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

__all__ = ["LedgerModel", "compiled_pattern"]


class LedgerModel(BaseModel):
    """A frozen table of a ledger file; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def compiled_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of a ledger file.

    Raises:
        ValueError: it is not a regular expression.
    """
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {pattern!r}: {error}") from error
