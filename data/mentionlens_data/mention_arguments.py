"""Arguments that the commands on scored mentions share."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mentionlens.mention_times import parse_time
from mentionlens.scored_columns import ROLES

from mentionlens_data.scoring.formats import NAMES
from mentionlens_data.triage.scored_file import readable

__all__ = [
    "add_reading_arguments",
    "column_argument",
    "input_file",
    "time_argument",
    "zone_argument",
]

_STREAM = "-"


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what tells how the input is read: `--column`, `--encoding` and `--input-format`."""
    parser.add_argument(
        "--column",
        type=column_argument,
        action="append",
        default=[],
        metavar="ROLE=NAME",
        help=f"where the name does not tell; roles are {', '.join(ROLES)}",
    )
    parser.add_argument("--encoding", help="of a text input (default: found out)")
    parser.add_argument(
        "--input-format",
        choices=[name for name in NAMES if name != "parquet"],
        default="jsonl",
        help="of standard input (default: jsonl)",
    )


@contextmanager
def input_file(name: str, stream_format: str) -> Iterator[Path]:
    """Give the input as a file; standard input is put into a temporary one first.

    Args:
        name: of the file; `-` is standard input.
        stream_format: of standard input.

    Raises:
        DataError: there is no such file.
    """
    if name != _STREAM:
        readable(Path(name))
        yield Path(name)
        return
    with tempfile.NamedTemporaryFile(suffix=f".{stream_format}") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield Path(file.name)


def time_argument(text: str) -> datetime:
    """Return a time.

    Raises:
        argparse.ArgumentTypeError: it cannot be read.
    """
    try:
        return parse_time(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def zone_argument(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        argparse.ArgumentTypeError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # an unknown name is a KeyError
        raise argparse.ArgumentTypeError(
            f"no time zone {name!r}; an example is Europe/Bucharest"
        ) from None


def column_argument(text: str) -> tuple[str, str]:
    """Return a role and the column that holds it.

    Raises:
        argparse.ArgumentTypeError: it is not ROLE=NAME, or there is no such role.
    """
    role, equals, name = text.partition("=")
    if not equals or not name or role not in ROLES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not ROLE=NAME; possible roles are {', '.join(ROLES)}"
        )
    return role, name
