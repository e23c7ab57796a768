"""One process at a time sets up a new store: MLflow makes the tables of one unguarded."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks: there it is as MLflow leaves it
    fcntl = None  # type: ignore[assignment]

__all__ = ["setting_up_alone"]

_LOCAL = "sqlite:///"


@contextlib.contextmanager
def setting_up_alone(uri: str) -> Iterator[None]:
    """Wait until no other process of this user sets the store up.

    Of two that open a database that does not exist yet, one would fail on a table or column that
    the other one has just made: a training that is tracked, and a promotion beside it. The file
    that is locked lies among the temporary ones, and stays there.

    Args:
        uri: address of the store; one that is no database of this machine needs no waiting.
    """
    if fcntl is None or not uri.startswith(_LOCAL):
        yield
        return
    database = str(Path(uri.removeprefix(_LOCAL)).resolve())
    name = hashlib.sha256(database.encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"mentionlens-store-{os.getuid()}-{name}.lock"
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
