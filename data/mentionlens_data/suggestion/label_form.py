"""Whether a file of suggestions, once its labels are filled in, is read as it is meant."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from mentionlens_data.files.guessing import guess_mapping
from mentionlens_data.files.interpreter import FileRow, Interpreter
from mentionlens_data.files.mapping import FileMapping
from mentionlens_data.files.record import Record
from mentionlens_data.tasks import Task

__all__ = ["form_mapping", "form_mapping_text"]


def form_mapping(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    *,
    text: str,
    lang: str | None,
    tasks: Sequence[Task],
) -> FileMapping | None:
    """Return the mapping that the file needs; None where it is read well without one.

    Every row is read as if it were labelled. Columns of the input may be called like fields that
    they are not (an id that is not unique, a weight in kilograms): such fields are left out.

    Args:
        columns: of the file, label columns (which are called like the tasks) included.
        rows: what is in the cells.
        text: column of the mentions.
        lang: column of their languages, if there is one.
        tasks: of the label columns.
    """
    filled = [{**row, **{task.name: task.labels[0] for task in tasks}} for row in rows]
    own = {task.name: task.name for task in tasks}
    guessed = guess_mapping(columns, rows, tasks).mapping
    as_guessed = guessed.columns
    meant = as_guessed.get("text") == text and own.items() <= as_guessed.items()
    if meant and lang in (None, as_guessed.get("lang")) and _reads(guessed, filled, tasks):
        return None
    fields = {"text": text} | ({"lang": lang} if lang else {}) | own
    unsafe = {"text", "lang", *own}
    further = {
        name: column
        for name, column in as_guessed.items()
        if name not in unsafe and column not in fields.values()
    }
    plain = {name: column for name, column in fields.items() if name != "lang"}
    attempts = [
        *({**fields, name: column} for name, column in further.items() if name == "id"),
        fields,
        plain,
    ]
    return next(
        (mapping for mapping in map(_mapping, attempts) if _reads(mapping, filled, tasks)),
        _mapping(fields),
    )


def form_mapping_text(mapping: FileMapping, name: str) -> str:
    """Return the mapping as TOML.

    Args:
        mapping: from `form_mapping`.
        name: of the file that it is for.
    """
    lines = [f"# How {_line(name)} is read once it is labelled.", "", "[columns]"]
    # A JSON string is a TOML string, but for DEL.
    lines += [f"{_quoted(field)} = {_quoted(column)}" for field, column in mapping.columns.items()]
    return "\n".join(lines) + "\n"


def _mapping(columns: Mapping[str, str]) -> FileMapping:
    return FileMapping(columns=dict(columns))


def _reads(mapping: FileMapping, rows: Sequence[Mapping[str, str]], tasks: Sequence[Task]) -> bool:
    ids = set()
    for row in _read(mapping, rows, tasks):
        if row is None or ("id" in mapping.columns and row.id in ids):
            return False
        ids.add(row.id)
    return True


def _read(
    mapping: FileMapping, rows: Sequence[Mapping[str, str]], tasks: Sequence[Task]
) -> Iterator[FileRow | None]:
    interpreter = Interpreter(mapping, tasks)
    for line, row in enumerate(rows, 2):
        found = interpreter.read(Record(line, row, row))
        yield found if isinstance(found, FileRow) else None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _line(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
