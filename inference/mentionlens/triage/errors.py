"""What can go wrong with a playbook and its guidance."""

from __future__ import annotations

from mentionlens.errors import MentionlensError

__all__ = ["GuidanceError", "PlaybookError"]


class PlaybookError(MentionlensError, ValueError):
    """A playbook is missing or breaks its schema; the message names the file and the field."""


class GuidanceError(MentionlensError, ValueError):
    """There is no guidance in a language, or none for a key."""
