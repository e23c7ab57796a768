"""From a name to an opened source: the ending, or what stands in the folder, tells the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.delimited import DelimitedSource
from mentionlens_data.files.json_lines import JsonLinesSource
from mentionlens_data.files.record import Source
from mentionlens_data.files.tables import HUB_PREFIX, DatasetSource, ParquetSource

__all__ = ["ENDINGS", "open_source"]

_DELIMITED = (".csv", ".tsv")
_JSON_LINES = (".jsonl", ".ndjson", ".json")
ENDINGS = (*_JSON_LINES, *_DELIMITED, ".parquet")
"""The endings that are read; all but the last may be followed by `.gz`."""


def open_source(
    name: Path | str,
    *,
    encoding: str | None = None,
    header: bool = True,
    quotes: bool = True,
    is_row: Callable[[dict[str, str]], bool] = lambda row: False,
) -> Source:
    """Open a labelled file of any format.

    Args:
        name: a file, a folder written by `datasets`' `save_to_disk`, or
            `datasets:NAME[@CONFIG][#SPLIT]`.
        encoding: overrules what would be detected.
        header: whether the first row of a CSV file names its columns.
        quotes: whether quotes around the fields of a CSV file have a meaning.
        is_row: see `DelimitedSource`.

    Raises:
        LabelledFileError: no such file, an ending that is not known, or a file that cannot be read.
    """
    if str(name).startswith(HUB_PREFIX):
        return DatasetSource(str(name))
    path = Path(name)
    if path.is_dir():
        if not any((path / file).is_file() for file in ("state.json", "dataset_dict.json")):
            raise LabelledFileError(
                f"{path}: a folder, but not one that `datasets` saved; name a file in it, or "
                f"{HUB_PREFIX}{path} to have its data files found"
            )
        return DatasetSource(str(path))
    if not path.exists():
        raise LabelledFileError(f"{path}: no such file or folder")
    ending = Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if ending in _JSON_LINES:
        return JsonLinesSource(path, encoding=encoding)
    if ending in _DELIMITED:
        return DelimitedSource(path, encoding=encoding, header=header, quotes=quotes, is_row=is_row)
    if ending == ".parquet" and path.suffix.lower() != ".gz":
        return ParquetSource(path)
    raise LabelledFileError(
        f"{path}: the name must end in {', '.join(ENDINGS)} (all but .parquet also with .gz)"
    )
