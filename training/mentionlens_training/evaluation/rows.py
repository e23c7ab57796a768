"""Labelled rows to evaluate on: a part of a prepared set, or a file of labelled mentions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from mentionlens_data.files.labelled_file import read_labelled_file
from mentionlens_data.prepared import read_split
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task

from mentionlens_training.evaluation.predictions import EvaluationError

__all__ = ["fingerprint", "only_ids", "read_rows"]


def read_rows(
    paths: Sequence[Path], split: str, *, tasks: Sequence[Task] | None = None
) -> list[LabelledMention]:
    """Read labelled rows.

    Args:
        paths: prepared folders and labelled files (`mentionlens_data.files.labelled_file`).
        split: `train`, `validation` or `test`; of a file, the rows that name no part are read, too.
        tasks: the questions of the files' columns; by default those that mentionlens ships with.

    Raises:
        EvaluationError: a path does not exist, or an id comes twice.
        mentionlens_data.errors.DataError: a folder is no prepared set, a file no labelled file.
    """
    rows: list[LabelledMention] = []
    for path in paths:
        if path.is_dir():
            rows += read_split(path, split)
        elif path.is_file():
            rows += read_labelled_file(path, tasks=tasks, split=split)
        else:
            raise EvaluationError(f"{path} is neither a file nor a folder")
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise EvaluationError(f"the id {row.id!r} comes twice in {[str(p) for p in paths]}")
        seen.add(row.id)
    return rows


def only_ids(rows: Iterable[LabelledMention], ids: Path) -> list[LabelledMention]:
    """Return the rows that a file of ids names, one id a line.

    Raises:
        EvaluationError: the file does not exist or names a row that is not among `rows`.
    """
    if not ids.is_file():
        raise EvaluationError(f"there is no file of training ids {ids}")
    wanted = {line for line in ids.read_text(encoding="utf-8").splitlines() if line}
    kept = [row for row in rows if row.id in wanted]
    missing = wanted - {row.id for row in kept}
    if missing:
        raise EvaluationError(
            f"{ids} names {len(missing)} rows that the training data does not hold, for example "
            f"{min(missing)!r}; give the very folder that the model was trained on"
        )
    return kept


def fingerprint(rows: Iterable[LabelledMention]) -> str:
    """Return a sha256 over ids, languages, texts and labels; the order of the rows is nothing."""
    digest = hashlib.sha256()
    for line in sorted(
        json.dumps([row.id, row.lang, row.text, sorted(row.labels.items())]) for row in rows
    ):
        digest.update(line.encode("ascii") + b"\n")
    return digest.hexdigest()
