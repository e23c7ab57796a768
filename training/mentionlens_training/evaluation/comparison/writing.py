"""Writes a comparison to a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from mentionlens_data.atomic import written_atomically

from mentionlens_training.evaluation.comparison.changes import changed_mentions
from mentionlens_training.evaluation.comparison.markdown import render_comparison
from mentionlens_training.evaluation.comparison.page import render_page
from mentionlens_training.evaluation.comparison.pairing import Pairing
from mentionlens_training.evaluation.comparison.schema import Comparison

__all__ = ["comparison_json", "write_changed", "write_comparison"]

CHANGED_FILE = "changed.jsonl"


def comparison_json(comparison: Comparison) -> str:
    """Return the JSON form, in the order of the schema."""
    record = comparison.model_dump(mode="json")
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def write_comparison(folder: Path, comparison: Comparison) -> list[str]:
    """Write `comparison.json`, `comparison.md` and `comparison.html`; return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "comparison.json": comparison_json,
        "comparison.md": render_comparison,
        "comparison.html": render_page,
    }
    for name, render in files.items():
        _write(folder / name, [render(comparison)])
    return list(files)


def write_changed(folder: Path, pairing: Pairing, texts: Mapping[str, str]) -> str:
    """Write every labelled row with another answer, one JSON object a line; return the name."""
    lines = (
        json.dumps(item.model_dump(mode="json"), ensure_ascii=False) + "\n"
        for paired in pairing.tasks.values()
        for item in changed_mentions(paired, pairing.facts, texts)
    )
    _write(folder / CHANGED_FILE, lines)
    return CHANGED_FILE


def _write(path: Path, parts: Iterable[str]) -> None:
    # A lone surrogate cannot be encoded: it is written out.
    with written_atomically(path, errors="backslashreplace") as file:
        file.writelines(parts)
