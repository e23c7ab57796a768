"""`mentionlens data page`: a set described on one HTML page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "describe a set on one HTML page, by language"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("set", type=Path, metavar="SET", help="prepared set, or a labelled file")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")
    parser.add_argument(
        "--review", type=Path, metavar="REVIEW.csv", help="show its first rows of every language"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts, too")


def run(arguments: argparse.Namespace) -> int:
    """Write the page, say on standard output where; return the exit code."""
    import json

    from mentionlens_data.prepared import open_prepared
    from mentionlens_data.quality.conflicts import find_conflicts
    from mentionlens_data.quality.page import render_page
    from mentionlens_data.quality.review_file import read_review
    from mentionlens_data.quality.rows import read_rows, tasks_of
    from mentionlens_data.quality.statistics import collect_statistics

    path: Path = arguments.set
    manifest = open_prepared(path).manifest if path.is_dir() else None
    review = list(read_review(arguments.review)) if arguments.review else []
    print("counting", file=sys.stderr, flush=True)
    tasks = {task.name: task.labels for task in tasks_of(path)}
    statistics = collect_statistics(read_rows(path), tasks)
    print(f"{statistics.rows} rows; comparing equal texts", file=sys.stderr, flush=True)
    statistics.conflicts = find_conflicts(read_rows(path)).agreements
    page = render_page(statistics, title=path.name, manifest=manifest, review=review)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(page, encoding="utf-8")
    if arguments.json:
        text = json.dumps(statistics.to_dict(), ensure_ascii=False, indent=1) + "\n"
        arguments.json.write_text(text, encoding="utf-8")
    print(arguments.output)
    return 0
