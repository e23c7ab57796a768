"""A file of mentions with their answers; where it has none, they are scored first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from mentionlens import MentionClassifier
from mentionlens.triage import Playbook

from mentionlens_data.scoring.jobs import Job
from mentionlens_data.scoring.scorer import ScoringOptions, score_file
from mentionlens_data.triage.errors import TriageError
from mentionlens_data.triage.scored_file import ScoredFile

__all__ = ["AnswerOptions", "ClassifierLoader", "answered_file"]


class ClassifierLoader:
    """Loads a classifier when it is needed.

    Args:
        bundle: folder of the bundle; None is the packaged one.
        threads: as `MentionClassifier` takes them.
    """

    def __init__(self, bundle: str | None, threads: int | None) -> None:
        self._bundle = bundle
        self._threads = threads

    def load(self) -> MentionClassifier:
        """Return the classifier."""
        return MentionClassifier(self._bundle, threads=self._threads)


@dataclass(frozen=True)
class AnswerOptions:
    """How a file is read, and who answers where it has no answers.

    Attributes:
        columns: role to the column that holds it, where its name does not tell.
        zone: of times that name none.
        prefix: that `score` put before its columns.
        encoding: of text files; None finds out.
        classifier: None refuses a file without answers.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    prefix: str = ""
    encoding: str | None = None
    classifier: ClassifierLoader | None = None


@contextmanager
def answered_file(
    path: Path,
    playbook: Playbook,
    options: AnswerOptions,
    *,
    kind: str = "jsonl",
    folder: Path | None = None,
) -> Iterator[tuple[ScoredFile, str]]:
    """Give a file with its answers, and why its end is lost, if scoring found that.

    Args:
        path: CSV, TSV, JSON Lines or Parquet, by its ending.
        playbook: whose tasks must be answered.
        options: how it is read.
        kind: format of what is scored on the way.
        folder: where that is put; None is that of temporary files.

    Raises:
        DataError: it cannot be read.
        TriageError: it has answers, but not to every task of the playbook.
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
        yield file, ""
        return
    if options.classifier is None:
        raise TriageError(f"{path}: no answers; `mentionlens score` adds them")
    loaded = options.classifier.load()
    _check_tasks(loaded.bundle.path, {task.name for task in loaded.manifest.tasks}, playbook)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".mentionlens-") as temporary:
        scored = Path(temporary) / f"scored.{kind}"
        scoring = ScoringOptions(
            text_column=file.name_of("text") or file.columns.names["text"][0],
            lang_column=file.name_of("lang"),
            prefix=options.prefix,
            probabilities=True,
            encoding=options.encoding,
        )
        totals = score_file(Job(path, scored), loaded, scoring)
        yield ScoredFile(scored, None, wanted), "" if totals is None else totals.damaged


def _check_tasks(place: object, found: set[str], playbook: Playbook) -> None:
    missing = [task for task in playbook.tasks if task not in found]
    if missing:
        raise TriageError(
            f"{place}: no answers to {', '.join(missing)}, which the playbook {playbook.name!r} "
            f"needs; there are answers to {', '.join(sorted(found))}"
        )
