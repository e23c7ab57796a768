"""A prepared set on disk: three files of rows, and a manifest that says what is in them.

The folder also holds `removed.jsonl.gz` (every row that was left out, why, and which kept row is
the cause; no text), `leaks.md` (the same, counted) and `README.md` (the card).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentionlens_data.errors import PreparedSetError
from mentionlens_data.schema import SPLITS, LabelledMention
from mentionlens_data.tasks import Task

__all__ = ["SCHEMA_VERSION", "PreparedSet", "open_prepared", "read_split"]

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class PreparedSet:
    """A folder with `train`, `validation` and `test` rows, and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """The sha256 over all rows: equal for equal data."""
        return str(self.manifest["fingerprint"])

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The questions that its rows answer, with their labels."""
        questions: Mapping[str, Sequence[str]] = self.manifest["tasks"]
        return tuple(Task(name, tuple(labels)) for name, labels in questions.items())

    def read(self, split: str) -> Iterator[LabelledMention]:
        """Yield the rows of one part."""
        return read_split(self.folder, split)


def open_prepared(folder: Path) -> PreparedSet:
    """Open a prepared set.

    Raises:
        PreparedSetError: the folder has no manifest, or one of another schema version.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise PreparedSetError(f"{folder} is not a prepared set: it has no manifest.json")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PreparedSetError(f"{path}: not JSON: {error}") from error
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if version != SCHEMA_VERSION:
        raise PreparedSetError(
            f"{path}: schema version {version!r}, this release reads {SCHEMA_VERSION}; "
            f"run `mentionlens data prepare` again"
        )
    return PreparedSet(folder, manifest)


def read_split(folder: Path, split: str) -> Iterator[LabelledMention]:
    """Yield the rows of one part of a prepared set, in the stored order.

    Raises:
        PreparedSetError: no such part, or a damaged file.
    """
    if split not in SPLITS:
        raise PreparedSetError(f"no split {split!r}; possible: {', '.join(SPLITS)}")
    path = folder / f"{split}.jsonl.gz"
    if not path.is_file():
        raise PreparedSetError(f"{folder} is not a prepared set: it has no {path.name}")
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                row = json.loads(line)
                excluded = {task: tuple(names) for task, names in row.get("excluded", {}).items()}
                slices = tuple(row.get("slices", ()))
                yield LabelledMention(**{**row, "excluded": excluded, "slices": slices})
    except (OSError, EOFError, zlib.error, ValueError, TypeError) as error:
        raise PreparedSetError(f"{path}, near line {number}: damaged: {error}") from error
