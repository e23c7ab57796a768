"""What can go wrong with the scoring of a file."""

from __future__ import annotations

from mentionlens_data.errors import DataError

__all__ = ["ScoringError"]


class ScoringError(DataError):
    """A file cannot be scored, or a run cannot go on; the message says what is possible."""
