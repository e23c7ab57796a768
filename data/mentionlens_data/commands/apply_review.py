"""`mentionlens data apply-review`: a new set, as a person decided in a review file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mentionlens_data.errors import ReviewFileError

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "write a new set, as decided in a review file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("set", type=Path, metavar="SET", help="prepared set, or a labelled file")
    parser.add_argument("review", type=Path, metavar="REVIEW.csv")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="NEW", help="must not exist yet"
    )
    parser.add_argument(
        "--allow-test", action="store_true", help="accept decisions about the test part, too"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the new set, say on standard output where; return the exit code."""
    from mentionlens_data.quality.reviewed import apply_review

    try:
        applied = apply_review(
            arguments.set, arguments.review, arguments.output, allow_test=arguments.allow_test
        )
    except ReviewFileError as error:
        for line in str(error).splitlines():
            print(f"mentionlens data: {line}", file=sys.stderr)
        return 1
    counts = ", ".join(f"{kind} {n}" for kind, n in applied.record["decisions"].items() if n)
    print(f"decisions: {counts or 'none'}", file=sys.stderr)
    print(
        f"rows: {applied.record['rows_before']} before, {applied.record['rows_after']} after"
        + (f"; fingerprint {applied.fingerprint[:16]}" if applied.fingerprint else ""),
        file=sys.stderr,
    )
    print(applied.output)
    return 0
