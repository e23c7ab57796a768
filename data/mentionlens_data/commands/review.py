"""`mentionlens data review`: doubtful answers, ranked, in a file for a person to decide."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from mentionlens_data.schema import SPLITS
from mentionlens_data.tasks import default_tasks

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "write doubtful labels, conflicts and languages to a file for a person to decide"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("set", type=Path, metavar="SET", help="prepared set, or a labelled file")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument(
        "--reason",
        action="append",
        choices=("suspicious", "conflict", "language"),
        help="look only for this; may be given again (default: all three)",
    )
    parser.add_argument(
        "--task", action="append", choices=[task.name for task in default_tasks()], default=[]
    )
    parser.add_argument("--lang", action="append", metavar="CODE", default=[])
    parser.add_argument("--source", action="append", metavar="NAME", default=[])
    parser.add_argument(
        "--split",
        action="append",
        choices=SPLITS,
        help="part of a prepared set (default: train and validation)",
    )
    parser.add_argument(
        "--limit", type=int, default=1000, metavar="N", help="lines a reason; 0: all (default 1000)"
    )
    parser.add_argument(
        "--delimiter",
        choices=(",", ";"),
        default=",",
        help="`;` for the Excel of countries that write 0,5 (default `,`)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N")


def run(arguments: argparse.Namespace) -> int:
    """Write the file, say on standard output where; return the exit code."""
    from mentionlens_data.quality.review import review_rows
    from mentionlens_data.quality.review_file import REASONS, write_review
    from mentionlens_data.quality.rows import read_rows

    rows = partial(
        read_rows,
        arguments.set,
        splits=arguments.split or ("train", "validation"),
        langs=arguments.lang,
        tasks=arguments.task,
        sources=arguments.source,
    )
    review = review_rows(
        rows,
        reasons=arguments.reason or REASONS,
        limit=arguments.limit,
        seed=arguments.seed,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
    write_review(arguments.output, review.lines, delimiter=arguments.delimiter)
    found = ", ".join(f"{reason} {number}" for reason, number in review.found.items())
    print(f"found: {found}; written: {len(review.lines)} lines", file=sys.stderr)
    print(
        "fill the column `decision` with keep, drop, unknown or another label, then run "
        "`mentionlens data apply-review`",
        file=sys.stderr,
    )
    print(arguments.output)
    return 0
