"""What can go wrong with the triage of a file."""

from __future__ import annotations

from mentionlens_data.errors import DataError

__all__ = ["TriageError"]


class TriageError(DataError):
    """A file cannot be triaged; the message says what is possible."""
