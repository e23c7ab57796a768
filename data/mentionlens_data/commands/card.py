"""`mentionlens data card`: everything the ledger says about one corpus."""

from __future__ import annotations

import argparse

from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import load_ledger
from mentionlens_data.errors import LedgerError

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "everything the ledger says about one corpus"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME")


def run(arguments: argparse.Namespace) -> int:
    """Print the card; return the exit code."""
    ledger = load_ledger()
    if arguments.name not in ledger:
        raise LedgerError(f"no corpus {arguments.name!r} in the ledger; known: {', '.join(ledger)}")
    print(_card_text(ledger[arguments.name]))
    return 0


def _card_text(entry: LedgerEntry) -> str:
    lines = [
        entry.title,
        "",
        f"name       {entry.name}",
        f"address    {entry.address}",
        f"revision   {entry.revision}",
        f"licence    {entry.licence}",
        f"policy     {entry.policy}",
        f"languages  {' '.join(entry.languages)}",
        f"tasks      {' '.join(entry.tasks)}",
        f"weight     {entry.weight}",
        f"citation   {entry.citation}",
        "",
        "Traps, and how each is handled:",
    ]
    for trap in entry.traps:
        lines += [f"- {trap.what}", f"  {trap.handled}"]
    lines += ["", "Rules, in order:"]
    for rule in entry.rules:
        when = ", ".join(f"{k} {v}" for k, v in rule.model_dump(exclude_none=True)["when"].items())
        then = [f"{task} = {label}" for task, label in rule.labels.items()]
        then += [f"drop: {rule.drop}"] if rule.drop else []
        then += [f"weight x {rule.weight}"] if rule.weight else []
        lines.append(f"- {when or 'always'} -> {', '.join(then)}")
    return "\n".join(lines)
