"""`mentionlens data`: list the ledger, show a corpus's card, prepare a set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mentionlens_data.errors import DataError, LedgerError
from mentionlens_data.ledger import POLICIES, LedgerEntry, load_ledger
from mentionlens_data.prepare import DEFAULT_SEED, prepare
from mentionlens_data.prepared import PreparedSet

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run `mentionlens data ...`.

    Returns:
        0 done, 1 the work failed, 2 the call was wrong.
    """
    parser = _parser()
    try:
        args = parser.parse_args(argv)
    except SystemExit as stop:
        return 0 if stop.code in (0, None) else 2
    try:
        if args.command == "list":
            _list()
        elif args.command == "card":
            _card(args.name)
        else:
            _prepare(args)
    except LedgerError as error:
        return _fail(error, 2)
    except (DataError, OSError) as error:
        return _fail(error, 1)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens data", description="Labelled mentions: where from, and ready to train on."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="table of the corpora in the ledger")
    card = commands.add_parser("card", help="everything the ledger says about one corpus")
    card.add_argument("name", metavar="NAME")
    make = commands.add_parser("prepare", help="map, group, divide and write the corpora")
    make.add_argument(
        "--corpora", type=Path, required=True, metavar="DIR", help="one folder a corpus"
    )
    make.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    make.add_argument(
        "--policy",
        choices=sorted(POLICIES),
        default="research",
        help="open: only licences that permit any use; research (default): all, with those that "
        "are not stated",
    )
    make.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N")
    make.add_argument(
        "--corpus",
        action="append",
        metavar="NAME",
        help="take only this corpus; may be given again (default: every one)",
    )
    return parser


def _list() -> None:
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


def _card(name: str) -> None:
    ledger = load_ledger()
    if name not in ledger:
        raise LedgerError(f"no corpus {name!r} in the ledger; known: {', '.join(ledger)}")
    print(_card_text(ledger[name]))


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


def _prepare(args: argparse.Namespace) -> None:
    prepared = prepare(
        args.corpora,
        args.output,
        policy=args.policy,
        seed=args.seed,
        names=args.corpus,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
    _summarise(prepared)


def _summarise(prepared: PreparedSet) -> None:
    manifest = prepared.manifest
    unknown = [n for n, c in manifest["corpora"].items() if c["policy"] == "unknown"]
    if unknown:
        print(
            f"warning: {len(unknown)} corpora state no licence; treat the result as research use "
            f"only: {', '.join(unknown)}",
            file=sys.stderr,
        )
    rows = ", ".join(f"{split} {number}" for split, number in manifest["rows"].items())
    print(f"{prepared.folder}: {rows}; fingerprint {prepared.fingerprint[:16]}", file=sys.stderr)
    print(prepared.folder)


def _short(text: str, width: int = 48) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _fail(error: Exception, code: int) -> int:
    print(f"mentionlens data: {error}".replace("\n", " "), file=sys.stderr)
    return code
