"""What `inspect` and `validate` show to people."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

from mentionlens_data.files.columns import ColumnView
from mentionlens_data.files.guessing import Guess
from mentionlens_data.files.labelled_file import LabelledFile
from mentionlens_data.files.mapping import UNKNOWN
from mentionlens_data.files.text import fold
from mentionlens_data.files.validation import Validation

__all__ = ["guess_text", "inspection_text", "printable", "validation_text"]

_LONGEST_NAME = 24
_LONGEST_WHY = 34
_NARROWEST_EXAMPLES = 24


def inspection_text(file: LabelledFile) -> str:
    """Return what the first rows of a file hold and how it would be read."""
    guess = file.guess
    rows = guess.columns[0].rows if guess.columns else 0
    blocks = [_heading(file, rows, guess.unreadable), _column_table(guess)]
    blocks += [_label_table(file, guess, name) for name in (task.name for task in file.tasks)]
    if guess.questions:
        asked = [f"  {n}. {printable(text)}" for n, text in enumerate(guess.questions, start=1)]
        blocks.append("\n".join(["Questions, for a person to answer in the mapping", *asked]))
    blocks.append(_missing(file, guess))
    return "\n\n".join(block for block in blocks if block)


def guess_text(file: LabelledFile) -> str:
    """Return, in short, which columns were guessed and what is not clear."""
    columns = ", ".join(f"{name} = {column!r}" for name, column in file.mapping.columns.items())
    lines = [f"{printable(file.name)}: columns as guessed: {printable(columns)}"]
    lines += [f"  question: {printable(question)}" for question in file.guess.questions]
    if file.guess.questions:
        lines.append("  `mentionlens data inspect --write-mapping` gives a mapping to answer in")
    return "\n".join(lines)


def validation_text(file: LabelledFile, found: Validation) -> str:
    """Return the counts of a file that was read."""
    lines = [printable(file.name), f"  {_format(file)}"]
    width = max(len(f"{found.rows:,}"), 5)
    lines.append(f"  {found.rows:>{width},} rows (blank lines are none)")
    lines.append(f"  {found.good:>{width},} good")
    lines.append(f"  {found.bad.total():>{width},} bad")
    lines += [f"  {'':>{width}}   {number:,} {kind}" for kind, number in found.bad.most_common()]
    lines.append("")
    others = (("lang", found.langs), ("split", found.splits), ("slices", found.slices))
    for name, counts in (*found.labels.items(), *others):
        if counts:
            shown = ", ".join(f"{label} {number:,}" for label, number in counts.most_common(12))
            lines.append(f"  {name:<10} {shown}")
    ignored = [name for name in file.source.columns if name not in file.mapping.columns.values()]
    if ignored:
        lines.append(f"  not used   {', '.join(_cut(name, _LONGEST_NAME) for name in ignored)}")
    return "\n".join(lines).rstrip()


def printable(text: str) -> str:
    """Return `text` on one line without control characters, safe for a terminal."""
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text
    )


def _heading(file: LabelledFile, rows: int, unreadable: Sequence[str]) -> str:
    lines = [printable(file.name), f"  format     {file.source.format}"]
    encoding = file.source.encoding
    if encoding is not None:
        lines.append(f"  encoding   {encoding} ({encoding.sure}: {encoding.why})")
    lines.append(f"  looked at  {rows:,} rows")
    if unreadable:
        lines.append(f"             and {len(unreadable):,} that cannot be read, such as")
        lines += [f"             {printable(text)}" for text in unreadable[:3]]
    return "\n".join(lines)


def _format(file: LabelledFile) -> str:
    encoding = file.source.encoding
    if encoding is None:
        return file.source.format
    return f"{file.source.format}, {encoding} ({encoding.sure}: {encoding.why})"


def _column_table(guess: Guess) -> str:
    fields = {column: name for name, column in guess.mapping.columns.items()}
    rows = [("COLUMN", "FILLED", "DISTINCT", "IS OUR", "BECAUSE OF")]
    for view in guess.columns:
        field = fields.get(view.name, "")
        filled = f"{100 * view.filled / max(1, view.rows):.0f} %"
        why = _cut(guess.reasons.get(field, ""), _LONGEST_WHY)
        name = _cut(view.name, _LONGEST_NAME) or '""'
        rows.append((name, filled, f"{view.distinct:,}", field or "-", why))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    room = max(_NARROWEST_EXAMPLES, shutil.get_terminal_size((110, 24)).columns - sum(widths) - 12)
    examples = ["EXAMPLES", *(_examples(view, room) for view in guess.columns)]
    lines = []
    for row, shown in zip(rows, examples, strict=True):
        name, filled, values, field, why = (
            cell.rjust(width) if i in (1, 2) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append(f"  {name}  {filled}  {values}  {field}  {why}  {shown}".rstrip())
    return "\n".join(lines)


def _examples(view: ColumnView, room: int) -> str:
    return _cut(" | ".join(_cut(text, 40) for text in view.examples), room)


def _label_table(file: LabelledFile, guess: Guess, task: str) -> str:
    column = guess.mapping.columns.get(task)
    view = next((view for view in guess.columns if view.name == column), None)
    if view is None or not view.values:
        return ""
    table: Mapping[str, str] = {
        fold(label): label for item in file.tasks if item.name == task for label in item.labels
    } | {fold(value): label for value, label in guess.mapping.labels.get(task, {}).items()}
    lines = [f"Labels of {task}, from {view.name!r}"]
    width = max(7, *(len(_cut(value, 30)) for value in view.values))
    for value, number in view.values.items():
        label = table.get(fold(value), "no label: these rows would be bad")
        shown = "no answer" if label in UNKNOWN else label
        lines.append(f"  {_cut(value, 30):<{width}}  {number:>7,}  -> {shown}")
    empty = view.rows - view.filled
    if empty:
        lines.append(f"  {'(empty)':<{width}}  {empty:>7,}  -> no answer")
    return "\n".join(lines)


def _missing(file: LabelledFile, guess: Guess) -> str:
    given = guess.mapping.columns
    notes = []
    tasks = [task.name for task in file.tasks if task.name not in given]
    if tasks:
        notes.append(f"Not answered by this file: {', '.join(tasks)}.")
    if "lang" not in given:
        notes.append("No language is named; lang under [constants] says it for the whole file.")
    if "id" not in given:
        notes.append("No ids: the number of the line takes their place.")
    return "\n".join(notes)


def _cut(text: str, width: int) -> str:
    text = printable(text[: width + 1])
    return text if len(text) <= width else text[: width - 1] + "…"
