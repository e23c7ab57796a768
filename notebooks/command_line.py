"""Runs the commands of the README from a notebook."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

__all__ = ["CommandFailedError", "run"]

# Bars of libraries would fill a page line by line; the commands say themselves how far they are.
_ENVIRONMENT = {
    "PYTHONIOENCODING": "utf-8",
    "TQDM_DISABLE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


class CommandFailedError(RuntimeError):
    """A command ended with another exit code than 0."""


def run(command: str) -> None:
    """Run a command line, as it stands in the README, and show what it prints while it runs.

    It runs in a process of its own, with the Python of the notebook, so that it need not be on the
    path. Progress goes to the same place as results: on standard error, notebooks print it in red.

    Args:
        command: begins with `mentionlens`; words are divided as a shell does, nothing else of a
            shell is known.

    Raises:
        CommandFailedError: the exit code is not 0.
        ValueError: the command is another program's.
    """
    program, *words = shlex.split(command)
    if program != "mentionlens":
        raise ValueError(f"{program!r} is no command of this project; expected 'mentionlens ...'")
    print(f"$ {command}", flush=True)
    with subprocess.Popen(
        [sys.executable, "-m", "mentionlens", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=os.environ | _ENVIRONMENT,
    ) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)
        except KeyboardInterrupt:
            process.terminate()
            raise
    if process.returncode:
        raise CommandFailedError(
            f"{command}: exit code {process.returncode}; what was wrong stands above"
        )
