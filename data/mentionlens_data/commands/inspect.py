"""`mentionlens data inspect`: what a labelled file holds, and how it would be read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mentionlens_data.commands.file_arguments import add_tasks_argument, chosen_tasks

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "show what a labelled file holds and how it would be read"

FILE_HELP = (
    ".csv, .tsv, .jsonl, .ndjson, .json, .parquet (all but the last also with .gz), a folder "
    "saved by `datasets`, or datasets:NAME[@CONFIG][#SPLIT]"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help=FILE_HELP)
    parser.add_argument(
        "--write-mapping",
        type=Path,
        metavar="TOML",
        help="write the guessed mapping there, to be edited and given to `validate --mapping`",
    )
    add_tasks_argument(parser)
    parser.add_argument(
        "--encoding", metavar="NAME", help="read the file in this encoding, not in the detected one"
    )
    parser.add_argument(
        "--no-header", action="store_true", help="the first row of the CSV file is data"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the report, write the mapping; return the exit code."""
    from mentionlens_data.atomic import written_atomically
    from mentionlens_data.files.labelled_file import LabelledFile
    from mentionlens_data.files.mapping import FileMapping
    from mentionlens_data.files.mapping_text import mapping_text
    from mentionlens_data.files.report import inspection_text

    settings = FileMapping(encoding=arguments.encoding, header=not arguments.no_header)
    file = LabelledFile(arguments.file, mapping=settings, tasks=chosen_tasks(arguments))
    print(inspection_text(file))
    if arguments.write_mapping is None:
        print(
            "\n--write-mapping FILE.toml writes this as a mapping to edit; "
            "`mentionlens data validate` then reads every row",
            file=sys.stderr,
        )
        return 0
    with written_atomically(arguments.write_mapping) as output:
        output.write(mapping_text(file))
    print(f"\nmapping written to {arguments.write_mapping}", file=sys.stderr)
    return 0
