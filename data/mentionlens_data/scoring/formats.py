"""From the name of a file to its format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mentionlens_data.scoring.errors import ScoringError

__all__ = ["NAMES", "Format", "format_of", "is_scorable"]

_KINDS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}
NAMES = ("csv", "tsv", "jsonl", "parquet")


@dataclass(frozen=True)
class Format:
    """A format of files.

    Attributes:
        kind: one of `NAMES`.
        compressed: gzip.
    """

    kind: str
    compressed: bool = False


def is_scorable(path: Path) -> bool:
    """Tell whether the name of a file has a known ending."""
    return _find(path) is not None


def format_of(path: Path) -> Format:
    """Return the format that the name of a file tells.

    Raises:
        ScoringError: an ending that is not known.
    """
    found = _find(path)
    if found is None:
        known = ", ".join(_KINDS)
        raise ScoringError(
            f"{path}: the ending tells no format; possible are {known}, all but the last also "
            "with .gz"
        )
    return found


def _find(path: Path) -> Format | None:
    endings = [suffix.lower() for suffix in path.suffixes]
    compressed = bool(endings) and endings[-1] == ".gz"
    kind = _KINDS.get(endings[-2] if compressed and len(endings) > 1 else "".join(endings[-1:]))
    if kind is None or (compressed and kind == "parquet"):
        return None
    return Format(kind, compressed)
