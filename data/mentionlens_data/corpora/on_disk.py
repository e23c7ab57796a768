"""Which corpora of the ledger a user's folder holds, and whether they are the recorded ones."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.missing import missing_corpora
from mentionlens_data.corpora.reading import checksum
from mentionlens_data.errors import CorpusFormatError

__all__ = ["DiskState", "disk_state"]

DiskState = Literal["same", "other", "not recorded", "missing", "damaged"]
"""`same`: the content that the ledger entry was written for; `other`: another one, for example a
newer copy; `not recorded`: the entry names no checksum; `missing`: no file; `damaged`: the file
cannot be unpacked."""


def disk_state(entry: LedgerEntry, folder: Path) -> DiskState:
    """Say what a folder of corpora holds of one corpus; reads its whole file."""
    if missing_corpora([entry], folder):
        return "missing"
    try:
        return checksum(entry, folder)
    except CorpusFormatError:
        return "damaged"
