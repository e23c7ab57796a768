"""`mentionlens data prepare`: map, group, divide and write the corpora."""

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
from mentionlens_data.corpora.ledger import POLICIES
from mentionlens_data.errors import PreparedSetError
from mentionlens_data.preparation.prepare import DEFAULT_SEED, prepare_corpora

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "map, group, divide and write the corpora, with files of one's own or without"


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
        help="take only this corpus; may be given again (default: all that are for training)",
    )
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="FILE",
        help="add a labelled file of one's own; may be given again",
    )
    parser.add_argument(
        "--public-only",
        action="store_true",
        help="leave out the project's own mentions and its annotations of public ones",
    )
    parser.add_argument(
        "--trained-on",
        type=Path,
        metavar="IDS",
        help="training_ids.txt of a run to go on from: its rows are never cut for validation or "
        "test, which a model that saw them could not be measured on",
    )
    add_file_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the set, say on standard output where; return the exit code."""
    trained_on = _ids(arguments.trained_on) if arguments.trained_on else frozenset()
    with file_sources(arguments, arguments.file, shares=(0.1, 0.1)) as files:
        made = prepare_corpora(
            arguments.corpora,
            arguments.output,
            policy=arguments.policy,
            seed=arguments.seed,
            names=arguments.corpus,
            files=files,
            own=not arguments.public_only,
            tasks=chosen_tasks(arguments),
            trained_on=trained_on,
            progress=say,
        )
    summarise(made)
    return 0


def _ids(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise PreparedSetError(f"--trained-on: {error}") from error
