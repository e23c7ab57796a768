"""The command `mentionlens`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import mentionlens
from mentionlens.commands import info, predict, verify
from mentionlens.commands.external import external_commands, run_external, summary
from mentionlens.errors import MentionlensError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["main"]

_DONE, _FAILED, _INTERRUPTED = 0, 1, 130
_COMMANDS = {"predict": predict, "info": info, "verify": verify}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the arguments after the program's name; None takes those of the process.

    Returns:
        0 done, 1 the work failed, 2 the call was wrong, 130 interrupted. An error that mentionlens
        raises on purpose is one line on standard error, without a traceback.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse: --help, --version, a wrong call
        return _exit_code(stop.code)
    except MentionlensError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return _FAILED
    except BrokenPipeError:
        # The reader has seen enough (`| head`). The interpreter flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _DONE
    except KeyboardInterrupt:
        return _INTERRUPTED


def _dispatch(argv: list[str]) -> int:
    # An answer does not wait until everything that is installed has been searched.
    external = {} if argv and argv[0] in _COMMANDS else external_commands()
    if argv and argv[0] in external:
        return run_external(external[argv[0]], argv[1:])
    arguments = _parser(external).parse_args(argv)
    return int(_COMMANDS[arguments.command].run(arguments))


def _parser(external: Mapping[str, EntryPoint]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens",
        description="Sentiment, trolling and complaint type of mentions, on this machine's CPU.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in _COMMANDS.items():
        command = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(command)
    for name, point in external.items():
        if name not in _COMMANDS:
            commands.add_parser(name, help=summary(point), add_help=False)
    return parser


class _Version(argparse.Action):
    """Prints the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:  # noqa: ANN401
        """Print and exit."""
        print(f"mentionlens {mentionlens.__version__}")
        parser.exit()


def _exit_code(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or _DONE
    print(code, file=sys.stderr)
    return _FAILED
