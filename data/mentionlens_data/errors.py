"""Named errors of the data package; each message says what, where, and what is possible."""

from __future__ import annotations

from mentionlens.errors import MentionlensError

__all__ = [
    "AugmentationError",
    "CorpusFormatError",
    "CorpusNotFoundError",
    "DataError",
    "FileMappingError",
    "LabelledFileError",
    "LabellingError",
    "LedgerError",
    "PreparedSetError",
    "ReviewFileError",
    "TasksError",
]


class DataError(MentionlensError):
    """Base of every error of `mentionlens_data`."""


class LedgerError(DataError):
    """A ledger entry is not what the ledger's schema says, or names an unknown corpus."""


class CorpusNotFoundError(DataError):
    """The folder of corpora lacks a corpus."""


class CorpusFormatError(DataError):
    """A line of a corpus is not the interchange form."""


class PreparedSetError(DataError):
    """A prepared set is missing, damaged, or written for another schema."""


class LabelledFileError(DataError, ValueError):
    """A user's own labelled file has a field or a label that cannot be used."""


class ReviewFileError(DataError, ValueError):
    """A review file is no such file, or holds decisions that cannot be applied."""


class AugmentationError(DataError, ValueError):
    """No augmentation has the name that was given, or one changes nothing."""


class FileMappingError(LabelledFileError):
    """A mapping of columns and labels names something that does not exist."""


class LabellingError(DataError):
    """The project's own mentions or annotations break their schema, or are not installed."""


class TasksError(DataError, ValueError):
    """A file of tasks names labels or fields that cannot be used."""
