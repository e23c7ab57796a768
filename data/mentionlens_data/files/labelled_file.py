"""Read a user's own labelled mentions: JSON Lines or CSV, one column per task."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task, default_tasks

__all__ = ["read_labelled_file"]


def read_labelled_file(
    path: Path, *, tasks: Sequence[Task] | None = None, split: str = "test"
) -> list[LabelledMention]:
    """Read labelled mentions from `.jsonl`, `.csv` or `.tsv` (UTF-8).

    Columns: `text`, `lang` (optional, ISO 639-1, default `und`), `id` (optional), and one column
    per task, empty or absent where the answer is not known. Other columns are ignored.

    Args:
        path: the file.
        tasks: questions and their labels; by default those that mentionlens ships with.
        split: the part that every row is given.

    Raises:
        LabelledFileError: not UTF-8, another ending, no rows, no text, an unknown label, or
            no answer at all; the message names file, line and field.
    """
    questions = tuple(tasks or default_tasks())
    mentions = []
    try:
        for number, row in _rows(path):
            where = f"{path}, line {number}"
            text = row.get("text")
            if not isinstance(text, str) or not text.strip():
                raise LabelledFileError(f"{where}: field 'text' must be a text that is not blank")
            own_id = str(row.get("id") or number)
            mentions.append(
                LabelledMention(
                    id=f"{path.name}/{own_id}",
                    text=text,
                    lang=str(row.get("lang") or "und").strip().lower(),
                    source=path.name,
                    split=split,
                    group=own_id,
                    labels=_labels(row, questions, where),
                )
            )
    except FileNotFoundError as error:
        raise LabelledFileError(f"{path}: no such file") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelledFileError(f"{path}: cannot be read: {error}") from error
    if not mentions:
        raise LabelledFileError(f"{path}: no rows")
    return mentions


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    ending = path.suffix.lower()
    if ending not in (".jsonl", ".csv", ".tsv"):
        raise LabelledFileError(f"{path}: the name must end in .jsonl, .csv or .tsv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        if ending != ".jsonl":
            reader = csv.DictReader(file, delimiter="\t" if ending == ".tsv" else ",")
            if "text" not in (reader.fieldnames or ()):
                raise LabelledFileError(
                    f"{path}, line 1: no column 'text', found {list(reader.fieldnames or ())}"
                )
            for row in reader:
                yield reader.line_num, row
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    value = json.loads(line)
                except ValueError as error:
                    raise LabelledFileError(f"{path}, line {number}: not JSON: {error}") from error
                if not isinstance(value, dict):
                    raise LabelledFileError(f"{path}, line {number}: a JSON object is needed")
                yield number, value


def _labels(row: Mapping[str, Any], tasks: Sequence[Task], where: str) -> dict[str, str]:
    labels = {}
    for task in tasks:
        given = row.get(task.name)
        if given is None or (isinstance(given, str) and not given.strip()):
            continue
        label = given.strip() if isinstance(given, str) else given
        if label not in task.labels:
            raise LabelledFileError(
                f"{where}: field {task.name!r}: {given!r} is not one of {', '.join(task.labels)}"
            )
        labels[task.name] = str(label)
    if not labels:
        raise LabelledFileError(
            f"{where}: no answer; fill at least one of {', '.join(task.name for task in tasks)}"
        )
    return labels
