"""Labelled rows to evaluate on: a part of a prepared set, or a file of labelled mentions."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from mentionlens_data.prepared import read_split
from mentionlens_data.schema import LabelledMention

from mentionlens_training.evaluation.predictions import EvaluationError

__all__ = ["fingerprint", "only_ids", "read_rows"]


def read_rows(paths: Sequence[Path], split: str) -> list[LabelledMention]:
    """Read labelled rows.

    A folder is a prepared set, of which `split` is read. A file is JSON Lines (`.jsonl`,
    `.jsonl.gz`) with `text`, `lang`, `labels` (task to label) and, if they are known, `id`,
    `source` and `split`; rows of another split are left out.

    Raises:
        EvaluationError: a path does not exist, a line is not such a row, or an id comes twice.
        mentionlens_data.errors.PreparedSetError: a folder is no prepared set.
    """
    rows: list[LabelledMention] = []
    for path in paths:
        if path.is_dir():
            rows += read_split(path, split)
        elif path.is_file():
            rows += (row for row in _read_file(path) if row.split in ("", split))
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


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _read_file(path: Path) -> Iterator[LabelledMention]:
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _row(json.loads(line), path, number)
    except (OSError, EOFError, UnicodeError, json.JSONDecodeError) as error:
        raise EvaluationError(f"{path} is not JSON Lines in UTF-8: {error}") from error


def _row(value: Any, path: Path, number: int) -> LabelledMention:  # noqa: ANN401 - JSON is untyped
    where = f"{path}, line {number}"
    if not isinstance(value, dict):
        raise EvaluationError(f"{where}: a row is a JSON object, found {type(value).__name__}")
    for key in ("text", "lang"):
        if not isinstance(value.get(key), str):
            raise EvaluationError(f"{where}: the field {key!r} must be a text")
    labels = value.get("labels")
    if not isinstance(labels, dict) or not all(isinstance(x, str) for x in labels.values()):
        raise EvaluationError(f"{where}: the field 'labels' must map tasks to labels")
    return LabelledMention(
        id=str(value.get("id", f"{path.name}/{number}")),
        text=value["text"],
        lang=value["lang"],
        source=str(value.get("source", path.name)),
        split=str(value.get("split") or ""),
        group="",
        labels=labels,
    )
