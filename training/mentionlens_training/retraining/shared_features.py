"""Features that several runs share: what one has computed of a mention, the next ones read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mentionlens_training.export.pooled import Pooler

__all__ = ["SharedFeatures"]

_DIGEST = 16


class SharedFeatures:
    """A pooler that keeps every answer of another one on disk, under the ids that it answered.

    Two files grow by whole rows: `<encoder>.f32` holds features, `<encoder>.keys` digests of the
    ids in the same order. The keys are written last, so that a row whose writing was stopped does
    not count. For one process at a time.

    Args:
        pooler: ids to features; asked for what is not there.
        folder: of the files; runs with different encoders may share it.
        encoder: names the encoder's weights.
    """

    def __init__(self, pooler: Pooler, folder: Path, *, encoder: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._pooler = pooler
        name = hashlib.sha256(f"{encoder} {pooler.size}".encode()).hexdigest()[:16]
        self._rows, self._keys = folder / f"{name}.f32", folder / f"{name}.keys"
        self._places = self._open()

    @property
    def size(self) -> int:
        """Features of a row."""
        return self._pooler.size

    def __call__(self, windows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return (windows, size), in the order of the windows."""
        keys = [_key(window) for window in windows]
        missing = {
            key: window
            for key, window in zip(keys, windows, strict=True)
            if key not in self._places
        }
        if missing:
            self._append(list(missing), self._pooler(list(missing.values())))
        if not keys:
            return np.empty((0, self.size), np.float32)
        rows = np.memmap(self._rows, np.float32, "r", shape=(len(self._places), self.size))
        return np.array(rows[[self._places[key] for key in keys]])

    def _open(self) -> dict[bytes, int]:
        """Return the keys that are there, and cut off what was not written to the end."""
        for path in (self._rows, self._keys):
            path.touch()
        row = self.size * np.dtype(np.float32).itemsize
        whole = min(self._rows.stat().st_size // row, self._keys.stat().st_size // _DIGEST)
        for path, length in ((self._rows, row), (self._keys, _DIGEST)):
            with path.open("r+b") as file:
                file.truncate(whole * length)
        keys = self._keys.read_bytes()
        return {keys[i * _DIGEST : (i + 1) * _DIGEST]: i for i in range(whole)}

    def _append(self, keys: Sequence[bytes], features: NDArray[np.float32]) -> None:
        with self._rows.open("ab") as file:
            file.write(np.ascontiguousarray(features, np.float32).tobytes())
        with self._keys.open("ab") as file:
            file.write(b"".join(keys))
        for key in keys:
            self._places[key] = len(self._places)


def _key(window: Sequence[int]) -> bytes:
    return hashlib.blake2b(np.asarray(window, np.int64).tobytes(), digest_size=_DIGEST).digest()
