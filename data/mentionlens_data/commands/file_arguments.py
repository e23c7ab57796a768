"""Arguments and steps of the commands that take a user's own labelled files."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mentionlens_data.files.bad_row import BadRow
from mentionlens_data.files.mapping import load_mapping
from mentionlens_data.files.quarantine import open_quarantine
from mentionlens_data.preparation.file_source import FileSource
from mentionlens_data.prepared import PreparedSet
from mentionlens_data.tasks import Task, load_tasks

__all__ = [
    "add_file_arguments",
    "add_tasks_argument",
    "chosen_tasks",
    "file_sources",
    "say",
    "summarise",
]

_SHOWN = 5


def add_file_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--mapping`, `--quarantine` and `--tasks`."""
    parser.add_argument(
        "--mapping",
        type=Path,
        metavar="TOML",
        help="columns and labels of the files (see `mentionlens data inspect`); default: guessed",
    )
    parser.add_argument(
        "--quarantine", type=Path, metavar="FILE", help="keep bad rows here (.jsonl or .csv)"
    )
    add_tasks_argument(parser)


def add_tasks_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--tasks`."""
    parser.add_argument(
        "--tasks",
        type=Path,
        metavar="TOML",
        help="questions and labels, in the form of mentionlens_data/tasks.toml (default: those)",
    )


def chosen_tasks(arguments: argparse.Namespace) -> tuple[Task, ...] | None:
    """Return the tasks of `--tasks`; None where it was not given.

    Raises:
        TasksError: the file cannot be used.
    """
    return load_tasks(arguments.tasks) if arguments.tasks else None


@contextmanager
def file_sources(
    arguments: argparse.Namespace, files: Sequence[str], *, shares: tuple[float, float]
) -> Iterator[list[FileSource]]:
    """Give the files as sources; bad rows go to the quarantine, the first of a kind to stderr.

    Args:
        arguments: with `mapping`, `quarantine` and `tasks`.
        files: what `LabelledFile` reads.
        shares: of the groups that are cut for test and for validation.
    """
    mapping = load_mapping(arguments.mapping) if arguments.mapping else None
    tasks = chosen_tasks(arguments)
    with ExitStack() as stack:
        keep = (
            stack.enter_context(open_quarantine(arguments.quarantine))
            if arguments.quarantine
            else None
        )
        on_bad = _reporter(keep)
        sources = [
            FileSource(
                name,
                mapping=mapping,
                tasks=tasks,
                test_share=shares[0],
                validation_share=shares[1],
                on_bad=on_bad,
            )
            for name in files
        ]
        for source in sources:
            say(f"{source.name}: {source.taken}")
        yield sources


def say(line: str) -> None:
    """Tell how the work goes, on standard error."""
    print(line, file=sys.stderr, flush=True)


def summarise(prepared: PreparedSet) -> None:
    """Say what was written: where on standard output, the rest on standard error."""
    manifest = prepared.manifest
    unknown = [n for n, c in manifest["corpora"].items() if c["policy"] == "unknown"]
    if unknown:
        say(
            f"warning: {len(unknown)} corpora state no licence; treat the result as research use "
            f"only: {', '.join(unknown)}"
        )
    other = [n for n, c in manifest["corpora"].items() if c["as_recorded"] is False]
    if other:
        say(f"warning: another content than the ledger knows: {', '.join(other)}")
    rows = ", ".join(f"{split} {number:,}" for split, number in manifest["rows"].items())
    left = sum(sum(item["dropped"].values()) for item in manifest["corpora"].values())
    say(
        f"{prepared.folder}: {rows}; {left:,} rows left out (README.md, leaks.md); "
        f"fingerprint {prepared.fingerprint[:16]}"
    )
    print(prepared.folder)


def _reporter(keep: Callable[[BadRow], None] | None) -> Callable[[BadRow], None]:
    seen: Counter[str] = Counter()

    def on_bad(bad: BadRow) -> None:
        seen[bad.kind] += 1
        if seen[bad.kind] <= _SHOWN:
            say(f"bad row: {bad}")
        elif seen[bad.kind] == _SHOWN + 1:
            say(f"bad row: more of the kind {bad.kind!r} follow, counted in README.md")
        if keep is not None:
            keep(bad)

    return on_bad
