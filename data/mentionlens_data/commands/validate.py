"""`mentionlens data validate`: read labelled files whole, and account for every row."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from mentionlens_data.commands.file_arguments import add_tasks_argument, chosen_tasks
from mentionlens_data.commands.inspect import FILE_HELP
from mentionlens_data.errors import FileMappingError, TasksError

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "read labelled files whole, and account for every row"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE", help=FILE_HELP)
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="TOML",
        help="columns and labels, as `mentionlens data inspect --write-mapping` writes them "
        "(default: what can be guessed safely)",
    )
    parser.add_argument(
        "--quarantine",
        type=Path,
        metavar="FILE",
        help="keep every bad row with its line and its problem in this .jsonl or .csv file; in "
        "CSV, cells that a spreadsheet would run as formulas get an apostrophe in front",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="JSONL",
        help="write the good rows with our own column names; with several files, the name of the "
        "file goes before each id",
    )
    add_tasks_argument(parser)
    parser.add_argument(
        "--show", type=int, default=5, metavar="N", help="bad rows of a kind to print (default 5)"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the counts as one JSON object a file"
    )


def run(arguments: argparse.Namespace) -> int:
    """Validate; return 0 where every row is good, 1 where some are bad, 2 for a wrong call."""
    from mentionlens_data.files.labelled_file import LabelledFile
    from mentionlens_data.files.mapping import load_mapping
    from mentionlens_data.files.progress import Reporter
    from mentionlens_data.files.report import guess_text, validation_text
    from mentionlens_data.files.validation import open_writers, validate_file

    try:
        mapping = load_mapping(arguments.mapping) if arguments.mapping else None
        tasks = chosen_tasks(arguments)
        files = [LabelledFile(name, mapping=mapping, tasks=tasks) for name in arguments.files]
        guessed = [file for file in files if not file.given.columns and file.mapping]
    except (FileMappingError, TasksError) as error:
        print(f"mentionlens data validate: {error}", file=sys.stderr)
        return 2
    for file in guessed:
        print(guess_text(file), file=sys.stderr)
    results = []
    with open_writers(arguments.output, arguments.quarantine) as writers:
        for file in files:
            reporter = Reporter(file.name, arguments.show)
            prefix = f"{Path(file.name).name}/" if len(files) > 1 else ""
            found = validate_file(file, writers, reporter, id_prefix=prefix)
            reporter.finish()
            print(f"\n{validation_text(file, found)}\n", file=sys.stderr)
            results.append(found)
    bad = sum(found.bad.total() for found in results)
    if any(found.bad["unknown label"] for found in results):
        print(
            "values that are no labels are read by a mapping: name them in its [labels.TASK], "
            '"?" where the answer is not known (`mentionlens data inspect --write-mapping`)',
            file=sys.stderr,
        )
    _conclude(arguments, bad, sum(found.good for found in results))
    if arguments.json:
        for found in results:
            print(json.dumps(found.to_dict(), ensure_ascii=False))
    return 1 if bad or not all(found.rows for found in results) else 0


def _conclude(arguments: argparse.Namespace, bad: int, good: int) -> None:
    if arguments.output:
        print(f"{good:,} good rows written to {arguments.output}", file=sys.stderr)
    if arguments.quarantine:
        print(f"{bad:,} bad rows written to {arguments.quarantine}", file=sys.stderr)
    elif bad:
        print("--quarantine FILE keeps every bad row with its problem", file=sys.stderr)
    if not bad and not good:
        print("no rows: exit code 1", file=sys.stderr)
    elif bad:
        print(f"{bad:,} bad rows: exit code 1", file=sys.stderr)
    else:
        print("every row is good", file=sys.stderr)
