"""Named errors of tracking and of the registry."""

from __future__ import annotations

from mentionlens.errors import MentionlensError

__all__ = ["MlflowMissingError", "TrackingError"]


class TrackingError(MentionlensError):
    """What was trained cannot be tracked; the message says what, where, and what is possible."""


class MlflowMissingError(TrackingError):
    """MLflow is not installed; everything but tracking and the registry works without it."""
