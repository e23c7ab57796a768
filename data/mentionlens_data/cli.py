"""`mentionlens data`: labelled mentions, from where they come to a set that can be trained on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mentionlens_data.commands import (
    agreement,
    apply_review,
    augment,
    card,
    inspect,
    join_annotations,
    page,
    prepare,
    review,
    split,
    validate,
)
from mentionlens_data.commands import list as list_command
from mentionlens_data.errors import DataError, LedgerError
from mentionlens_data.suggestion import command as suggest

__all__ = ["main"]

_COMMANDS = {
    "list": list_command,
    "card": card,
    "inspect": inspect,
    "validate": validate,
    "split": split,
    "prepare": prepare,
    "page": page,
    "review": review,
    "apply-review": apply_review,
    "suggest": suggest,
    "augment": augment,
    "agreement": agreement,
    "join-annotations": join_annotations,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `mentionlens data ...`.

    Returns:
        0 done, 1 the work failed, 2 the call was wrong.
    """
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return 0 if stop.code in (0, None) else 2
    try:
        return int(_COMMANDS[arguments.command].run(arguments))
    except BrokenPipeError:
        raise  # The reader has seen enough; the program's entry point ends quietly.
    except LedgerError as error:
        return _fail(error, 2)
    except (DataError, OSError) as error:
        return _fail(error, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens data", description="Labelled mentions: where from, and ready to train on."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in _COMMANDS.items():
        command = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(command)
    return parser


def _fail(error: Exception, code: int) -> int:
    print(f"mentionlens data: {error}", file=sys.stderr)
    return code
