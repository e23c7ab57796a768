"""Lines of a file of any encoding, plain or gzipped: each is decoded alone, and none stops it."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from mentionlens_data.errors import LabelledFileError
from mentionlens_data.files.bad_row import Fault
from mentionlens_data.files.encoding import (
    DISPLAY_NAMES,
    Encoding,
    detect_encoding,
    named_encoding,
)

__all__ = ["LONGEST_LINE", "Line", "TextFile"]

LONGEST_LINE = 8 << 20
"""Bytes; what goes beyond is no row but a file of something else, or a damaged one."""

_CHUNK = 1 << 18
_START = 1 << 16
_LINES_TO_LOOK_AT = 2_000
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
# The ISO encodings give these bytes a meaning that no text uses: they are errors there.
_CONTROL = re.compile("[\x80-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Line:
    r"""A line with its end, decoded.

    Attributes:
        number: from 1.
        text: what stands there; where `fault` is set, bad bytes are written as `\xNN`.
        fault: why the line cannot be used, if so.
    """

    number: int
    text: str
    fault: Fault | None = None


class TextFile:
    """A text file whose encoding is known; every iteration reads it from the start.

    Args:
        path: a file, gzipped where its name ends in `.gz`.
        encoding: overrules what would be detected.

    Raises:
        LabelledFileError: no such file, not readable, or an unknown encoding.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        if not path.is_file():
            raise LabelledFileError(f"{path}: no such file")
        try:
            with self._open() as file:
                start = file.read(_START)
            self.encoding = self._choose(start, encoding)
        except (OSError, EOFError, zlib.error) as error:
            raise LabelledFileError(f"{path}: cannot be read: {error}") from error
        separator = "\n"
        decoded = start[self.encoding.mark :].decode(self.encoding.name, "replace")
        if "\n" not in decoded and "\r" in decoded:
            separator = "\r"  # as old Macs wrote, and Excel still offers
        self._separator = separator.encode(self.encoding.name)

    def __iter__(self) -> Iterator[Line]:
        """Yield every line; a gzip stream that breaks off ends in a line with a fault."""
        number = 0
        try:
            for number, (data, whole) in enumerate(self._split(), start=1):
                yield self._line(number, data, whole)
        except (OSError, EOFError, zlib.error) as error:
            fault = Fault("damaged", f"the file is damaged, what follows is lost: {error}")
            yield Line(number + 1, "", fault)

    def _choose(self, start: bytes, encoding: str | None) -> Encoding:
        if encoding is not None:
            return named_encoding(encoding, start)
        with self._open() as file:
            try:
                return detect_encoding(start, islice(_marked_lines(file), _LINES_TO_LOOK_AT))
            except (EOFError, zlib.error, gzip.BadGzipFile):
                return detect_encoding(start, _marked(start))

    @contextmanager
    def _open(self) -> Iterator[BinaryIO]:
        with self.path.open("rb") as raw:
            if self.path.suffix.lower() == ".gz":
                with gzip.open(raw) as file:
                    yield file  # type: ignore[misc]
            else:
                yield raw

    def _split(self) -> Iterator[tuple[bytes, bool]]:
        """Yield lines as bytes, and whether each is whole; the rest of a cut one is passed over."""
        width = len(self._separator)
        with self._open() as file:
            file.read(self.encoding.mark)
            rest = b""
            skipping = False
            while chunk := file.read(_CHUNK):
                *lines, rest = _cut(rest + chunk, self._separator, width)
                for line in lines:
                    if not skipping:
                        yield line, True
                    skipping = False
                if skipping:
                    rest = rest[len(rest) - len(rest) % width :]
                elif len(rest) > LONGEST_LINE:
                    yield rest[:200], False
                    skipping, rest = True, b""
            if rest and not skipping:
                yield rest, True

    def _line(self, number: int, data: bytes, whole: bool) -> Line:
        name = self.encoding.name
        if not whole:
            text = data.decode(name, "replace") + "…"
            return Line(number, text, Fault("too long", f"longer than {LONGEST_LINE:,} bytes"))
        try:
            text = data.decode(name)
        except UnicodeDecodeError as error:
            return self._undecodable(number, data, data[error.start : error.end], error.start)
        if name.startswith("iso") and (found := _CONTROL.search(text)):
            return self._undecodable(number, data, found[0].encode(name), found.start())
        return Line(number, text)

    def _undecodable(self, number: int, data: bytes, bad: bytes, position: int) -> Line:
        shown = DISPLAY_NAMES.get(self.encoding.name, self.encoding.name)
        fault = Fault(
            "undecodable",
            f"byte {position + 1} of the line, 0x{bad[:1].hex()}, is not {shown}",
            allowed=f"text in {shown}, or another `encoding` in the mapping",
        )
        return Line(number, data.decode(self.encoding.name, "backslashreplace"), fault)


def _cut(data: bytes, separator: bytes, width: int) -> list[bytes]:
    """Cut after every separator that lies on a character boundary; the last part has none."""
    parts = []
    start = position = 0
    while (position := data.find(separator, position)) >= 0:
        if position % width:
            position += 1
            continue
        position += width
        parts.append(data[start:position])
        start = position
    parts.append(data[start:])
    return parts


def _marked_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines with bytes beyond ASCII, however late in the file they come."""
    rest = b""
    while chunk := file.read(_CHUNK):
        if rest.isascii() and chunk.isascii():
            rest = b""
            continue
        whole, _, rest = (rest + chunk).rpartition(b"\n")
        yield from _marked(whole)
        if len(rest) > _CHUNK:
            yield from _marked(rest)
            rest = b""
    yield from _marked(rest)


def _marked(data: bytes) -> Iterator[bytes]:
    return (line for line in data.split(b"\n") if _BEYOND_ASCII.search(line))
