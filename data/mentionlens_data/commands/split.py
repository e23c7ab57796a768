"""`mentionlens data split`: a user's own labelled files as one prepared set."""

from __future__ import annotations

import argparse
from pathlib import Path

from mentionlens_data.commands.file_arguments import (
    add_file_arguments,
    chosen_tasks,
    file_sources,
    say,
    summarise,
)
from mentionlens_data.preparation.prepare import DEFAULT_SEED, prepare

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "divide labelled files into train, validation and test so that nothing leaks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="labelled files, see `inspect`")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--test-share", type=_share, default=0.1, metavar="X", help="default: 0.1")
    parser.add_argument(
        "--validation-share", type=_share, default=0.1, metavar="X", help="default: 0.1"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N")
    add_file_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the set, say on standard output where; return the exit code."""
    shares = (arguments.test_share, arguments.validation_share)
    with file_sources(arguments, arguments.files, shares=shares) as sources:
        made = prepare(
            sources,
            arguments.output,
            seed=arguments.seed,
            tasks=chosen_tasks(arguments),
            progress=say,
        )
    summarise(made)
    return 0


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 0.5:
        raise argparse.ArgumentTypeError(f"{text}: a share from 0 to below 0.5")
    return value
