"""A file of mentions as mentions with their answers; those without are scored on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from mentionlens.scored_mention import ScoredMention
from mentionlens.triage import Playbook

from mentionlens_data.errors import DataError
from mentionlens_data.scoring.jobs import Job
from mentionlens_data.scoring.scorer import ScoringOptions, score_file
from mentionlens_data.triage.scored_file import ScoredFile
from mentionlens_data.triage.triaging import ClassifierLoader

__all__ = ["MentionFile", "OverviewInputError", "ReadingOptions", "opened_mentions"]


class OverviewInputError(DataError):
    """A file cannot be used; the message says what is possible."""


@dataclass(frozen=True)
class ReadingOptions:
    """How a file is read.

    Attributes:
        columns: role to the column that holds it, where its name does not tell.
        zone: of times that name none.
        prefix: that `score` put before its columns.
        encoding: of text files; None finds out.
        brand: the only one that is looked at; None looks at all.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    prefix: str = ""
    encoding: str | None = None
    brand: str | None = None


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
    path: Path, playbook: Playbook, options: ReadingOptions, classifier: ClassifierLoader
) -> Iterator[MentionFile]:
    """Give the mentions of a file.

    Args:
        path: CSV, TSV, JSON Lines or Parquet, by its ending.
        playbook: whose tasks must be answered.
        options: how the file is read.
        classifier: answers mentions where the file has no answers.

    Raises:
        DataError: it cannot be read.
        OverviewInputError: it has answers, but not to every task of the playbook.
    """
    wanted: dict[str, Any] = {
        "overrides": options.columns,
        "prefix": options.prefix,
        "tasks": playbook.tasks,
        "zone": options.zone,
    }
    file = ScoredFile(path, options.encoding, wanted)
    answered = file.answered_tasks()
    if answered:
        _check_tasks(path, answered, playbook)
        yield MentionFile(file, options.brand)
        return
    loaded = classifier.load()
    _check_tasks(loaded.bundle.path, {task.name for task in loaded.manifest.tasks}, playbook)
    with tempfile.TemporaryDirectory(prefix="mentionlens-overview-") as folder:
        scored = Path(folder) / "scored.jsonl"
        scoring = ScoringOptions(
            text_column=file.name_of("text") or file.columns.names["text"][0],
            lang_column=file.name_of("lang"),
            prefix=options.prefix,
            probabilities=True,
            encoding=options.encoding,
        )
        totals = score_file(Job(path, scored), loaded, scoring)
        damaged = "" if totals is None else totals.damaged
        yield MentionFile(ScoredFile(scored, None, wanted), options.brand, damaged)


def _check_tasks(place: object, found: set[str], playbook: Playbook) -> None:
    missing = [task for task in playbook.tasks if task not in found]
    if missing:
        raise OverviewInputError(
            f"{place}: no answers to {', '.join(missing)}, which the playbook {playbook.name!r} "
            f"needs; there are answers to {', '.join(sorted(found))}"
        )
