"""Where mentions come from: files of every format, and lines that are still being written."""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from mentionlens.errors import InputError
from mentionlens.scored_mention import Columns, ScoredMention, from_row

from mentionlens_data.files.lines import LONGEST_LINE
from mentionlens_data.triage.scored_file import ScoredFile
from mentionlens_data.watch.errors import WatchInputError

__all__ = ["FileSource", "Record", "Source", "StreamSource"]

_IDLE = 1.0
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a source.

    Attributes:
        mention: what it holds; None where it cannot be read, and where nothing came for a while.
        damaged: why the source ends here, if it breaks off; empty otherwise.
        idle: nothing came for a second; this is no record.
    """

    mention: ScoredMention | None
    damaged: str = ""
    idle: bool = False


class Source(Protocol):
    """Something that mentions come from."""

    def records(self, skip: int, base: int) -> Iterator[Record]:
        """Yield the records behind the first `skip`, numbered from `base`."""
        ...


class FileSource:
    """A file that `mentionlens score` or `mentionlens predict --format jsonl` wrote.

    Args:
        path: of the file.
        encoding: of text files; None finds out.
        options: for `Columns.find`.

    Raises:
        DataError: it cannot be read, or has no column for the times or the answers.
    """

    def __init__(self, path: Path, encoding: str | None, options: Mapping[str, Any]) -> None:
        self._file = ScoredFile(path, encoding, options)
        if self._file.source.columns_are_fixed:
            if not self._file.has("time"):
                raise WatchInputError(
                    f"{path}: no column holds the times by its name; say which does "
                    "(--column time=NAME)"
                )
            if not self._file.columns.answers:
                raise WatchInputError(
                    f"{path}: no column holds answers; `mentionlens score` adds them"
                )

    def records(self, skip: int, base: int) -> Iterator[Record]:
        """Yield the records behind the first `skip`."""
        for number, record in enumerate(self._file.source.records(), 1):
            if number <= skip:
                continue
            if record.fault:
                damaged = record.fault.problem if record.fault.kind == "damaged" else ""
                yield Record(None, damaged)
                continue
            try:
                yield Record(from_row(record.values, self._file.columns, number=base + number))
            except InputError:
                yield Record(None)


class StreamSource:
    """JSON Lines from a descriptor, each taken as soon as its line is whole.

    Args:
        descriptor: of a file, a pipe or a terminal.
        options: for `Columns.find`.
    """

    def __init__(self, descriptor: int, options: Mapping[str, Any]) -> None:
        self._descriptor = descriptor
        self._options = options
        self._columns: Columns | None = None

    def records(self, skip: int, base: int) -> Iterator[Record]:
        """Yield the records behind the first `skip`, and an idle one when nothing comes."""
        number = 0
        for line in self._lines():
            if line is None:
                yield Record(None, idle=True)
            elif line.strip():
                number += 1
                if number > skip:
                    yield self._record(line, base + number)

    def _record(self, line: bytes, number: int) -> Record:
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            return Record(None)
        if not isinstance(values, dict):
            return Record(None)
        if self._columns is None:
            try:
                self._columns = Columns.find(tuple(values), fixed=False, **self._options)
            except InputError as error:
                raise WatchInputError(f"standard input: {error}") from error
        try:
            return Record(from_row(values, self._columns, number=number))
        except InputError:
            return Record(None)

    def _lines(self) -> Iterator[bytes | None]:
        rest = b""
        skipping = False
        while True:
            if not _is_readable(self._descriptor):
                yield None
                continue
            chunk = os.read(self._descriptor, _CHUNK)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            # What has no end is no line: its beginning is a record that cannot be read.
            yield from islice(lines, 1 if skipping and lines else 0, None)
            skipping = skipping and not lines
            if len(rest) > LONGEST_LINE:
                if not skipping:
                    yield b"?"
                skipping, rest = True, b""
        if rest and not skipping:
            yield rest


def _is_readable(descriptor: int) -> bool:
    if sys.platform == "win32":  # select takes sockets only there
        return True
    return bool(select.select([descriptor], [], [], _IDLE)[0])
