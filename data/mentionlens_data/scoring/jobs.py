"""Which files are scored into which: one into one, or many into a folder."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mentionlens_data.scoring.errors import ScoringError
from mentionlens_data.scoring.formats import format_of, is_scorable

__all__ = ["Job", "expand_names", "plan_jobs"]


@dataclass(frozen=True)
class Job:
    """One file to score.

    Attributes:
        source: the input.
        output: the finished output.
    """

    source: Path
    output: Path

    @property
    def partial(self) -> Path:
        """What is written to until the output is whole."""
        return self.output.with_name(f"{self.output.name}.partial")

    @property
    def journal(self) -> Path:
        """How far that is."""
        return self.output.with_name(f"{self.output.name}.journal")


def plan_jobs(names: Sequence[str], output: Path) -> list[Job]:
    """Return the jobs, in the order of the names.

    One file goes to the file `output`, or into it where it is a folder. Several files, a folder
    (with all that is below it) or a pattern go to a folder, each under its own name.

    Args:
        names: files, folders, or patterns such as `exports/*.csv`.
        output: a file or a folder.

    Raises:
        ScoringError: nothing to score, two inputs for one output, an unknown ending, or an output
            that is its own input.
    """
    found = [pair for name in names for pair in expand_names(name)]
    if len(names) == 1 and len(found) == 1 and Path(names[0]).is_file() and not output.is_dir():
        format_of(output)
        jobs = [Job(found[0][0], output)]
    else:
        if output.is_file():
            raise ScoringError(f"{output}: a file; several inputs need a folder to go to")
        jobs = [Job(path, output / below) for path, below in found]
    taken: dict[Path, Path] = {}
    for job in jobs:
        format_of(job.source)
        if job.output.resolve() == job.source.resolve():
            raise ScoringError(f"{job.output}: the output is the input; name another")
        if job.output in taken:
            raise ScoringError(
                f"{job.output}: both {taken[job.output]} and {job.source} would go there; "
                "score them one by one"
            )
        taken[job.output] = job.source
    return jobs


def expand_names(name: str) -> list[tuple[Path, Path]]:
    """Return the files that a name stands for, each with its path below the output folder.

    Args:
        name: a file, a folder, or a pattern such as `exports/*.parquet`.

    Raises:
        ScoringError: nothing has this name.
    """
    path = Path(name)
    if path.is_file():
        return [(path, Path(path.name))]
    if path.is_dir():
        below = sorted(p for p in path.rglob("*") if p.is_file() and is_scorable(p))
        if not below:
            raise ScoringError(f"{path}: no file below it has a known ending")
        return [(file, file.relative_to(path)) for file in below]
    # A pattern may be absolute, which `Path.glob` does not take.
    matches = sorted(Path(match) for match in glob.glob(name, recursive=True))  # noqa: PTH207
    files = [match for match in matches if match.is_file() and is_scorable(match)]
    if not files:
        raise ScoringError(f"{name}: no such file or folder, and no pattern that matches one")
    return [(file, Path(file.name)) for file in files]
