"""Corpora that a user's folder lacks, and where each is to be had."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.errors import CorpusNotFoundError

__all__ = ["corpus_file", "missing_corpora", "require_corpora", "where_to_get"]


def corpus_file(entry: LedgerEntry, folder: Path) -> Path:
    """Return where the interchange file of a corpus belongs."""
    return folder / entry.name / "data.jsonl.gz"


def missing_corpora(entries: Iterable[LedgerEntry], folder: Path) -> list[LedgerEntry]:
    """Return the entries whose interchange file is not in the folder, in the given order."""
    return [entry for entry in entries if not corpus_file(entry, folder).is_file()]


def require_corpora(entries: Iterable[LedgerEntry], folder: Path) -> None:
    """Check that every corpus is in the folder.

    Raises:
        CorpusNotFoundError: some are not; the message names all of them, each with its address,
            its licence and how to bring it into the interchange form.
    """
    missing = missing_corpora(entries, folder)
    if not missing:
        return
    files = ", ".join(str(corpus_file(entry, folder)) for entry in missing)
    number = "1 corpus is" if len(missing) == 1 else f"{len(missing)} corpora are"
    raise CorpusNotFoundError(
        "\n".join([f"{number} missing: no file {files}.", *map(where_to_get, missing)])
    )


def where_to_get(entry: LedgerEntry) -> str:
    """Say in one line where a corpus is to be had and what its file must hold."""
    how = f" {entry.obtain}" if entry.obtain else ""
    fields = ", ".join(entry.fields)
    return (
        f"{entry.name!r}: Get it from {entry.address} (licence: {entry.licence}).{how} Store it as "
        f"gzipped JSON lines, {entry.name}/data.jsonl.gz, with the fields {fields}."
    )
