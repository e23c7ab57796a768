"""`mentionlens data list`: the corpora of the ledger."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

from mentionlens_data.corpora.entry import LedgerEntry, Policy, Use
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.corpora.missing import where_to_get
from mentionlens_data.corpora.on_disk import DiskState, disk_state
from mentionlens_data.tasks import default_tasks

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "table of the corpora in the ledger"

_WIDEST = 44


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--use", choices=get_args(Use), help="what the package does with a set: only these"
    )
    parser.add_argument("--policy", choices=get_args(Policy), help="licence class: only these")
    parser.add_argument("--lang", metavar="CODE", help="only sets with this language (ISO 639-1)")
    parser.add_argument(
        "--task",
        choices=[task.name for task in default_tasks()],
        help="only sets that teach this task",
    )
    parser.add_argument(
        "--corpora",
        type=Path,
        metavar="DIR",
        help="say of each whether DIR/NAME/data.jsonl.gz is there with the recorded content "
        "(reads every file), and where to get what is missing",
    )
    parser.add_argument("--format", choices=["table", "jsonl"], default="table")


def run(arguments: argparse.Namespace) -> int:
    """Print the table; return the exit code."""
    chosen = [entry for entry in load_ledger().values() if _asked_for(entry, arguments)]
    states = None if arguments.corpora is None else _states(chosen, arguments.corpora)
    if arguments.format == "jsonl":
        for entry in chosen:
            print(json.dumps(_record(entry, states), ensure_ascii=False))
    else:
        _print_table(chosen, states)
    uses = Counter(entry.use for entry in chosen)
    print(
        f"{len(chosen)} sets"
        + "".join(f", {uses[use]} {use}" for use in get_args(Use) if uses[use]),
        file=sys.stderr,
    )
    for entry in chosen:
        if states is not None and states[entry.name] == "missing":
            print(f"missing: {where_to_get(entry)}", file=sys.stderr)
    return 0


def _asked_for(entry: LedgerEntry, arguments: argparse.Namespace) -> bool:
    return (
        arguments.use in (None, entry.use)
        and arguments.policy in (None, entry.policy)
        and (arguments.lang is None or arguments.lang in entry.languages)
        and (arguments.task is None or arguments.task in entry.tasks)
    )


def _states(entries: Iterable[LedgerEntry], folder: Path) -> dict[str, DiskState]:
    states = {}
    for entry in entries:
        states[entry.name] = disk_state(entry, folder)
        print(f"{entry.name}: {states[entry.name]}", file=sys.stderr, flush=True)
    return states


def _record(entry: LedgerEntry, states: Mapping[str, DiskState] | None) -> dict[str, object]:
    kept = {"name", "title", "use", "reason", "policy", "rows", "languages", "tasks", "licence"}
    record = entry.model_dump(include=kept | {"address", "revision", "sha256", "citation"})
    return record if states is None else {**record, "on_disk": states[entry.name]}


def _print_table(entries: Iterable[LedgerEntry], states: Mapping[str, DiskState] | None) -> None:
    head = ["NAME", "USE", "POLICY", "ROWS", "LANGUAGES", "TASKS", "LICENCE"]
    rows = [head if states is None else [*head[:4], "ON DISK", *head[4:]]]
    for e in entries:
        size = "-" if e.rows is None else f"{e.rows:,}"
        cells = [e.name, e.use, e.policy, size, " ".join(e.languages), " ".join(e.tasks) or "-"]
        cells.append(e.licence)
        if states is not None:
            cells.insert(4, states[e.name])
        rows.append([_short(cell) for cell in cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = [
            cell.rjust(width) if head[i : i + 1] == ["ROWS"] else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(padded).rstrip())


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
