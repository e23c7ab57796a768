"""Read public corpora from a folder that the user names, one gzipped JSON line at a time.

The interchange form of a corpus is `<folder>/<name>/data.jsonl.gz`: one JSON object a line with
at least `id`, `text` and `lang`, usually `label` and `split`, and what else its mapping reads.
The ledger records the sha256 of the content (of the lines, so that another compression does not
matter). Another content is no error, a user may have converted a newer copy, but it is known.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.missing import corpus_file, require_corpora
from mentionlens_data.errors import CorpusFormatError

__all__ = ["Checksum", "CorpusReader", "checksum", "read_corpus", "require_corpora"]

Checksum = Literal["same", "other", "not recorded"]
"""Whether a content is the one that a ledger entry was written for."""

_NEEDED = ("id", "text", "lang")
_CHUNK = 1 << 20


class CorpusReader:
    """Iterates over the rows of a corpus and hashes its content on the way.

    Every iteration starts anew. Whether the content is the recorded one is known once an
    iteration has reached the end of the file.
    """

    def __init__(self, entry: LedgerEntry, folder: Path) -> None:
        """Point to `<folder>/<name>/data.jsonl.gz`; nothing is opened yet."""
        self.entry = entry
        self.folder = folder
        self.path = corpus_file(entry, folder)
        self._rows_read = 0
        self._digest = hashlib.sha256()
        self._at_end = False

    @property
    def rows_read(self) -> int:
        """Number of rows given so far by the latest iteration."""
        return self._rows_read

    @property
    def content_sha256(self) -> str:
        """The sha256 of the uncompressed content, as far as the latest iteration has read."""
        return self._digest.hexdigest()

    @property
    def checksum(self) -> Checksum | None:
        """How the content compares with the ledger; None before the end was reached."""
        return _compare(self.entry, self.content_sha256) if self._at_end else None

    @property
    def matches_ledger(self) -> bool | None:
        """Whether the content is the recorded one; None where that is not known."""
        found = self.checksum
        return None if found in (None, "not recorded") else found == "same"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the rows.

        Raises:
            CorpusNotFoundError: the file is not there; the message says where to get the corpus.
            CorpusFormatError: a line is not a JSON object with id, text and lang.
        """
        require_corpora([self.entry], self.folder)
        self._rows_read, self._digest, self._at_end = 0, hashlib.sha256(), False
        try:
            with gzip.open(self.path, "rb") as lines:
                for line in lines:
                    self._digest.update(line)
                    row = _parse(line, self.path, self._rows_read + 1)
                    self._rows_read += 1
                    yield row
        except (OSError, EOFError, zlib.error) as error:
            raise CorpusFormatError(
                f"{self.path}, after line {self._rows_read}: cannot be read: {error}"
            ) from error
        self._at_end = True

    def identified(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every row behind the id that it has in prepared sets.

        That is `<corpus>/<the corpus's own id>`, with `#2`, `#3` ... where an id comes again.

        Raises:
            CorpusNotFoundError: the file is not there; the message says where to get the corpus.
            CorpusFormatError: a line is not a JSON object with id, text and lang.
        """
        seen: Counter[str] = Counter()
        for row in self:
            seen[row["id"]] += 1
            again = seen[row["id"]]
            yield f"{self.entry.name}/{row['id']}" + (f"#{again}" if again > 1 else ""), row


def read_corpus(entry: LedgerEntry, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a corpus; `CorpusReader` also tells what was read.

    Raises:
        CorpusNotFoundError: the file is not there; the message says where to get the corpus.
        CorpusFormatError: a line is not a JSON object with id, text and lang.
    """
    yield from CorpusReader(entry, folder)


def checksum(entry: LedgerEntry, folder: Path) -> Checksum:
    """Say whether the content on disk is the one that the entry was written for.

    Reads the whole file, but no row of it.

    Raises:
        CorpusNotFoundError: the file is not there; the message says where to get the corpus.
        CorpusFormatError: the file is not gzip, or damaged.
    """
    require_corpora([entry], folder)
    path = corpus_file(entry, folder)
    digest = hashlib.sha256()
    try:
        with gzip.open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusFormatError(f"{path}: cannot be read: {error}") from error
    return _compare(entry, digest.hexdigest())


def _compare(entry: LedgerEntry, digest: str) -> Checksum:
    if entry.sha256 is None:
        return "not recorded"
    return "same" if digest == entry.sha256 else "other"


def _parse(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CorpusFormatError(f"{path}, line {number}: cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
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
