"""Ids that were seen, in 24 to 48 bytes each, however long they are."""

from __future__ import annotations

import hashlib
from array import array

__all__ = ["SeenIds"]


class SeenIds:
    """Remembers 64-bit hashes of ids and the lines they stood on (an open-addressing table).

    Two different ids of a million share a hash with a chance of 3 in 100 million.
    """

    def __init__(self) -> None:
        self._count = 0
        self._hashes = array("Q", bytes(8 * 1024))
        self._lines = array("Q", bytes(8 * 1024))

    def add(self, own_id: str, line: int) -> int | None:
        """Remember an id; return the line on which it stood before, if it did."""
        data = own_id.encode("utf-8", "surrogatepass")
        digest = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") or 1
        place = self._place(digest)
        if self._hashes[place]:
            return self._lines[place]
        self._hashes[place], self._lines[place] = digest, line
        self._count += 1
        if self._count * 3 > len(self._hashes) * 2:
            self._grow()
        return None

    def _place(self, digest: int) -> int:
        mask = len(self._hashes) - 1
        place = digest & mask
        while self._hashes[place] not in (0, digest):
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        hashes, lines = self._hashes, self._lines
        self._hashes = array("Q", bytes(16 * len(hashes)))
        self._lines = array("Q", bytes(16 * len(hashes)))
        for digest, line in zip(hashes, lines, strict=True):
            if digest:
                place = self._place(digest)
                self._hashes[place], self._lines[place] = digest, line
