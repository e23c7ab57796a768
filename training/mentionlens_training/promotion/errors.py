"""Named errors of promotion."""

from __future__ import annotations

from mentionlens.errors import MentionlensError

__all__ = ["AliasLockedError", "AliasMovedError", "PromotionError"]


class PromotionError(MentionlensError):
    """A version cannot be promoted or rolled back; the alias stays where it is."""


class AliasMovedError(PromotionError):
    """The alias points to another version than the one that was compared with."""


class AliasLockedError(PromotionError):
    """Another promotion is moving the alias at this moment."""
