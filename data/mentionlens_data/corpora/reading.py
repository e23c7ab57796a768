"""Read public corpora from a folder that the user names, one gzipped JSON line at a time."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.errors import CorpusFormatError, CorpusNotFoundError

__all__ = ["read_corpus"]

_NEEDED = ("id", "text", "lang")


def read_corpus(entry: LedgerEntry, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of `<folder>/<name>/data.jsonl.gz`.

    Raises:
        CorpusNotFoundError: the file is not there; the message says where to get the corpus.
        CorpusFormatError: a line is not a JSON object with id, text and lang.
    """
    path = folder / entry.name / "data.jsonl.gz"
    if not path.is_file():
        raise CorpusNotFoundError(
            f"corpus {entry.name!r}: no file {path}. Get it from {entry.address} "
            f"(licence: {entry.licence}) and store it there as gzipped JSON lines with "
            f"id, text, lang, label, split"
        )
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _parse(line, path, number)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise CorpusFormatError(f"{path}, after line {number}: cannot be read: {error}") from error


def _parse(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise CorpusFormatError(f"{path}, line {number}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise CorpusFormatError(f"{path}, line {number}: a JSON object is needed")
    for field in _NEEDED:
        if not isinstance(row.get(field), str):
            raise CorpusFormatError(
                f"{path}, line {number}: field {field!r} must be a string, "
                f"found {type(row.get(field)).__name__}"
            )
    return row
