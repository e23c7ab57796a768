"""`mentionlens predict`: answers for mentions from the arguments or from standard input."""

from __future__ import annotations

import argparse
import codecs
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator

from mentionlens.classifier import MentionClassifier
from mentionlens.prediction import Prediction
from mentionlens.table import table_lines

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "answer mentions: TEXT arguments, or standard input, one mention a line"

_SURROGATE = re.compile("[\ud800-\udfff]")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "text", nargs="*", metavar="TEXT", help="a mention; without any, standard input is read"
    )
    parser.add_argument(
        "--format",
        choices=("table", "jsonl"),
        default="table",
        help="table for people, jsonl for programs (default: table)",
    )
    parser.add_argument("--bundle", metavar="DIR", help="bundle to use (default: the packaged one)")
    parser.add_argument(
        "--threads", type=_threads, metavar="N", help="threads (default: the processors, at most 4)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer every mention on standard output, in order; return the exit code."""
    classifier = MentionClassifier(arguments.bundle, threads=arguments.threads)
    texts = arguments.text or _read_standard_input()
    predictions = classifier.predict_iter(texts)
    if arguments.format == "jsonl":
        _reconfigure(encoding="utf-8", newline="\n")
        lines = _json_lines(predictions)
    else:
        _reconfigure(errors="replace")
        columns = shutil.get_terminal_size((100, 24)).columns
        lines = table_lines(predictions, classifier.manifest.tasks, columns)
    count = 0
    for line in lines:
        print(line)
        count += 1
    if not count:
        print("mentionlens: standard input held no mention", file=sys.stderr)
    return 0


def _json_lines(predictions: Iterable[Prediction]) -> Iterator[str]:
    for prediction in predictions:
        line = json.dumps(prediction.to_dict(), ensure_ascii=False)
        # Half a surrogate pair is neither UTF-8 nor read by most JSON parsers.
        yield _SURROGATE.sub("\ufffd", line)


def _read_standard_input() -> Iterator[str]:
    """Yield the lines of standard input; bytes that are not UTF-8 become U+FFFD."""
    if sys.stdin.isatty():
        print("mentionlens: type mentions, one a line; end with Ctrl-D", file=sys.stderr)
    for number, line in enumerate(sys.stdin.buffer):
        content = line.removeprefix(codecs.BOM_UTF8) if number == 0 else line
        if content or line.endswith(b"\n"):
            yield content.decode("utf-8", "replace").rstrip("\r\n")


def _reconfigure(**options: str) -> None:
    """Set how standard output encodes, where it is a real text stream."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(**options)


def _threads(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number of 1 or more")
    return int(value)
