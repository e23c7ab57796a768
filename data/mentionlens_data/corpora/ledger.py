"""The ledger: every corpus that the package knows, one TOML file each in `sets/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.errors import LedgerError

__all__ = ["POLICIES", "find_corpus", "load_entry", "load_ledger", "permitted"]

POLICIES: dict[str, frozenset[str]] = {
    "open": frozenset({"open"}),
    "research": frozenset({"open", "research", "unknown"}),
}
"""What a user may ask for, and the licence classes it lets in. A licence that is not stated
permits nothing beyond research until a person decides, so `unknown` comes with `research`."""


def load_entry(path: Path) -> LedgerEntry:
    """Read one ledger file.

    Raises:
        LedgerError: the file is not TOML, breaks the schema, or is named after another corpus.
    """
    return _parse(path.read_text(encoding="utf-8"), path.stem, str(path))


@cache
def load_ledger() -> dict[str, LedgerEntry]:
    """Return every corpus that the package knows, by name, in alphabetical order.

    Raises:
        LedgerError: a ledger file breaks the schema.
    """
    folder = resources.files("mentionlens_data").joinpath("corpora/sets")
    entries = {}
    for item in sorted(folder.iterdir(), key=lambda found: found.name):
        if item.name.endswith(".toml"):
            name = item.name.removesuffix(".toml")
            text = item.read_text(encoding="utf-8")
            entries[name] = _parse(text, name, f"mentionlens_data/corpora/sets/{item.name}")
    return entries


def find_corpus(ledger: Mapping[str, LedgerEntry], name: str) -> LedgerEntry:
    """Return one entry.

    Raises:
        LedgerError: no such corpus.
    """
    if name not in ledger:
        raise LedgerError(f"no corpus {name!r} in the ledger; known: {', '.join(ledger)}")
    return ledger[name]


def permitted(policy: str) -> frozenset[str]:
    """Return the licence classes that a policy lets in.

    Raises:
        LedgerError: no such policy.
    """
    if policy not in POLICIES:
        raise LedgerError(f"no policy {policy!r}; possible: {', '.join(POLICIES)}")
    return POLICIES[policy]


def _parse(text: str, name: str, where: str) -> LedgerEntry:
    try:
        entry = LedgerEntry.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise LedgerError(f"{where}: not TOML: {error}") from error
    except ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in fault['loc']) or 'the entry'}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise LedgerError(f"{where}: {'; '.join(faults[:4])}") from error
    if entry.name != name:
        raise LedgerError(f"{where}: the file is named {name!r}, its entry {entry.name!r}")
    return entry
