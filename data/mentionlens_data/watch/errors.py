"""What can go wrong with the watching of a file or a stream."""

from __future__ import annotations

from mentionlens_data.errors import DataError

__all__ = ["WatchInputError"]


class WatchInputError(DataError):
    """Mentions cannot be watched, or alerts not be written; the message says what is possible."""
