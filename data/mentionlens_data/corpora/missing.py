"""Corpora that a user's folder lacks, and where each is to be had."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.errors import CorpusNotFoundError

__all__ = ["corpus_file", "missing_corpora", "require_corpora", "where_to_get"]

_IN_FULL = 3
"""So many missing corpora are told with how to bring them into the interchange form."""


def corpus_file(entry: LedgerEntry, folder: Path) -> Path:
    """Return where the interchange file of a corpus belongs."""
    return folder / entry.name / "data.jsonl.gz"


def missing_corpora(entries: Iterable[LedgerEntry], folder: Path) -> list[LedgerEntry]:
    """Return the entries whose interchange file is not in the folder, in the given order."""
    return [entry for entry in entries if not corpus_file(entry, folder).is_file()]


def require_corpora(entries: Iterable[LedgerEntry], folder: Path) -> None:
    """Check that every corpus is in the folder.

    Raises:
        CorpusNotFoundError: some are not; the message names all of them, each with its address
            and licence, and how to bring them into the interchange form.
    """
    missing = missing_corpora(entries, folder)
    if not missing:
        return
    if len(missing) <= _IN_FULL:
        lines = [f"no file {corpus_file(e, folder)}: corpus {where_to_get(e)}" for e in missing]
        raise CorpusNotFoundError("\n".join(lines))
    lines = [f"{folder} lacks {len(missing)} corpora, each a file NAME/data.jsonl.gz:"]
    lines += [f"- {_address(entry)}" for entry in missing]
    lines.append("How to bring one into this form: `mentionlens data card NAME`.")
    raise CorpusNotFoundError("\n".join(lines))


def where_to_get(entry: LedgerEntry) -> str:
    """Say in one line where a corpus is to be had and what its file must hold."""
    how = f" {entry.obtain}" if entry.obtain else ""
    fields = ", ".join(entry.fields)
    return (
        f"{_address(entry)}{how} Store it as gzipped JSON lines, {entry.name}/data.jsonl.gz, with "
        f"the fields {fields}."
    )


def _address(entry: LedgerEntry) -> str:
    return f"{entry.name!r}: Get it from {entry.address} (licence: {entry.licence})."
