"""Their columns and label values to ours: a small TOML file that a person can write."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mentionlens_data.errors import FileMappingError
from mentionlens_data.files.text import fold
from mentionlens_data.tasks import Task

__all__ = ["FIELDS", "UNKNOWN", "FileMapping", "completed", "load_mapping", "own_names"]

FIELDS = ("text", "id", "lang", "split", "group", "weight", "slices")
"""Our fields beside the tasks."""

UNKNOWN = ("", "?")
"""Labels that stand for `not known`: such a value is no answer, and no fault."""

_WITH_VALUES = ("lang", "split", "slices")  # fields whose values may be mapped, as labels are


class FileMapping(BaseModel):
    """How a file is to be read.

    Attributes:
        encoding: name of the encoding; None has it detected.
        header: whether the first row of a CSV file names the columns; else they are `1`, `2`, ...
        quotes: whether a quote at the start of a CSV field opens a quoted text; false where quotes
            are mere characters, as in many TSV files.
        columns: our field or task to their column; where there are none, they are guessed.
        labels: task (or `lang`, `split`, `slices`) to their value to our label; `""` or `"?"` where
            the value says that the answer is not known. Our own labels always mean themselves,
            unless named here.
        constants: our field or task to the one value that holds for the whole file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str | None = None
    header: bool = True
    quotes: bool = True
    columns: dict[str, str] = Field(default_factory=dict)
    labels: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)

    def check(self, tasks: Sequence[Task], where: str = "mapping") -> None:
        """Check every name against the fields and the tasks.

        Raises:
            FileMappingError: a field, task or label that does not exist, a field that has both a
                column and a constant, or columns without one for the text.
        """
        problem = next(self._problems({task.name: task.labels for task in tasks}), None)
        if problem:
            raise FileMappingError(f"{where}: {problem}")

    def _problems(self, tasks: Mapping[str, Sequence[str]]) -> Iterator[str]:
        possible = (*FIELDS, *tasks)
        for table, keys in (("columns", self.columns), ("constants", self.constants)):
            for key in keys:
                if key not in possible:
                    yield f"[{table}] {key!r}: no such field; possible: {', '.join(possible)}"
        if self.columns and "text" not in self.columns:
            yield "[columns] lacks `text`: which column is the text?"
        yield from self._constant_problems(tasks)
        for key, table_of_values in self.labels.items():
            if key not in tasks and key not in _WITH_VALUES:
                allowed = ", ".join((*tasks, *_WITH_VALUES))
                yield f"[labels.{key}]: no such task; possible: {allowed}"
            yield from _label_problems(key, table_of_values, tasks.get(key))

    def _constant_problems(self, tasks: Mapping[str, Sequence[str]]) -> Iterator[str]:
        for key, value in self.constants.items():
            if key in self.columns:
                yield f"{key!r} has both a column and a constant"
            if key in ("text", "id"):
                yield f"[constants] {key!r}: differs from row to row"
            if key in tasks and value not in tasks[key]:
                yield f"[constants] {key}: {value!r} is not one of {', '.join(tasks[key])}"


def _label_problems(
    key: str, values: Mapping[str, str], labels: Sequence[str] | None
) -> Iterator[str]:
    seen: dict[str, str] = {}
    for value, label in values.items():
        if labels is not None and label not in (*labels, *UNKNOWN):
            yield (
                f"[labels.{key}] {value!r}: {label!r} is not one of {', '.join(labels)} "
                f'(or "?" where the answer is not known)'
            )
        if seen.setdefault(fold(value), label) != label:
            yield f"[labels.{key}] {value!r}: given twice, with different labels"


def own_names(columns: Sequence[str] | None, tasks: Sequence[Task]) -> FileMapping:
    """Return the mapping of a file that already uses our names: every field to itself.

    Args:
        columns: the columns of the file; None where any row may have others.
        tasks: the questions.
    """
    fields = (*FIELDS, *(task.name for task in tasks))
    return FileMapping(
        columns={name: name for name in fields if columns is None or name in columns}
    )


def completed(given: FileMapping, guessed: FileMapping) -> FileMapping:
    """Return a mapping that names no columns with guessed ones; what it does say stands."""
    columns = {k: v for k, v in guessed.columns.items() if k not in given.constants}
    labels = {k: v for k, v in guessed.labels.items() if k not in given.constants}
    return given.model_copy(update={"columns": columns, "labels": labels | given.labels})


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping from a TOML file.

    Raises:
        FileMappingError: no such file, not TOML, or not what `FileMapping` says.
    """
    try:
        return FileMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise FileMappingError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileMappingError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FileMappingError(f"{path}: {place}: {first['msg']}") from error
