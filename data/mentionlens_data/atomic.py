"""Files that appear as a whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["written_atomically"]


@contextmanager
def written_atomically(
    path: Path, *, encoding: str = "utf-8", errors: str = "strict"
) -> Iterator[IO[str]]:
    """Give a text file that takes its name only when the block ends well.

    Until then it lies beside `path` under a name of its own, and what stood at `path` stays. Line
    ends are written as they are given.

    Args:
        path: of the finished file; its folder exists.
        encoding: of the file.
        errors: what becomes of lone surrogates, which no encoding holds, as in `open`.
    """
    with tempfile.NamedTemporaryFile(
        "w",
        encoding=encoding,
        errors=errors,
        newline="",
        dir=path.parent,
        prefix=f".{path.name}-",
        delete=False,
    ) as file:
        temporary = Path(file.name)
        try:
            yield file
            file.close()
            # A temporary file is for its owner alone.
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
