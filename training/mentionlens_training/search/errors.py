"""Named errors of a search."""

from __future__ import annotations

from mentionlens.errors import MentionlensError

__all__ = ["OptunaMissingError", "SearchError"]


class SearchError(MentionlensError):
    """A search cannot be made or gone on with; the message says why, and what is possible."""


class OptunaMissingError(SearchError):
    """Optuna is not installed; everything but `--trials` works without it."""
