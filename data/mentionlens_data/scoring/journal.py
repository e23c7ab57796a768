"""How far the scoring of one file is, on disk: what makes a killed run resumable.

The journal is written after the rows that it speaks of are on disk. Whatever stands in the output
beyond it was never promised, and is cut off when the run goes on.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mentionlens_data.scoring.errors import ScoringError

__all__ = ["Journal", "read_journal", "write_journal"]


@dataclass(frozen=True)
class Journal:
    """The state of a run that is not finished.

    Attributes:
        job: what is scored, with what and how; a run with another job must not go on from here.
        rows: of the input that stand in the output.
        position: where the output ends, in the terms of its format.
        unscored: of these rows, those without an answer.
    """

    job: dict[str, Any]
    rows: int
    position: int
    unscored: int = 0


def read_journal(path: Path) -> Journal:
    """Read a journal.

    Raises:
        ScoringError: it is missing or damaged.
    """
    try:
        return Journal(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ScoringError(
            f"{path}: no journal of a run to go on from ({error}); --overwrite starts again"
        ) from error


def write_journal(path: Path, journal: Journal) -> None:
    """Replace the journal; after a crash either the old or the new one is there, whole."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(journal), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
