"""Subcommands that other packages provide through the entry points `mentionlens.commands`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["external_commands", "run_external", "summary"]

_GROUP = "mentionlens.commands"
# The package that holds a command to the extra that brings what it imports.
_EXTRAS = {
    "mentionlens.server": "server",
    "mentionlens_data": "data",
    "mentionlens_training": "training",
}

# Commands that need another extra, too.
_MORE_EXTRAS = {"track": "tracking", "promote": "tracking"}

# What does its work without an extra is told by what it does.
_SUMMARIES = {
    "overview": "make the care team's page: queue, what is waiting, trends, alerts",
    "score": "answer files of any size: CSV, JSON Lines, Parquet; a stopped run goes on",
    "triage": "say what to answer first, how, and what is still waiting",
    "watch": "tell when a brand gets more complaints than usual",
}


def external_commands() -> dict[str, EntryPoint]:
    """Return the installed external commands by name; nothing of them is imported."""
    from importlib.metadata import entry_points  # slow to import, and not needed for an answer

    return {point.name: point for point in sorted(entry_points(group=_GROUP))}


def summary(point: EntryPoint) -> str:
    """Return the line of a command in the general help."""
    if point.name in _SUMMARIES:
        return _SUMMARIES[point.name]
    return f'needs the {_extra(point)} extra: pip install "mentionlens[{_extra(point)}]"'


def run_external(point: EntryPoint, argv: Sequence[str]) -> int:
    """Run a command; a missing extra is one line on standard error and exit code 2.

    Raises:
        ModuleNotFoundError: a module of mentionlens itself is missing, which is no missing extra.
    """
    try:
        return int(point.load()(list(argv)) or 0)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if not missing or missing == "mentionlens" or missing.startswith("mentionlens_"):
            raise
        extra = _extra(point)
        print(
            f"mentionlens {point.name} needs the {extra} extra: "
            f'pip install "mentionlens[{extra}]" (no module {missing!r})',
            file=sys.stderr,
        )
        return 2


def _extra(point: EntryPoint) -> str:
    extras = (extra for package, extra in _EXTRAS.items() if point.module.startswith(package))
    extra = next(extras, "all")
    more = _MORE_EXTRAS.get(point.name)
    return f"{extra},{more}" if more else extra
