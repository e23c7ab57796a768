"""Where alerts go: JSON Lines in a file that a restart goes on with, or on standard output."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, BinaryIO

from mentionlens.watch import Alert

from mentionlens_data.watch.errors import WatchInputError

__all__ = ["AlertFile", "AlertStream"]


class AlertStream:
    """Alerts on a stream; each is flushed.

    Args:
        stream: standard output.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, alert: Alert) -> None:
        """Write one line."""
        self._stream.write(_line(alert))
        self._stream.flush()

    def commit(self) -> int | None:
        """Return None: a stream cannot be gone back in."""
        return None

    def close(self) -> None:
        """Leave the stream open: it is not ours."""


class AlertFile:
    """Alerts in a file, from a size on that was committed.

    Args:
        path: of the file.
        size: that an earlier run committed; what stands beyond it is written again. None begins
            the file.
        overwrite: whether a file that is there may be replaced.

    Raises:
        WatchInputError: the file is there, or is shorter than what was committed.
    """

    def __init__(self, path: Path, size: int | None, *, overwrite: bool) -> None:
        if size is None:
            # An empty one is what a run leaves that was killed at its very beginning.
            if path.exists() and path.stat().st_size and not overwrite:
                raise WatchInputError(f"{path}: is there; --overwrite replaces it")
            self._file: BinaryIO = path.open("wb")
            return
        found = path.stat().st_size if path.exists() else 0
        if found < size:
            raise WatchInputError(
                f"{path}: {found} bytes, but {size} were written before; name the file of then, or "
                "remove the state to begin anew"
            )
        self._file = path.open("r+b" if path.exists() else "wb")
        self._file.truncate(size)
        self._file.seek(size)

    def write(self, alert: Alert) -> None:
        """Write one line, to be seen by readers at once."""
        self._file.write(_line(alert))
        self._file.flush()

    def commit(self) -> int | None:
        """Bring what was written to the disk, and return the size."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _line(alert: Alert) -> bytes:
    record: dict[str, Any] = alert.to_dict()
    # A lone surrogate in a mention must not end the watch.
    return (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace")
