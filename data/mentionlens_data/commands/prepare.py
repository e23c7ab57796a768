"""`mentionlens data prepare`: map, group, divide and write the corpora."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mentionlens_data.corpora.ledger import POLICIES
from mentionlens_data.preparation.prepare import DEFAULT_SEED, prepare_corpora
from mentionlens_data.prepared import PreparedSet

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "map, group, divide and write the corpora"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--corpora", type=Path, required=True, metavar="DIR", help="one folder a corpus"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--policy",
        choices=sorted(POLICIES),
        default="research",
        help="open: only licences that permit any use; research (default): all, with those that "
        "are not stated",
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N")
    parser.add_argument(
        "--corpus",
        action="append",
        metavar="NAME",
        help="take only this corpus; may be given again (default: every one)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the set, say on standard output where; return the exit code."""
    prepared = prepare_corpora(
        arguments.corpora,
        arguments.output,
        policy=arguments.policy,
        seed=arguments.seed,
        names=arguments.corpus,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
    _summarise(prepared)
    return 0


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
