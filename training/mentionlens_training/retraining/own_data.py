"""Labelled files of one's own, prepared within the run's folder together with old knowledge."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mentionlens_data.commands.file_arguments import chosen_tasks, file_sources
from mentionlens_data.preparation.mentions_source import SampleMentionsSource
from mentionlens_data.preparation.older_labels import OlderLabels
from mentionlens_data.preparation.prepare import prepare, prepare_corpora
from mentionlens_data.preparation.source import Source
from mentionlens_data.prepared import PreparedSet, open_prepared
from mentionlens_data.tasks import Task, default_tasks

from mentionlens_training.config import RunConfigError
from mentionlens_training.progress import say

__all__ = ["is_prepared_set", "prepare_own"]

_SHARES = (0.1, 0.1)
_DEFAULT_POLICY = "research"


def is_prepared_set(paths: Sequence[Path]) -> bool:
    """Return whether `--data` names a prepared set, not labelled files."""
    return len(paths) == 1 and (paths[0] / "manifest.json").is_file()


def prepare_own(
    files: Sequence[Path],
    folder: Path,
    *,
    mapping: Path | None = None,
    tasks: Path | None = None,
    corpora: Path | None = None,
    policy: str | None = None,
    rehearsal: bool = True,
) -> Path:
    """Divide labelled files and old knowledge into parts without leaks; return the prepared set.

    Old knowledge is the project's own mentions, and the public corpora where their folder is
    named. Bad rows go to `quarantine.csv` in the run's folder. A set that an earlier call prepared
    from the same files stands.

    Args:
        files: labelled files.
        folder: of the run.
        mapping: their columns and labels to ours.
        tasks: file of the questions.
        corpora: folder of the public corpora.
        policy: which of them are let in.
        rehearsal: add the project's own mentions.

    Raises:
        RunConfigError: the folder holds a set prepared from other files.
        DataError: a file, the mapping or the tasks cannot be used.
    """
    output = folder / "prepared"
    made_of = _made_of(
        files, mapping=mapping, tasks=tasks, corpora=corpora, policy=policy, rehearsal=rehearsal
    )
    record = folder / "prepared-from.json"
    if output.is_dir():
        if json.loads(record.read_text(encoding="utf-8")) != made_of:
            raise RunConfigError(
                f"{output} was prepared from other files, or otherwise; name another --run, or "
                "remove this one to start again"
            )
        return output
    folder.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(made_of, indent=2) + "\n", encoding="utf-8")
    arguments = argparse.Namespace(
        mapping=mapping, tasks=tasks, quarantine=folder / "quarantine.csv"
    )
    questions = chosen_tasks(arguments)
    with file_sources(arguments, [str(path) for path in files], shares=_SHARES) as own:
        if corpora is not None:
            made = prepare_corpora(
                corpora,
                output,
                policy=policy or _DEFAULT_POLICY,
                tasks=questions,
                files=own,
                own=rehearsal,
                progress=say,
            )
        else:
            known: list[Source] = [SampleMentionsSource()] if rehearsal else []
            if questions is not None:
                known = [OlderLabels(source, questions) for source in known]
            made = prepare([*known, *own], output, tasks=questions, progress=say)
    _summarise(made, [source.name for source in own], questions or default_tasks(), folder)
    return output


def _made_of(
    files: Sequence[Path],
    *,
    mapping: Path | None,
    tasks: Path | None,
    corpora: Path | None,
    policy: str | None,
    rehearsal: bool,
) -> dict[str, Any]:
    def digest(path: Path | None) -> str | None:
        if path is None or not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    return {
        "files": {path.name: digest(path) for path in files},
        "mapping": digest(mapping),
        "tasks": digest(tasks),
        "corpora": corpora is not None,
        "policy": policy,
        "rehearsal": rehearsal,
    }


def _summarise(made: PreparedSet, own: Sequence[str], tasks: Sequence[Task], folder: Path) -> None:
    for name in own:
        account = made.manifest["corpora"][name]
        kept = account["kept"]
        dropped = Counter(account["dropped"])
        bad = sum(count for reason, count in dropped.items() if reason.startswith("bad row"))
        say(
            f"{name}: {account['read']:,} rows: {kept['train']:,} to train on, "
            f"{kept['validation']:,} for validation, {kept['test']:,} held back for a test; "
            f"{bad:,} bad rows in {folder / 'quarantine.csv'}, "
            f"{dropped.total() - bad:,} left out as copies or contradictions"
        )
    counts: Counter[tuple[str, str]] = Counter()
    for row in open_prepared(made.folder).read("train"):
        if row.source in own:
            counts.update(row.labels.items())
    for task in tasks:
        found = [f"{label} {counts[task.name, label]:,}" for label in task.labels]
        if any(counts[task.name, label] for label in task.labels):
            say(f"  {task.name}: {', '.join(found)}")
