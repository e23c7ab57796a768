"""An output folder of Parquet parts that has its name only when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mentionlens_data.scoring.errors import ScoringError

__all__ = ["new_folder", "part_of", "partial_of"]

_PART = "part-*.parquet"


def part_of(folder: Path, number: int) -> Path:
    """Return the file of a part; sorted by name, the parts are in order."""
    return folder / f"part-{number:08d}.parquet"


def partial_of(output: Path) -> Path:
    """Return the folder that is written to until the output is whole."""
    return output.with_name(f"{output.name}.ray-partial")


@contextmanager
def new_folder(output: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder that becomes `output` when the block ends well, and goes when it does not.

    Args:
        output: the finished folder; what stands there stays until the new one is whole.
        overwrite: replace parts that stand there, or that a killed run has left.

    Raises:
        ScoringError: something stands there that is not to be replaced.
    """
    partial = partial_of(output)
    _check_free(output, partial, overwrite=overwrite)
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    try:
        yield partial
        for path in partial.iterdir():
            # What an actor left that was killed before its part had its name.
            if not path.match(_PART):
                path.unlink()
        _replace(partial, output)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _check_free(output: Path, partial: Path, *, overwrite: bool) -> None:
    if output.exists() and not output.is_dir():
        raise ScoringError(f"{output}: a file; the ray engine needs the name of a folder")
    if not overwrite and partial.exists():
        raise ScoringError(
            f"{partial}: a run is not finished, or was killed; --overwrite starts again"
        )
    if output.exists() and any(output.iterdir()):
        if not overwrite:
            raise ScoringError(f"{output}: is there already; --overwrite replaces it")
        foreign = [path.name for path in sorted(output.iterdir()) if not path.match(_PART)]
        if foreign:
            raise ScoringError(
                f"{output}: holds {foreign[0]}, which no run has written there; name another folder"
            )


def _replace(partial: Path, output: Path) -> None:
    if not output.exists():
        partial.rename(output)
        return
    old = output.with_name(f"{output.name}.ray-old")
    if old.exists():
        shutil.rmtree(old)
    output.rename(old)
    try:
        partial.rename(output)
    except BaseException:
        old.rename(output)
        raise
    shutil.rmtree(old)
