"""Write a prepared set: rows, removals, manifest, leak report and card, or nothing at all."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mentionlens_data.errors import PreparedSetError
from mentionlens_data.preparation.candidates import Removal
from mentionlens_data.preparation.leaks import leak_counts, leak_report
from mentionlens_data.preparation.set_folder import (
    RowCounts,
    new_folder,
    write_json_lines,
    write_manifest,
    write_rows,
)
from mentionlens_data.preparation.source import SourceAccount
from mentionlens_data.prepared import SCHEMA_VERSION, PreparedSet
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task, default_tasks

__all__ = ["write_prepared"]


def write_prepared(
    output: Path,
    parts: Mapping[str, Iterable[LabelledMention]],
    sources: Sequence[SourceAccount],
    *,
    removed: Sequence[Removal],
    policy: str,
    seed: int,
    tasks: Sequence[Task] | None = None,
) -> PreparedSet:
    """Write a prepared set beside `output` and rename it into place.

    Two calls with equal arguments write equal bytes.

    Args:
        output: the folder; an earlier prepared set there is replaced.
        parts: split to its rows.
        sources: where the rows come from.
        removed: every row that was read and is in no part.
        policy: which licence classes were let in.
        seed: what the parts were cut with.
        tasks: the questions; by default those that mentionlens ships with.

    Raises:
        PreparedSetError: `output` exists and is something else than a prepared set.
    """
    if _is_foreign(output):
        raise PreparedSetError(f"{output} exists and is not a prepared set: choose another")
    questions = {task.name: list(task.labels) for task in tasks or default_tasks()}
    with new_folder(output) as folder:
        counts = write_rows(folder, parts)
        write_json_lines(folder / "removed.jsonl.gz", map(dataclasses.asdict, removed))
        (folder / "leaks.md").write_text(leak_report(removed), encoding="utf-8")
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "fingerprint": counts.fingerprint,
            "seed": seed,
            "policy": policy,
            "rows": counts.rows(),
            "tasks": questions,
            "corpora": _accounts(sources, counts, removed),
            "counts": counts.table(questions),
            "leaks": leak_counts(removed),
        }
        write_manifest(folder, manifest)
    return PreparedSet(output, manifest)


def _is_foreign(output: Path) -> bool:
    if not output.exists() or (output / "manifest.json").is_file():
        return False
    return not output.is_dir() or any(output.iterdir())


def _accounts(
    sources: Sequence[SourceAccount], counts: RowCounts, removed: Sequence[Removal]
) -> dict[str, Any]:
    dropped: dict[str, Counter[str]] = {source.name: Counter() for source in sources}
    for item in removed:
        dropped[item.source][item.reason] += 1
    return {
        source.name: {
            **{k: v for k, v in dataclasses.asdict(source).items() if k != "name"},
            "kept": counts.of_source(source.name),
            "dropped": dict(sorted(dropped[source.name].items())),
        }
        for source in sources
    }
