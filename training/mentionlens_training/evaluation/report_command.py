"""`mentionlens report`: render an evaluation again, from its JSON alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mentionlens.errors import MentionlensError

__all__ = ["run_report"]


def run_report(argv: Sequence[str]) -> int:
    """Run the command.

    Without `-o`, Markdown goes to standard output. With it, HTML pages and Markdown files go to the
    folder, and the paths of the two overviews to standard output.

    Returns:
        0 when done, 1 when the work failed; argparse ends a wrong call with 2.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.output is None and options.format == "html":
        parser.error("--format html needs -o: pages are written to a folder")
    if options.output is not None and options.lang is not None:
        parser.error("--lang prints one language; -o writes all of them")
    try:
        for line in _report(options):
            print(line)
    except MentionlensError as error:
        print(f"mentionlens report: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens report",
        description="Render an evaluation again from its JSON, whatever version of mentionlens "
        "wrote it; neither the texts nor the model are needed.",
    )
    parser.add_argument(
        "evaluation",
        nargs="?",
        type=Path,
        metavar="EVALUATION",
        help="an evaluation.json, or a folder that holds it: the output of `mentionlens evaluate`, "
        "or a bundle; default: the packaged bundle",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="write pages there, for all languages; default: Markdown to standard output",
    )
    parser.add_argument(
        "--format", choices=("html", "markdown"), help="with -o, write only these; default: both"
    )
    parser.add_argument("--lang", metavar="xx", help="print this language, not the overview")
    return parser


def _report(options: argparse.Namespace) -> Iterator[str]:
    from mentionlens.bundle import packaged_bundle_path

    from mentionlens_training.evaluation.markdown import (
        render_language,
        render_markdown,
        write_markdown,
    )
    from mentionlens_training.evaluation.reading import read_evaluation

    evaluation = read_evaluation(options.evaluation or packaged_bundle_path())
    output: Path | None = options.output
    if output is None:
        lang = options.lang
        text = render_language(evaluation, lang) if lang else render_markdown(evaluation)
        yield text.removesuffix("\n")
        return
    if options.format in (None, "html"):
        from mentionlens_training.evaluation.report import write_report

        yield str(write_report(evaluation, output)[0])
    if options.format in (None, "markdown"):
        yield str(write_markdown(evaluation, output)[0])
