"""`mentionlens data list`: the corpora of the ledger."""

from __future__ import annotations

import argparse

from mentionlens_data.corpora.ledger import load_ledger

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "table of the corpora in the ledger"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(arguments: argparse.Namespace) -> int:
    """Print the table; return the exit code."""
    rows = [("NAME", "LANGUAGES", "TASKS", "POLICY", "LICENCE")]
    rows += [
        (e.name, " ".join(e.languages), " ".join(e.tasks), e.policy, _short(e.licence))
        for e in load_ledger().values()
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    return 0


def _short(text: str, width: int = 48) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
