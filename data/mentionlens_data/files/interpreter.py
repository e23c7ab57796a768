"""From a row in their words to a row in ours, or to what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentionlens_data.files.bad_row import Fault
from mentionlens_data.files.mapping import UNKNOWN, FileMapping
from mentionlens_data.files.record import Record
from mentionlens_data.files.slice_cells import names_in
from mentionlens_data.files.synonyms import language_code, synonyms
from mentionlens_data.files.text import canonical_text, fold, short
from mentionlens_data.labelling.sample_mentions import slice_names
from mentionlens_data.schema import SPLITS
from mentionlens_data.tasks import Task

__all__ = ["FileRow", "Interpreter"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_LANGUAGES = "an ISO 639-1 code such as pl, ro, ru, es, bg, or empty"
_SLICES = "a list of short names, or one text with | ; or , between them, or empty"


@dataclass(frozen=True, slots=True)
class FileRow:
    """A good row of a labelled file.

    Attributes:
        id: their id, or the line where the file has no ids.
        text: the mention in NFC, otherwise as it was written.
        lang: ISO 639-1 code, `und` where unknown.
        labels: task to label; a task without an answer is absent.
        weight: trust in the labels, in (0, 1].
        split: `train`, `validation` or `test`; None where the file does not say.
        group: rows of one group belong together; None where the file does not say.
        line: the line on which the row begins, or its number where there are no lines.
        slices: what the mention is beyond its labels, such as `angry_genuine`.
    """

    id: str
    text: str
    lang: str
    labels: Mapping[str, str]
    weight: float
    split: str | None
    group: str | None
    line: int
    slices: tuple[str, ...] = ()


class Interpreter:
    """Reads rows by a mapping that has been checked against the tasks."""

    def __init__(self, mapping: FileMapping, tasks: Sequence[Task]) -> None:
        self._columns = mapping.columns
        self._constants = mapping.constants
        self._tasks = [task for task in tasks if task.name in mapping.columns]
        self._fixed = {
            name: label
            for name, label in mapping.constants.items()
            if name in {task.name for task in tasks}
        }
        self._answers = ", ".join(task.name for task in tasks)
        self._allowed = {task.name: ", ".join(task.labels) for task in tasks}
        self._tables = {task.name: {fold(label): label for label in task.labels} for task in tasks}
        self._tables["split"] = dict(synonyms().values["split"])
        self._tables["lang"] = {}
        self._tables["slices"] = {fold(name): name for name in slice_names()}
        for name, values in mapping.labels.items():
            self._tables[name] |= {fold(value): label for value, label in values.items()}

    def read(self, record: Record) -> FileRow | Fault:
        """Return the row, or the first thing that is wrong with it."""
        if record.fault:
            return record.fault
        values = record.values
        try:
            lang = self._lang(values)
            return FileRow(
                id=self._plain("id", values) or str(record.line),
                text=canonical_text(self._text(values), lang),
                lang=lang,
                labels=self._labels(values),
                weight=self._weight(values),
                split=self._split(values),
                group=self._plain("group", values) or None,
                line=record.line,
                slices=self._slices(values),
            )
        except _FaultyError as error:
            return error.fault

    def has_answer(self, values: Mapping[str, Any]) -> bool:
        """Return whether one of the tasks' columns holds a label that is known."""
        return any(
            fold(values.get(self._columns[task.name])) in self._tables[task.name]
            for task in self._tasks
        )

    def _given(self, field: str, values: Mapping[str, Any]) -> object:
        if field in self._constants:
            return self._constants[field]
        column = self._columns.get(field)
        return None if column is None else values.get(column)

    def _plain(self, field: str, values: Mapping[str, Any]) -> str:
        given = self._given(field, values)
        if given is None:
            return ""
        if isinstance(given, (list, dict)):
            raise _FaultyError("bad value", f"{short(given)} is no single value", field)
        text = str(given).strip()
        if not text.isascii() and _SURROGATE.search(text):
            raise _FaultyError("undecodable", "half a character, a lone surrogate", field)
        return text

    def _text(self, values: Mapping[str, Any]) -> str:
        text = self._given("text", values)
        column = self._columns["text"]
        if not isinstance(text, str) or not text.strip():
            found = f"column {column!r} is " + (
                "empty" if text is None or isinstance(text, str) else f"{short(text)}, not a text"
            )
            raise _FaultyError("no text", found, "text", "a text that is not blank")
        if not text.isascii() and _SURROGATE.search(text):
            raise _FaultyError("undecodable", "half a character, a lone surrogate", "text")
        return text

    def _labels(self, values: Mapping[str, Any]) -> dict[str, str]:
        labels = dict(self._fixed)
        for task in self._tasks:
            given = values.get(self._columns[task.name])
            # Before it is folded: a dash, which may mean something, would be as blank as a blank.
            if given is None or not str(given).strip():
                continue
            table = self._tables[task.name]
            folded = fold(given)
            label = table.get(folded)
            if label is None and folded:
                raise _FaultyError(
                    "unknown label",
                    f"{short(given)} is not a label",
                    task.name,
                    self._allowed[task.name],
                )
            if label is not None and label not in UNKNOWN:
                labels[task.name] = label
        if not labels:
            raise _FaultyError(
                "no answer", "no answer to any task", None, f"at least one of {self._answers}"
            )
        return labels

    def _lang(self, values: Mapping[str, Any]) -> str:
        given = self._plain("lang", values)
        named = self._tables["lang"].get(fold(given), given)
        if named in UNKNOWN:
            return "und"
        code = language_code(named)
        if code is None:
            problem = f"{short(given)} is no language"
            raise _FaultyError("unknown language", problem, "lang", _LANGUAGES)
        return code

    def _split(self, values: Mapping[str, Any]) -> str | None:
        given = self._plain("split", values)
        if not given:
            return None
        split = self._tables["split"].get(fold(given))
        if split in UNKNOWN:
            return None
        if split not in SPLITS:
            problem = f"{short(given)} is no split"
            raise _FaultyError("bad split", problem, "split", f"{', '.join(SPLITS)}, or empty")
        return split

    def _weight(self, values: Mapping[str, Any]) -> float:
        given = self._plain("weight", values)
        if not given:
            return 1.0
        try:
            weight = float(given.replace(",", "."))
        except ValueError:
            weight = math.nan
        if not 0.0 < weight <= 1.0:
            problem = f"{short(given)} is no weight"
            raise _FaultyError("bad weight", problem, "weight", "a number above 0, 1 at most")
        return weight

    def _slices(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        try:
            names = names_in(self._given("slices", values))
        except ValueError as error:
            raise _FaultyError("bad slices", str(error), "slices", _SLICES) from error
        table = self._tables["slices"]
        known = dict.fromkeys(table.get(fold(name), name) for name in names)
        return tuple(name for name in known if name not in UNKNOWN)


class _FaultyError(Exception):
    """Carries a fault out of the field in which it was found."""

    def __init__(self, kind: str, problem: str, field: str | None, allowed: str = "") -> None:
        self.fault = Fault(kind, problem, field, allowed)
