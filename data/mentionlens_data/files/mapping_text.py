"""A mapping as TOML that a person reads and edits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mentionlens_data.files.encoding import Encoding
from mentionlens_data.files.guessing import Guess
from mentionlens_data.files.labelled_file import LabelledFile
from mentionlens_data.files.mapping import FileMapping, completed
from mentionlens_data.tasks import Task

__all__ = ["mapping_text"]


def mapping_text(file: LabelledFile) -> str:
    """Return the mapping guessed for a file.

    Questions, unused columns and the values that a person has to map stand in comments: to answer
    is to correct a label and to take the sign of the comment away.
    """
    guess = file.guess
    mapping = completed(file.given, guess.mapping)
    lines = [f"# How {_comment(Path(file.name).name)} is read; guessed, to be checked by a person."]
    lines += [f"# QUESTION: {_comment(question)}" for question in guess.questions]
    lines += [
        "",
        *_settings(mapping, file.source.encoding),
        "[columns]  # our field = their column",
    ]
    for name, column in mapping.columns.items():
        why = guess.reasons.get(name, "")
        lines.append(f"{name} = {_quoted(column)}" + (f"  # {_comment(why)}" if why else ""))
    lines += [
        f"# {task.name} = {_quoted(guess.open_values[task.name].column)}"
        for task in file.tasks
        if task.name in guess.open_values and task.name not in mapping.columns
    ]
    unused = ", ".join(_quoted(name) for name in guess.ignored)
    if unused:
        lines.append(f"# not used: {_comment(unused)}")
    for task in file.tasks:
        lines += ["", *_labels(task, mapping, guess)]
    lines += ["", '[constants]  # our field = one value for the whole file, such as: lang = "pl"']
    lines += [f"{name} = {_quoted(value)}" for name, value in mapping.constants.items()]
    return "\n".join(lines) + "\n"


def _settings(mapping: FileMapping, found: Encoding | None) -> list[str]:
    lines = []
    if mapping.encoding is not None:
        lines.append(f"encoding = {_quoted(mapping.encoding)}")
    elif found is not None and found.sure != "certain":
        lines.append(f"encoding = {_quoted(found.display)}  # {found.sure}: {_comment(found.why)}")
    if not mapping.header:
        lines.append("header = false")
    if not mapping.quotes:
        lines.append("quotes = false")
    return [*lines, ""] if lines else []


def _labels(task: Task, mapping: FileMapping, guess: Guess) -> list[str]:
    table: Mapping[str, str] = mapping.labels.get(task.name, {})
    heading = (
        f"[labels.{task.name}]  # their value = {', '.join(task.labels)}, or ? where not known"
    )
    lines = [heading if task.name in mapping.columns else f"# {heading}"]
    lines += [f"{_quoted(value)} = {_quoted(label)}" for value, label in table.items()]
    values = guess.open_values.get(task.name)
    if values is not None:
        lines += [
            f"# {_quoted(value)} = {_quoted(label)}  # {values.rows[value]:,} rows"
            for value, label in values.labels.items()
        ]
    return lines


def _quoted(text: str) -> str:
    # A JSON string is a TOML string, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
