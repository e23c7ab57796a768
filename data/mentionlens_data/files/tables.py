"""Parquet files, saved `datasets` folders and names of a hub: rows that have numbers, no lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import Fault
from mentionlens_data.files.encoding import Encoding
from mentionlens_data.files.record import Record

__all__ = ["HUB_PREFIX", "DatasetSource", "ParquetSource"]

HUB_PREFIX = "datasets:"
"""Begins the name of a set that `datasets.load_dataset` finds: `datasets:NAME[@CONFIG][#SPLIT]`."""

_NAME = re.compile(r"(?P<name>[^@#]+)(?:@(?P<config>[^#]+))?(?:#(?P<split>.+))?")
_BATCH = 1_000


class ParquetSource:
    """Rows of a Parquet file; see `Source`.

    Attributes:
        schema: names and types of the columns, as pyarrow has them.
        rows: how many there are.

    Raises:
        LabelledFileError: pyarrow is not installed, or the file is damaged.
    """

    format = "Parquet"
    encoding: Encoding | None = None
    columns_are_fixed = True

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise LabelledFileError(f"{path}: no such file")
        try:
            from pyarrow import parquet
        except ImportError as error:
            raise _missing("pyarrow", path) from error
        try:
            self._file = parquet.ParquetFile(path)
        except (OSError, ValueError) as error:
            raise LabelledFileError(f"{path}: no Parquet file: {error}") from error
        self.schema = self._file.schema_arrow
        self.columns = tuple(self.schema.names)
        self.rows = int(self._file.metadata.num_rows)

    def records(self) -> Iterator[Record]:
        """Yield every row from the start of the file."""
        number = 0
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH):
                for values in batch.to_pylist():
                    number += 1
                    yield Record(number, values, values)
        except (OSError, ValueError) as error:
            fault = Fault("damaged", f"the file is damaged, what follows is lost: {error}")
            yield Record(number + 1, {}, "", fault)


class DatasetSource:
    """Rows of a folder that `save_to_disk` wrote, or of a name on a hub; see `Source`.

    Where there are several splits and no column `split`, one is added. Labels that are stored as
    numbers are given their names.

    Args:
        name: a folder, or `datasets:NAME[@CONFIG][#SPLIT]`, where NAME may also be a folder with
            data files. Sets on a hub are streamed.

    Raises:
        LabelledFileError: `datasets` is not installed, or cannot load that.
    """

    encoding: Encoding | None = None
    columns_are_fixed = True

    def __init__(self, name: str) -> None:
        try:
            import datasets
        except ImportError as error:
            raise _missing("datasets", name) from error
        try:
            if name.startswith(HUB_PREFIX):
                self.format = "datasets, streamed"
                loaded = _load(name)
            else:
                self.format = "saved datasets"
                loaded = datasets.load_from_disk(name)
            several = isinstance(loaded, Mapping)
            self._parts = dict(loaded) if several else {"": loaded}
            first = next(iter(self._parts.values()))
            columns = tuple(first.column_names or next(iter(first)))
        except (OSError, ValueError, RuntimeError, StopIteration) as error:
            raise LabelledFileError(f"{name}: cannot be loaded: {_one_line(error)}") from error
        self._add_split = several and "split" not in columns
        self.columns = (*columns, "split") if self._add_split else columns

    def records(self) -> Iterator[Record]:
        """Yield every row of every split from the start."""
        number = 0
        for split, part in self._parts.items():
            names = {
                column: feature.int2str
                for column, feature in (part.features or {}).items()
                if hasattr(feature, "int2str")
            }
            for row in part:
                number += 1
                values = {column: _named(value, names.get(column)) for column, value in row.items()}
                if self._add_split:
                    values["split"] = split
                yield Record(number, values, values)


def _named(value: object, int2str: Callable[[int], str] | None) -> object:
    # -1 stands for "no label" in `datasets`.
    if int2str is None or not isinstance(value, int):
        return value
    return None if value < 0 else int2str(value)


def _load(name: str) -> Any:  # noqa: ANN401 - one of four kinds of sets
    import datasets

    match = _NAME.fullmatch(name.removeprefix(HUB_PREFIX))
    if match is None:
        raise ValueError("the form is datasets:NAME[@CONFIG][#SPLIT]")
    return datasets.load_dataset(
        match["name"], match["config"], split=match["split"], streaming=True
    )


def _missing(module: str, name: object) -> LabelledFileError:
    return LabelledFileError(
        f"{name}: needs {module}, which is not installed; `pip install mentionlens[data]`"
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
