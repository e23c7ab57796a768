"""`mentionlens data agreement`: how far two independent readings agree, and where they do not."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from mentionlens_data.errors import LabellingError
from mentionlens_data.labelling.agreement import disputes, measure_agreement
from mentionlens_data.labelling.annotations import annotation_files
from mentionlens_data.labelling.folders import sample_mentions_folder
from mentionlens_data.labelling.passes import read_passes
from mentionlens_data.tables import markdown_table

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "agreement (Cohen's kappa) of two labelling passes, per language and task"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "passes",
        nargs="*",
        type=Path,
        metavar="TSV",
        help="files of passes (columns id, pass, one a task); default: the project's own",
    )
    parser.add_argument(
        "--of",
        choices=("sample-mentions", "annotations"),
        default="sample-mentions",
        help="which of the project's own, where no file is named",
    )
    parser.add_argument(
        "--disputed", action="store_true", help="list the disputed mentions as JSON Lines"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the table, or the disputes; return the exit code."""
    files = arguments.passes or _own(arguments.of)
    rows = []
    for path in files:
        if not path.is_file():
            raise LabellingError(f"{path}: no such file")
        passes = read_passes(path)
        if arguments.disputed:
            for dispute in disputes(passes):
                print(json.dumps(vars(dispute), ensure_ascii=False))
        for item in measure_agreement(passes):
            kappa = "-" if item.kappa is None else f"{item.kappa:.3f}"
            rows.append((path.stem, item.task, item.mentions, f"{100 * item.same:.1f} %", kappa))
    table = markdown_table(("file", "task", "read twice", "same", "kappa"), rows)
    print("\n".join(table), file=sys.stderr if arguments.disputed else sys.stdout)
    return 0


def _own(kind: str) -> list[Path]:
    if kind == "annotations":
        return annotation_files()
    return sorted((sample_mentions_folder() / "passes").glob("*.tsv"))
