"""Corpora made in code: a ledger entry and its rows, written as a user's folder would hold them."""

from __future__ import annotations

import gzip
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mentionlens_data.corpora.entry import LedgerEntry

SENTIMENT_RULES = """
[[rules]]
when = { label = ["negative"] }
labels = { sentiment = "negative" }
[[rules]]
when = { label = ["neutral"] }
labels = { sentiment = "neutral" }
[[rules]]
when = { label = ["positive"] }
labels = { sentiment = "positive" }
"""


def entry(name: str, body: str = SENTIMENT_RULES, **head: Any) -> LedgerEntry:
    """A valid ledger entry whose mapping is `body`, TOML."""
    values = {
        "name": name,
        "title": f"made for tests: {name}",
        "address": "https://example.org/corpus",
        "revision": "1",
        "licence": "CC0-1.0",
        "policy": "open",
        "languages": ["en"],
        "tasks": ["sentiment"],
        "citation": "nobody 2024",
        **tomllib.loads(body),
        **head,
    }
    return LedgerEntry.model_validate(values)


def row(own_id: str, text: str, label: str | None = "negative", **fields: Any) -> dict[str, Any]:
    """A row in the interchange form."""
    return {"id": own_id, "text": text, "lang": "en", "label": label, "split": None, **fields}


def write(folder: Path, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store a corpus in the folder."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / name / "data.jsonl.gz", "wt", encoding="utf-8") as file:
        for item in rows:
            file.write(json.dumps(item) + "\n")
