"""A file of mentions as mentions with their answers; those without are scored on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mentionlens.scored_mention import ScoredMention
from mentionlens.triage import Playbook

from mentionlens_data.errors import DataError
from mentionlens_data.triage.answered_file import AnswerOptions, answered_file
from mentionlens_data.triage.scored_file import ScoredFile

__all__ = ["MentionFile", "OverviewInputError", "opened_mentions"]


class OverviewInputError(DataError):
    """A file cannot be used; the message says what is possible."""


class MentionFile:
    """Mentions of a file, with what became of its rows.

    Attributes:
        replies_known: whether a column says when a mention was answered.
        rows: that were read so far.
        unreadable: of these, without a text or an answer that can be read.
        damaged: why the end of the file is lost, if it is.
    """

    def __init__(self, file: ScoredFile, brand: str | None, damaged: str = "") -> None:
        self._file = file
        self._brand = brand
        self.replies_known = file.has("replied_at")
        self.rows = 0
        self.unreadable = 0
        self.damaged = damaged

    def mentions(self) -> Iterator[ScoredMention]:
        """Yield the mentions, of one brand where one is wanted.

        Raises:
            OverviewInputError: there is no mention of that brand.
        """
        brands: dict[str, None] = {}
        found = 0
        for row in self._file.rows():
            self.rows += 1
            self.damaged = self.damaged or row.damaged
            if any(flag.startswith("bad_row") for flag in row.mention.flags):
                self.unreadable += 1
                continue
            brands.setdefault(row.mention.brand)
            if self._brand is None or row.mention.brand == self._brand:
                found += 1
                yield row.mention
        if self._brand is not None and not found:
            listed = ", ".join(map(repr, list(brands)[:10])) or "none"
            raise OverviewInputError(
                f"{self._file.path}: no mention of {self._brand!r}; there are {listed} "
                "(--column brand=NAME says which column holds them)"
            )


@contextmanager
def opened_mentions(
    path: Path, playbook: Playbook, options: AnswerOptions, brand: str | None = None
) -> Iterator[MentionFile]:
    """Give the mentions of a file.

    Args:
        path: CSV, TSV, JSON Lines or Parquet, by its ending.
        playbook: whose tasks must be answered.
        options: how the file is read, and who answers where it has no answers.
        brand: the only one that is looked at; None looks at all.

    Raises:
        DataError: it cannot be read, or has answers, but not to every task of the playbook.
    """
    with answered_file(path, playbook, options) as (file, damaged):
        yield MentionFile(file, brand, damaged)
