"""What can go wrong while mentions are suggested for labelling."""

from __future__ import annotations

from mentionlens_data.errors import DataError

__all__ = ["SuggestionError"]


class SuggestionError(DataError):
    """Nothing can be suggested as it was asked; the message says what is possible."""
