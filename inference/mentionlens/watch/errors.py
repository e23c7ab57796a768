"""What can go wrong with a watch."""

from __future__ import annotations

from mentionlens.errors import MentionlensError

__all__ = ["WatchError", "WatchOptionsError", "WatchStateError"]


class WatchError(MentionlensError):
    """A watch cannot begin or go on; the message says what is possible."""


class WatchOptionsError(WatchError, ValueError):
    """An option lies outside its range."""


class WatchStateError(WatchError):
    """A state file is damaged, of another schema, or of a watch with other options."""
