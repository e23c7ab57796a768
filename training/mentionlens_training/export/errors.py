"""Named errors of the export; each message says what was wrong, where, and what is possible."""

from __future__ import annotations

from mentionlens.errors import MentionlensError

__all__ = ["EmbeddingLayoutError", "ExportError", "ExportGateError", "FusionError"]


class ExportError(MentionlensError):
    """A model cannot be written as a bundle."""


class FusionError(ExportError):
    """The graph optimiser did not recognise the layers of the encoder."""


class EmbeddingLayoutError(ExportError):
    """The embedding table does not have the values that the chosen storage can hold."""


class ExportGateError(ExportError):
    """A check of the export gate failed; nothing was published.

    Attributes:
        check: name of the check.
        measured: the value that was found, where the check has one.
        limit: the value that is allowed, where the check has one.
    """

    def __init__(
        self,
        check: str,
        message: str,
        *,
        measured: float | None = None,
        limit: float | None = None,
    ) -> None:
        numbers = "" if measured is None else f" (measured {measured:.6g}, limit {limit:.6g})"
        super().__init__(f"export gate, check {check!r}: {message}{numbers}")
        self.check = check
        self.measured = measured
        self.limit = limit
